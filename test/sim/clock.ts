/** The time of a simulated world. What falls due at the same time happens in an order that chance chooses. */
import type { Clock, Timer } from '#engine/clock.ts'
import type { Chance } from './chance.ts'

export interface SimClock extends Clock {
  /** Timers that have not fired. */
  readonly pending: number
  /** Lets time pass until `ms` after the start, firing what falls due. */
  runUntil(ms: number): void
  /** Fires one timer, if one is due until then. */
  step(ms: number): boolean
  /** When the next timer is due, Infinity if there is none. */
  readonly next: number
  stepWall(ms: number): void
}

interface Waiting {
  readonly due: number
  readonly fire: () => void
}

export function simClock(chance: Chance): SimClock {
  let now = 0
  let wallMs = 1_700_000_000_000
  const waiting: Waiting[] = []

  function next(): number {
    let first = Infinity
    for (const one of waiting) if (one.due < first) first = one.due
    return first
  }

  /** One of those that are due now, taken out. */
  function takeDue(): Waiting | null {
    const due: number[] = []
    for (let i = 0; i < waiting.length; i++) if (waiting[i]!.due <= now) due.push(i)
    if (due.length === 0) return null
    const index = due.length === 1 ? due[0]! : chance.pick(due)
    return waiting.splice(index, 1)[0]!
  }

  function at(due: number, fire: () => void): Timer {
    const one = { due, fire }
    waiting.push(one)
    return {
      cancel: () => {
        const index = waiting.indexOf(one)
        if (index >= 0) waiting.splice(index, 1)
      },
    }
  }

  return {
    get pending() {
      return waiting.length
    },
    get next() {
      return next()
    },
    now: () => now,
    wallNs: () => BigInt(Math.round((wallMs + now) * 1e6)),
    after: (ms, fire) => at(now + Math.max(0, ms), fire),
    at,
    runUntil(ms: number): void {
      for (;;) {
        const at = next()
        if (at > ms) break
        now = Math.max(now, at)
        for (let one = takeDue(); one !== null; one = takeDue()) one.fire()
      }
      now = Math.max(now, ms)
    },
    step(ms: number): boolean {
      const at = next()
      if (at > ms) return false
      now = Math.max(now, at)
      takeDue()!.fire()
      return true
    },
    stepWall(ms: number): void {
      wallMs += ms
    },
  }
}
