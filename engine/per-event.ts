import { Observable, Subscriber } from 'rxjs'
import type { Event } from './event.ts'
import type { At, Port } from './port.ts'

export type EmitEvent = (at: At<Event>) => void

/**
 * A flow that treats each event by itself: `take` gets it and the port it came by, and passes on what comes of it.
 * One subscriber, no closure per event; what `take` throws reaches the node's guard.
 */
export function perEvent(take: (event: Event, port: Port, out: Subscriber<At<Event>>) => void) {
  return (events: Observable<At<Event>>): Observable<At<Event>> =>
    new Observable((out) => events.subscribe(new PerEvent(out, take)))
}

class PerEvent extends Subscriber<At<Event>> {
  readonly #out: Subscriber<At<Event>>
  readonly #take: (event: Event, port: Port, out: Subscriber<At<Event>>) => void
  constructor(
    out: Subscriber<At<Event>>,
    take: (event: Event, port: Port, out: Subscriber<At<Event>>) => void,
  ) {
    super(out)
    this.#out = out
    this.#take = take
  }
  protected override _next(at: At<Event>): void {
    this.#take(at[1], at[0], this.#out)
  }
}
