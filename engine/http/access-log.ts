/** One line for each request: what was asked, what was answered, and by which places it went. */
import type { EventId } from '../event.ts'
import type { Reason } from '../reason.ts'
import { fieldIn } from './headers.ts'
import type { Exchange } from './transport.ts'

export interface Outcome {
  /** 0: the client left before there was an answer. */
  readonly status: number
  readonly bytes: number
  /** What the client sent on a connection that left HTTP behind. */
  readonly received?: number
  readonly elapsedMs: number
  /** Why the engine answered, if it did. */
  readonly reason: Reason | null
  readonly visited: readonly string[] | null
  /** Why the answer was cut, if it was. */
  readonly cut: string | null
}

export function accessLine(
  node: string,
  id: EventId,
  exchange: Exchange,
  outcome: Outcome,
): Readonly<Record<string, unknown>> {
  const line: Record<string, unknown> = {
    node,
    event_id: id.toString(),
    method: exchange.method,
    target: exchange.target,
    host: exchange.authority,
    client: exchange.remote.address,
    status: outcome.status || 499,
    bytes: outcome.bytes,
  }
  if (outcome.received !== undefined) line['received'] = outcome.received
  line['duration_ms'] = Math.round(outcome.elapsedMs * 1000) / 1000
  if (outcome.reason !== null) line['reason'] = outcome.reason
  if (outcome.cut !== null) line['cut'] = outcome.cut
  line['visited'] = outcome.visited
  const trace = traceId(fieldIn(exchange.headers, 'traceparent'))
  if (trace !== undefined) line['trace_id'] = trace
  return line
}

/** Evenly spread and the same in every run: the n-th request is logged if the count of logged ones falls behind the share. */
export function sampled(n: number, share: number): boolean {
  return Math.floor((n + 1) * share) > Math.floor(n * share)
}

/** The trace a request belongs to (W3C Trace Context 3.2, traceparent). */
function traceId(parent: string): string | undefined {
  return /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/.exec(parent)?.[1]
}
