/** Running a program over values, without ramps and clocks: what `temblor eval`, its tests and the conformance suite do. */
import type { Graph, GraphNode } from '#dsl/graph.ts'
import {
  DROP,
  type Frame,
  type HostFacts,
  type Origin,
  type ScriptError,
  type ScriptProgram,
} from '#dsl/program.ts'
import type { Rec, Value } from '#dsl/value.ts'
import type { Catalogue } from './catalogue.ts'
import type { Clock } from './clock.ts'
import { Event, EventId } from './event.ts'
import { type Log, silentLog } from './log.ts'
import { Payload } from './payload.ts'
import { createOperator } from './pipeline/create.ts'
import { newFrame } from './pipeline/script.ts'
import { wire } from './pipeline/wire.ts'

/** The origin that programs see. */
export const EVAL_ORIGIN: Origin = { scheme: 'snot', host: 'test', port: 23, path: ['snot'] }

export interface Emitted {
  readonly port: string
  readonly value: Value
  readonly meta: Value
  /** The value is the array of wrapped events that `generic::batch` makes. */
  readonly isBatch?: boolean
}

export interface EvalOptions {
  readonly args?: Rec
  readonly instance?: string
  readonly origin?: Origin | null
  readonly host?: HostFacts
  readonly log?: Log
  /** A query stops at the first failure of which no event tells: in a select, or in a script whose port `err` leads nowhere. */
  readonly strict?: boolean
}

/** A machine without name, at the beginning of time: the same on every run. */
const nowhere: HostFacts = { hostname: 'localhost', version: '0.11.12', nanotime: () => 0n }

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
export function evalFrame({
  args = {},
  instance = 'tremor',
  origin = EVAL_ORIGIN,
  host = nowhere,
}: EvalOptions = {}): Frame {
  return { ...newFrame(args, { instance, host }), origin }
}

/**
 * Runs a query over values at its port `in`, or another: the n-th is event `0:0:n`, ingested at n ns with fresh metadata; no time
 * passes otherwise. Events of every port come in the order they leave. If it is to be strict, throws `ScriptError`.
 */
export function* evalQuery(
  graph: Graph,
  values: Iterable<Value>,
  {
    catalogue,
    inlet = 'in',
    ...options
  }: EvalOptions & { readonly catalogue: Catalogue; readonly inlet?: string },
): Generator<Emitted, void, void> {
  const {
    origin = EVAL_ORIGIN,
    instance = 'tremor',
    host = nowhere,
    log = silentLog,
    strict = false,
  } = options
  let lost: ScriptError | undefined
  const failed = (node: GraphNode, error: ScriptError): void => {
    if (!graph.links.some(({ from }) => from.node === node.id && from.port === 'err')) lost ??= error
  }
  let left: Emitted[] = []
  let uid = 0
  const pipeline = wire(graph, {
    address: `/pipeline/${graph.id}/${instance}`,
    clock: standstill,
    log,
    create: (node, context) => createOperator(node, context, { catalogue, log, instance, host, failed }),
    nextUid: () => ++uid,
    linked: () => true,
  })
  for (const [port, outlet] of pipeline.outlets) {
    outlet.lead([{ sources: [], accept: (event) => void left.push(emitted(port, event)) }])
  }
  let count = 0
  for (const value of values) {
    const event = new Event(new EventId(0, 0, count), Payload.of(value), {}, BigInt(count), origin, null)
    pipeline.inlets.get(inlet)!.accept(event)
    yield* left
    left = []
    if (strict && lost !== undefined) throw lost
    count += 1
  }
  pipeline.close()
}

function emitted(port: string, { payload, meta, isBatch }: Event): Emitted {
  return { port, value: payload.value ?? null, meta, isBatch }
}

/** No time passes, and no timer fires. */
const standstill: Clock = {
  now: () => 0,
  wallNs: () => 0n,
  after: () => ({ cancel() {} }),
  at: () => ({ cancel() {} }),
}
