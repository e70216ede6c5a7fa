/** Running a program over values, without ramps and clocks: what `temblor eval`, its tests and the conformance suite do. */
import { DROP, type Frame, type HostFacts, type Origin, type ScriptProgram } from '#dsl/program.ts'
import type { Rec, Value } from '#dsl/value.ts'

/** The origin that programs see. */
export const EVAL_ORIGIN: Origin = { scheme: 'snot', host: 'test', port: 23, path: ['snot'] }

export interface Emitted {
  readonly port: string
  readonly value: Value
  readonly meta: Value
}

export interface EvalOptions {
  readonly args?: Rec
  readonly instance?: string
  readonly origin?: Origin | null
  readonly host?: HostFacts
}

/**
 * Runs a script over values: the n-th, from 0, is ingested at n ns with fresh metadata; there is one state. What the
 * script drops gives nothing. Throws `ScriptError` at the first failure.
 */
export function* evalScript(
  program: ScriptProgram,
  values: Iterable<Value>,
  options: EvalOptions = {},
): Generator<Emitted, void, void> {
  const frame = evalFrame(options)
  for (const value of values) {
    frame.event = value
    frame.meta = {}
    frame.port = undefined
    const result = program.run(frame)
    if (result !== DROP) yield { port: frame.port ?? 'out', value: result, meta: frame.meta }
    frame.ingestNs += 1n
  }
}

/** A frame for the first event. */
export function evalFrame({ args = {}, instance = 'tremor', origin = EVAL_ORIGIN, host }: EvalOptions = {}): Frame {
  return {
    event: null,
    meta: {},
    state: null,
    args,
    window: null,
    group: null,
    port: undefined,
    ingestNs: 0n,
    origin,
    instance,
    aggregates: null,
    ...(host === undefined ? {} : { host }),
  }
}
