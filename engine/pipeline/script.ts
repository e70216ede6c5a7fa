import { diagnosticOf } from '#dsl/emit/diagnostic.ts'
import { DROP, type Frame, type HostFacts, ScriptError, type ScriptProgram } from '#dsl/program.ts'
import { renderTremor } from '#dsl/render.ts'
import { positionAt } from '#dsl/source.ts'
import { isRecord, type Rec, type Value } from '#dsl/value.ts'
import type { Event, Failure } from '../event.ts'
import type { Log } from '../log.ts'
import type { Operator } from '../operator.ts'
import { OPAQUE, Payload } from '../payload.ts'
import { perEvent } from '../per-event.ts'

export interface ScriptSite {
  readonly address: string
  readonly node: string
  readonly log: Log
  /** `system::instance()` */
  readonly instance: string
  readonly host: HostFacts
}

/** A script at work: its state lives as long as the node. */
export function scriptOperator(program: ScriptProgram, args: Rec, site: ScriptSite): Operator {
  const frame = newFrame(args, site)

  return {
    flow: perEvent((event, _port, out) => {
      const before = event.payload.value ?? OPAQUE
      frame.event = before
      frame.meta = event.meta
      frame.ingestNs = event.ingestNs
      frame.origin = event.origin
      frame.port = undefined
      let result: Value | typeof DROP
      try {
        result = program.run(frame)
      } catch (error) {
        if (!(error instanceof ScriptError)) throw error
        fail(event, error)
        out.next(['err', event])
        return
      }
      event.meta = frame.meta as Rec
      if (result === DROP) {
        event.flight?.note('dropped', 'a script dropped the event')
        return
      }
      if (result !== before) {
        event.payload = Payload.of(result)
        event.failure = null
      }
      out.next([frame.port ?? 'out', event])
    }),
  }

  /** The event becomes the error event: `{"error", "event"}`, metadata as the script left it, never a success. */
  function fail(event: Event, error: ScriptError): void {
    const finding = diagnosticOf(error)
    const at = positionAt(error.span.source, error.span.start)
    const place = `${error.span.source.name}:${at.line}:${at.column}`
    site.log.warn(
      { node: site.address, script: site.node, event_id: event.id.toString() },
      `${place}: ${error.message}`,
    )
    const value = { error: renderTremor(finding), event: frame.event === OPAQUE ? null : frame.event }
    const failure: Failure = { reason: 'script_error', message: error.message.split('\n', 1)[0]!, value }
    event.meta = ofFailure(frame.meta as Rec)
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
