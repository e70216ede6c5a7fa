import { diagnosticOf } from '#dsl/emit/diagnostic.ts'
import { DROP, type Frame, type HostFacts, ScriptError, type ScriptProgram } from '#dsl/program.ts'
import { renderTremor } from '#dsl/render.ts'
import { isRecord, type Rec, type Value } from '#dsl/value.ts'
import type { Event, Failure } from '../event.ts'
import type { Log } from '../log.ts'
import type { Operator } from '../operator.ts'
import { OPAQUE, Payload } from '../payload.ts'
import { perEvent } from '../per-event.ts'
import { reportFailure } from './report.ts'

export interface ScriptSite {
  readonly address: string
  readonly node: string
  readonly log: Log
  /** `system::instance()` */
  readonly instance: string
  readonly host: HostFacts
  /** Hears of every failure, besides the log. */
  readonly failed?: ((error: ScriptError) => void) | undefined
}

/** A script at work: its state lives as long as the node. */
export function scriptOperator(program: ScriptProgram, args: Rec, site: ScriptSite): Operator {
  const frame = newFrame(args, site)
  const { readsMeta, writesMeta } = program.demand
  const asksMeta = readsMeta || writesMeta

  return {
    flow: perEvent(function take(event, port, out): void {
      const { state } = frame
      const payload = event.payload.shown(program.demand)
      const before = payload.known ?? OPAQUE
      frame.event = before
      if (asksMeta) frame.meta = event.meta
      frame.ingestNs = event.ingestNs
      frame.origin = event.origin
      frame.port = undefined
      let result: Value | typeof DROP
      try {
        result = program.run(frame)
      } catch (error) {
        if (!(error instanceof ScriptError)) throw error
        if (payload.part !== null) {
          // Whoever reads of a failure wants to see the event whole: it happens again with all of it.
          event.payload = payload.whole()
          frame.state = state
          return take(event, port, out)
        }
        fail(event, error)
        out.next(['err', event])
        return
      }
      if (writesMeta) event.meta = frame.meta as Rec
      if (result === DROP) {
        event.flight?.note('dropped', 'a script dropped the event')
        return
      }
      if (result !== before) {
        event.payload = payload.changed(result, program.demand)
        event.failure = null
      }
      out.next([frame.port ?? 'out', event])
    }),
  }

  /** The event becomes the error event: `{"error", "event"}`, metadata as the script left it, never a success. */
  function fail(event: Event, error: ScriptError): void {
    reportFailure(site, error, { script: site.node, event_id: event.id.toString() })
    const value = {
      error: renderTremor(diagnosticOf(error)),
      event: frame.event === OPAQUE ? null : frame.event,
    }
    const failure: Failure = { reason: 'script_error', message: error.brief, value }
    event.meta = ofFailure(asksMeta ? (frame.meta as Rec) : event.meta)
    event.payload = Payload.of(value)
    event.failure = failure
  }
}

export function newFrame(args: Rec, { instance, host }: Pick<ScriptSite, 'instance' | 'host'>): Frame {
  return {
    event: null,
    meta: {},
    state: null,
    args,
    window: null,
    group: null,
    port: undefined,
    ingestNs: 0n,
    origin: null,
    instance,
    aggregates: null,
    host,
  }
}

/** What `$response` an upstream sent describes its answer; the error event is another one: a 500, with a body of ours. */
function ofFailure(meta: Rec): Rec {
  const response = meta['response']
  if (response === undefined || !isRecord(response)) return meta
  const headers: Record<string, Value> = {}
  if (response['headers'] !== undefined && isRecord(response['headers'])) {
    for (const [name, value] of Object.entries(response['headers'])) {
      if (!name.toLowerCase().startsWith('content-') && name.toLowerCase() !== 'etag') headers[name] = value
    }
  }
  return { ...meta, response: { ...response, status: 500, headers } }
}
