/** What the compiler makes of scripts and selects: plain functions over a frame. The engine's side of the contract. */
import type { Aggregate, AggregateState } from './function.ts'
import type { Span } from './source.ts'
import type { Rec, Value } from './value.ts'

/**
 * Everything a run may read and write. One frame serves many runs; the engine fills it before each.
 * Values in it are immutable: a run replaces `event`, `meta` and `state`, it never changes them in place.
 */
export interface Frame {
  event: Value
  meta: Value
  state: Value
  args: Value
  window: Value
  group: Value
  /** Set by `emit … => "port"`; undefined means `out`. */
  port: string | undefined
  ingestNs: bigint
  origin: Origin | null
  /** The instance name of the engine (`system::instance()`). */
  instance: string
  /** States of the select's aggregates, by their index, while a windowed target is evaluated. */
  aggregates: readonly AggregateState[] | null
  /** What is true of the whole process; without it scripts see neutral values. */
  host?: HostFacts
}

/** The facts behind `system::*` and `test::assert`. */
export interface HostFacts {
  readonly hostname: string
  readonly version: string
  /** The wall clock, in nanoseconds since 1970. */
  nanotime(): bigint
  /** `test::assert` raises instead of answering false. */
  readonly assertsRaise?: boolean
}

/** Where an event came from. */
export interface Origin {
  readonly scheme: string
  readonly host: string
  readonly port: number | null
  readonly path: readonly string[]
}

export const DROP: unique symbol = Symbol('drop')

/** Evaluates an expression; throws `ScriptError`. */
export type Eval = (frame: Frame) => Value

export interface Touched {
  /** Keys of the event's own members. */
  readonly keys: readonly string[]
  /** All that the program emits is the event, with changes; else none of it is. */
  readonly emitsEvent: boolean
  /** Events as they came are parts of what it emits. */
  readonly holds: boolean
}

/**
 * What of an event a piece of program touches. A body that nothing reads is never decoded, one that nothing
 * writes is never encoded.
 */
export interface Demand {
  readonly readsEvent: boolean
  readonly writesEvent: boolean
  readonly readsMeta: boolean
  readonly writesMeta: boolean
  /** The members of the event it touches, if those are all it does with it. Absent: it may touch all of it. */
  readonly touches?: Touched
}

export interface ScriptProgram {
  readonly demand: Demand
  /** Ports it can emit to, `out` included if it can end there; `dynamic` if a port name is computed. `err` is not listed. */
  readonly ports: { readonly names: readonly string[]; readonly dynamic: boolean }
  /** It can end in `drop`. */
  readonly drops: boolean
  /**
   * Runs the script. The result is the value to emit on `frame.port ?? 'out'` (identical to `frame.event` for `event`),
   * or DROP. Throws `ScriptError`; what was assigned before stays assigned, as in tremor.
   */
  run(frame: Frame): Value | typeof DROP
  /** The emitted JavaScript, for readers. */
  readonly javascript: string
}

export interface SelectProgram {
  /** `passthrough`: `select event` without clauses. `simple`: `select event` with where or having. */
  readonly form: 'passthrough' | 'simple' | 'full'
  readonly demand: Demand
  readonly target: Eval
  readonly where?: Eval
  readonly having?: Eval
  /** The groups an event belongs to, each an array of dimension values; absent without `group by`. */
  readonly groups?: (frame: Frame) => readonly (readonly Value[])[]
  readonly windows: readonly WindowProgram[]
  /** Aggregates of target and having, in index order, with the evaluation of their arguments. */
  readonly aggregates: readonly {
    readonly aggregate: Aggregate
    readonly args: readonly Eval[]
    readonly span: Span
  }[]
}

export interface WindowProgram {
  readonly name: string
  readonly kind: 'tumbling'
  readonly size?: number
  readonly intervalNs?: bigint
  readonly script?: Eval
  readonly evictionNs?: bigint
  readonly maxGroups?: number
  readonly emitEmpty: boolean
  readonly span: Span
}

/** A value that came up where a run failed, and what it was there: `left`, `record`, `argument 1`. */
export interface Found {
  readonly what: string
  readonly value: Value
}

export interface FailureDetails {
  /** The wider expression the failing part stands in: what tremor prints as context. */
  readonly outer?: Span
  /** Where tremor places the failure, if that is elsewhere. */
  readonly tremor?: Span | undefined
  readonly notes?: readonly string[]
  /** What would be right. */
  readonly help?: string | undefined
  /** The values that caused it, as they are: to be masked by whoever shows them. */
  readonly found?: readonly Found[]
  /** The message without what came from the event, for whoever sent that; the message itself if there is nothing of it in there. */
  readonly brief?: string
}

/** A run-time failure in a script, at a place. */
export class ScriptError extends Error {
  readonly code: string
  readonly span: Span
  readonly outer: Span
  readonly tremor: Span | undefined
  readonly notes: readonly string[]
  readonly help: string | undefined
  readonly found: readonly Found[]
  /** One line without values. */
  readonly brief: string
  /** What the run worked on: secrets in it are hidden wherever they come up again. */
  seen: readonly Value[] = []
  constructor(code: string, message: string, span: Span, details: FailureDetails = {}) {
    super(message)
    this.code = code
    this.span = span
    this.outer = details.outer ?? span
    this.tremor = details.tremor
    this.notes = details.notes ?? []
    this.help = details.help
    this.found = details.found ?? []
    this.brief = (details.brief ?? message).split('\n', 1)[0]!
  }
}

export type { Rec }
