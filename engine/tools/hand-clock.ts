/** A clock that stands still until a test turns it. */
import type { Clock, Timer } from '../clock.ts'

export interface HandClock extends Clock {
  readonly pending: number
  /** Moves both clocks on by `ms`, firing what falls due on the way, in order of due time. */
  turn(ms: number): void
  /** Steps the wall clock alone, as an operator or NTP would. */
  stepWall(ms: number): void
}

interface Waiting {
  readonly due: number
  readonly fire: () => void
}

export function handClock(startWallMs = 1_700_000_000_000): HandClock {
  let now = 1000
  let wall = BigInt(startWallMs) * 1_000_000n
  const waiting = new Set<Waiting>()

  function move(ms: number): void {
    now += ms
    wall += BigInt(Math.round(ms * 1e6))
  }

  function earliest(until: number): Waiting | null {
    let found: Waiting | null = null
    for (const one of waiting) if (one.due <= until && (found === null || one.due < found.due)) found = one
    return found
  }

  function at(due: number, fire: () => void): Timer {
    const one = { due, fire }
    waiting.add(one)
    return { cancel: () => void waiting.delete(one) }
  }

  return {
    get pending() {
      return waiting.size
    },
    now: () => now,
    wallNs: () => wall,
    after: (ms, fire) => at(now + Math.max(0, ms), fire),
    at,
    turn(ms: number): void {
      const until = now + ms
      for (let one = earliest(until); one !== null; one = earliest(until)) {
        waiting.delete(one)
        move(Math.max(0, one.due - now))
        one.fire()
      }
      move(until - now)
    },
    stepWall(ms: number): void {
      wall += BigInt(ms) * 1_000_000n
    },
  }
}
