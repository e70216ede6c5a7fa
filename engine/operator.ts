import type { Observable } from 'rxjs'
import type { Rec, Value } from '#dsl/value.ts'
import type { Clock } from './clock.ts'
import type { ConfigOf, Fields } from './config.ts'
import type { Event } from './event.ts'
import type { Insight } from './insight.ts'
import type { Log } from './log.ts'
import type { At, Port } from './port.ts'
import type { Signal } from './signal.ts'

/** Three arrows: with the flow, beside it, against it. Each is a function from stream to stream. */
export interface Operator {
  /** Events in, by port; events out, by port. An event not passed on within the call is held: see `Flight.hold`. */
  flow(events: Observable<At<Event>>): Observable<At<Event>>
  /** Signals in; events they set free out. */
  signal?(signals: Observable<Signal>): Observable<At<Event>>
  /** Insights in, by the port they return through; what goes on upwards out. Without it an insight passes untouched. */
  contraflow?(insights: Observable<At<Insight>>): Observable<Insight>
}

/** What an operator is handed besides its parameters. */
export interface OperatorContext {
  /** `/pipeline/request_handling/01` and the node in it: `bp01`. */
  readonly address: string
  readonly node: string
  readonly clock: Clock
  readonly log: Log
  /** Whether what leaves by this port goes anywhere. */
  linked(port: Port): boolean
  /** Numbers for the ids of events this operator makes itself. */
  readonly uid: number
  /** Which of several processes with the same configuration this is, from 1; absent where there is one. */
  readonly worker?: number | undefined
}

/** An operator as its file introduces it. The file's place is its name: `operators/qos/roundrobin.ts` is `qos::roundrobin`. */
export interface OperatorDefinition<F extends Fields = Fields> {
  readonly doc: string
  readonly config: F
  /** Ports it emits on; a function where parameters decide. */
  readonly ports: readonly Port[] | ((config: ConfigOf<F>) => readonly Port[])
  /** It looks into the event's value: bodies on their way through it are decoded. */
  readonly readsEvent?: boolean
  /** It reads an event only to put it, as it is, into what it emits: see `Payload.held`. */
  readonly holdsEvent?: boolean
  /** What to use instead; using the operator is a warning. */
  readonly deprecated?: string
  /** More than one field config forms must hold together, e.g. one of two is required: the message, or undefined. */
  readonly check?: (config: ConfigOf<F>) => string | undefined
  readonly examples: readonly OperatorExample[]
  create(config: ConfigOf<F>, context: OperatorContext): Operator
}

/**
 * A marble example: letters are events, one frame is `frameMs` milliseconds (default 1), by default all at port `in`.
 * `insights` come back through a port: `{ left: '--x' }` with `x` from `kinds` (`c` close, `o` open, `a` ack, `f` fail); acks and fails
 * are about the event that left there last. In `out`, `(ab)` are two events in one frame, `[ab]` is one event that holds two, and
 * `{…}` one whose value is this record; each takes one frame.
 */
export interface OperatorExample {
  readonly title: string
  readonly with: Readonly<Record<string, Value>>
  readonly in: string
  /** `$` of every event. */
  readonly meta?: Rec
  readonly insights?: Readonly<Record<Port, string>>
  readonly out: Readonly<Record<Port, string>>
  readonly frameMs?: number
}

export function defineOperator<F extends Fields>(definition: OperatorDefinition<F>): OperatorDefinition<F> {
  return definition
}
