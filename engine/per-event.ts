import { Observable, Subscriber } from 'rxjs'
import type { Event } from './event.ts'
import type { Insight } from './insight.ts'
import type { At, Port } from './port.ts'

export type EmitEvent = (at: At<Event>) => void

/**
 * A flow that treats each event by itself: `take` gets it and the port it came by, and passes on what comes of it.
 * One subscriber, no closure per event; what `take` throws reaches the node's guard.
 */
export function perEvent(take: (event: Event, port: Port, out: Subscriber<At<Event>>) => void) {
  return (events: Observable<At<Event>>): Observable<At<Event>> => each(events, take)
}

/** The same for a contraflow: `take` gets each insight and the port it came back by, and passes on what those above should hear. */
export function perInsight(take: (insight: Insight, port: Port, up: Subscriber<Insight>) => void) {
  return (insights: Observable<At<Insight>>): Observable<Insight> => each(insights, take)
}

function each<T, R>(
  stream: Observable<At<T>>,
  take: (value: T, port: Port, out: Subscriber<R>) => void,
): Observable<R> {
  return new Observable((out) => stream.subscribe(new Each(out, take)))
}

class Each<T, R> extends Subscriber<At<T>> {
  readonly #out: Subscriber<R>
  readonly #take: (value: T, port: Port, out: Subscriber<R>) => void
  constructor(out: Subscriber<R>, take: (value: T, port: Port, out: Subscriber<R>) => void) {
    super(out as unknown as Subscriber<At<T>>)
    this.#out = out
    this.#take = take
  }
  protected override _next(at: At<T>): void {
    this.#take(at[1], at[0], this.#out)
  }
}
