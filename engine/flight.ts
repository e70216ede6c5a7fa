import type { Clock, Timer } from './clock.ts'
import type { Event } from './event.ts'
import type { HeaderList, Tunnel } from './http/transport.ts'
import { type Reason, reasons } from './reason.ts'

/** Where a flight ends: the onramp that took the request. Exactly one of these is called, once. */
export interface FlightEnd {
  /** An event reached the onramp as the answer. */
  reply(event: Event): void
  /** Nothing descends from the request any more, or its time ran out. */
  dead(reason: Reason, message: string): void
  /** An interim answer of an upstream (103), before any of these. */
  inform?(status: number, headers: HeaderList): void
}

/** Said of a request of whose events nobody said why they led nowhere. */
export const nothingAnswered = 'nothing in the pipeline answered'

/** Something that lives only for the request: an upstream call, a body nobody started to read. */
export interface Passenger {
  /** The request is over. `gone`: nobody waits for an answer any more, whatever is under way for it stops. Else it was answered. */
  over(gone: boolean): void
}

/**
 * One request on its way: how many holders of events that descend from it there are, and whether it was answered.
 *
 * Delivering an event is synchronous, so only those who keep one beyond that (a queue, a window, an offramp waiting for
 * its upstream) hold the flight: `hold()` when they take it, `release()` when they have passed on or forgotten what came of it.
 * At zero holders, unanswered, the engine answers at once with the gravest reason noted. The deadline is the net below.
 */
export class Flight {
  readonly startedMs: number
  /** Addresses of the nodes visited, if somebody logs them. */
  visited: string[] | null = null
  /** When it first went on to an upstream, and when an answer last began to come from one; -1 for never. */
  forwardedMs = -1
  respondedMs = -1
  /** Why the engine answered, for log and metric. */
  reason: Reason | null = null
  /** The protocol that the client wishes to go on in, if it may (RFC 9110 7.8). */
  upgrade: 'websocket' | null = null
  /** Several requests wait for its answer: a body is read whole, so that each gets it. */
  shared = false
  /** Answers that came after the first. */
  late = 0
  #end: FlightEnd | null
  #holders = 1
  #message = ''
  #timer: Timer | null = null
  /** The first one aboard, mostly the only one. */
  #passenger: Passenger | null = null
  #others: Passenger[] | null = null
  #over = false
  #tunnel: Tunnel | null = null

  constructor(end: FlightEnd, startedMs: number) {
    this.#end = end
    this.startedMs = startedMs
  }

  get settled(): boolean {
    return this.#end === null
  }

  /** Passengers were told, and nobody who comes aboard now will be. */
  get isOver(): boolean {
    return this.#over
  }

  /** Starts the clock: unanswered after `ms`, the engine answers `deadline`. */
  arm(clock: Clock, ms: number): void {
    this.#timer = clock.at(this.startedMs + ms, () => {
      this.#timer = null
      this.fail('deadline', `no answer within ${ms} ms`)
    })
  }

  hold(): void {
    this.#holders++
  }

  release(): void {
    if (--this.#holders === 0 && this.#end !== null) {
      this.fail(this.reason ?? 'dropped', this.#message || nothingAnswered)
    }
  }

  /** Remembers why a part of the request led nowhere. The gravest reason is the one answered with. */
  note(reason: Reason, message: string): void {
    if (this.#end === null) return
    if (this.reason !== null && reasons[this.reason].rank >= reasons[reason].rank) return
    this.reason = reason
    this.#message = message
  }

  /** The first answer wins. False: it was answered before, the event is dropped and counted. */
  answer(event: Event): boolean {
    const end = this.#settle()
    if (end === null) {
      this.late++
      return false
    }
    this.reason = null
    end.reply(event)
    return true
  }

  /** Answers with a reason of the engine's own, unless answered before. */
  fail(reason: Reason, message: string): void {
    const end = this.#settle()
    if (end === null) return
    this.reason = reason
    // Taken out first: the answer may be written within the call, and its end must not tell them that all went well.
    const first = this.#passenger
    const others = this.#others
    this.#passenger = null
    this.#others = null
    end.dead(reason, message)
    this.#over = true
    tell(first, others, true)
  }

  /** Passes an interim answer on to the client, while it waits. */
  inform(status: number, headers: HeaderList): void {
    this.#end?.inform?.(status, headers)
  }

  /** An upstream switched protocols: its connection waits for the answer that takes it, and is cut with the request. False: it is not wanted. */
  offer(tunnel: Tunnel): boolean {
    if (this.#end === null || this.upgrade === null || this.#tunnel !== null) return false
    this.#tunnel = tunnel
    this.carry({ over: () => this.takeTunnel()?.cut() })
    return true
  }

  /** The connection that an upstream offered, to whoever asks first. */
  takeTunnel(): Tunnel | null {
    const tunnel = this.#tunnel
    this.#tunnel = null
    return tunnel
  }

  /** The client has gone: nobody is left to answer. */
  abandon(): void {
    this.#settle()
    this.over(true)
  }

  /** `passenger.over()` will be called once, when the request is over. */
  carry(passenger: Passenger): void {
    if (this.#passenger === null) this.#passenger = passenger
    else if (this.#others === null) this.#others = [passenger]
    else this.#others.push(passenger)
  }

  /** Tells everybody aboard that the request is over: the answer was written (`gone` false), or nobody waits for one. */
  over(gone: boolean): void {
    this.#over = true
    const first = this.#passenger
    const others = this.#others
    this.#passenger = null
    this.#others = null
    tell(first, others, gone)
  }

  #settle(): FlightEnd | null {
    const end = this.#end
    this.#end = null
    if (this.#timer !== null) {
      this.#timer.cancel()
      this.#timer = null
    }
    return end
  }
}

function tell(first: Passenger | null, others: readonly Passenger[] | null, gone: boolean): void {
  first?.over(gone)
  if (others !== null) for (const passenger of others) passenger.over(gone)
}
