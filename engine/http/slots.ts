import type { Clock, Timer } from '../clock.ts'

export interface Waiting {
  /** A place is free: it is yours, give it back with `leave`. */
  go(): void
  /** The queue was full, or the wait too long. */
  refused(why: 'full' | 'late'): void
}

/** A bound on what is in flight, and a bounded queue before it: first come, first served, nobody waits longer than `waitMs`. */
export class Slots {
  readonly #most: number
  readonly #queueSize: number
  readonly #waitMs: number
  readonly #clock: Clock
  #taken = 0
  /** Oldest first. */
  #queue: { waiting: Waiting; timer: Timer }[] = []

  constructor(clock: Clock, limits: { most: number; queueSize: number; waitMs: number }) {
    this.#clock = clock
    this.#most = limits.most
    this.#queueSize = limits.queueSize
    this.#waitMs = limits.waitMs
  }

  get taken(): number {
    return this.#taken
  }

  get waiting(): number {
    return this.#queue.length
  }

  /** Calls `go` at once if a place is free. Else `waiting` is queued; the result takes it out of the queue again. */
  enter(waiting: Waiting): (() => void) | null {
    if (this.#taken < this.#most) {
      this.#taken++
      waiting.go()
      return null
    }
    if (this.#queue.length >= this.#queueSize) {
      waiting.refused('full')
      return null
    }
    const entry = {
      waiting,
      timer: this.#clock.after(this.#waitMs, () => this.#remove(entry) && waiting.refused('late')),
    }
    this.#queue.push(entry)
    return () => {
      if (this.#remove(entry)) entry.timer.cancel()
    }
  }

  leave(): void {
    if (this.#queue.length === 0) {
      this.#taken--
      return
    }
    const next = this.#queue.shift()!
    next.timer.cancel()
    next.waiting.go()
  }

  #remove(entry: { waiting: Waiting; timer: Timer }): boolean {
    const index = this.#queue.indexOf(entry)
    if (index < 0) return false
    this.#queue.splice(index, 1)
    return true
  }
}
