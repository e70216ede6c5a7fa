/**
 * The clock of a running process: one coarse timer wheel for every deadline, and one clock reading per turn of the
 * event loop. A connection's deadlines move with each request; a wheel makes setting and cancelling one a few
 * pointer writes, where a timer of Node's costs an allocation and an ordered insert.
 */
// The global of this name is looked up by a getter each time.
import { performance } from 'node:perf_hooks'
import type { Clock, Timer } from './clock.ts'
import { atEndOfTurn } from './turn.ts'

export interface WheelClock extends Clock {
  /** Timers not yet fired or cancelled. */
  readonly pending: number
  /** Forgets all timers. */
  close(): void
}

const TICK_MS = 16
const SLOTS = 1024

/** Timers fire up to one tick of 16 ms late, never early. A pending timer keeps the process alive. */
export function wheelClock(): WheelClock {
  return new Wheel()
}

/** A link of a slot's ring; the slot itself is a link without a callback. */
class Link implements Timer {
  prev: Link = this
  next: Link = this
  due = 0
  wheel: Wheel | null = null
  fire: (() => void) | null = null

  cancel(): void {
    if (this.fire === null) return
    this.fire = null
    this.prev.next = this.next
    this.next.prev = this.prev
    // A dead link that grew old would keep its younger neighbours alive, and they theirs.
    this.prev = this
    this.next = this
    this.wheel!.forget()
  }
}

class Wheel implements WheelClock {
  pending = 0
  private readonly slots: Link[] = Array.from({ length: SLOTS }, () => new Link())
  /** The last tick whose slot was emptied. */
  private tick = tickOf(performance.now())
  private wakeTick = Infinity
  private wake: NodeJS.Timeout | null = null
  private turning = false
  private turnNow = 0
  private turnWall = 0n
  private readonly endTurn = () => {
    this.turnNow = 0
    this.turnWall = 0n
  }
  private anchorWall = Date.now()
  private anchorMono = performance.now()

  now(): number {
    if (this.turnNow !== 0) return this.turnNow
    atEndOfTurn(this.endTurn)
    return (this.turnNow = performance.now())
  }

  wallNs(): bigint {
    if (this.turnWall !== 0n) return this.turnWall
    const mono = this.now()
    const wall = Date.now()
    let estimate = this.anchorWall + (mono - this.anchorMono)
    // The monotonic clock gives the digits below a millisecond; a stepped or slewed wall clock is followed.
    if (Math.abs(estimate - wall) > 5) {
      this.anchorWall = wall
      this.anchorMono = mono
      estimate = wall
    }
    const whole = Math.floor(estimate)
    return (this.turnWall = BigInt(whole) * 1_000_000n + BigInt(Math.floor((estimate - whole) * 1e6)))
  }

  after(ms: number, fire: () => void): Timer {
    // Not the turn's cached time: a turn that ran long would make the timer fire early.
    return this.at(performance.now() + Math.max(0, ms), fire)
  }

  at(at: number, fire: () => void): Timer {
    if (this.pending === 0 && !this.turning) this.tick = tickOf(performance.now())
    const due = Math.max(Math.ceil(at / TICK_MS), this.tick + 1)
    const link = new Link()
    link.fire = fire
    link.due = due
    link.wheel = this
    const slot = this.slots[due % SLOTS]!
    link.prev = slot.prev
    link.next = slot
    slot.prev.next = link
    slot.prev = link
    this.pending++
    if (due < this.wakeTick && !this.turning) this.arm(due)
    return link
  }

  forget(): void {
    this.pending--
    if (this.pending === 0) this.disarm()
  }

  close(): void {
    for (const slot of this.slots) while (slot.next !== slot) slot.next.cancel()
  }

  private disarm(): void {
    if (this.wake !== null) clearTimeout(this.wake)
    this.wake = null
    this.wakeTick = Infinity
  }

  private arm(tick: number): void {
    if (this.wake !== null) clearTimeout(this.wake)
    this.wakeTick = tick
    this.wake = setTimeout(this.turn, Math.max(1, Math.ceil(tick * TICK_MS - performance.now())))
  }

  /** Fires what is due. A callback that throws does not keep the others from firing: the wheel is armed again first. */
  private readonly turn = () => {
    this.wake = null
    this.wakeTick = Infinity
    this.endTurn()
    const last = tickOf(performance.now())
    this.turning = true
    try {
      while (this.tick < last) {
        this.fireSlot(this.tick + 1)
        this.tick++
      }
    } finally {
      this.turning = false
      this.armNext()
    }
  }

  private fireSlot(tick: number): void {
    const slot = this.slots[tick % SLOTS]!
    for (let link = slot.next; link !== slot; ) {
      const following = link.next
      if (link.due <= tick) {
        const fire = link.fire!
        link.cancel()
        fire()
        // What it called may have cancelled the next one, too; then the walk starts again.
        link = following.fire === null && following !== slot ? slot.next : following
      } else link = following
    }
  }

  private armNext(): void {
    if (this.pending === 0) return
    for (let tick = this.tick + 1; tick <= this.tick + SLOTS; tick++) {
      const slot = this.slots[tick % SLOTS]!
      if (slot.next !== slot) {
        this.arm(tick)
        return
      }
    }
  }
}

function tickOf(ms: number): number {
  return Math.floor(ms / TICK_MS)
}
