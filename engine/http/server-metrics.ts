import type { Cell, Histogram, Metrics } from '../metrics.ts'
import type { Reason } from '../reason.ts'
import type { TunnelEnded } from './tunnel.ts'

/** What an HTTP onramp counts. Cells are looked up once for each combination that occurs. */
export interface ServerMetrics {
  request(method: string, status: number, elapsedMs: number): void
  /** From the head of a request until it was handed to an upstream. */
  before(elapsedMs: number): void
  /** From the head of the upstream's answer until the client had all of it. */
  behind(elapsedMs: number): void
  answered(reason: Reason): void
  refused(kind: string): void
  /** An answer to a request that was answered before. */
  late(): void
  /** A connection went over to another protocol. */
  joined(): void
  /** It is over: in good order, or by which fault. */
  parted(ended: TunnelEnded, elapsedMs: number): void
}

export function serverMetrics(metrics: Metrics, node: string): ServerMetrics {
  const durations = metrics.histogram(
    'http_server_request_duration_seconds',
    'From the head of a request to the end of its answer; status 499: the client left.',
    ['node', 'http_request_method', 'http_response_status_code'],
  )
  const answers = metrics.counter(
    'temblor_engine_answers_total',
    'Requests that the engine answered itself, by reason.',
    ['node', 'reason'],
  )
  const refusals = metrics.counter(
    'temblor_refused_requests_total',
    'Requests refused before they became events.',
    ['node', 'kind'],
  )
  const late = metrics.counter(
    'temblor_late_answers_total',
    'Events that came back as the answer to a request that was answered before; they are dropped.',
    ['node'],
  )
  const before = metrics.histogram(
    'temblor_request_processing_seconds',
    'From the head of a request until it was handed to an upstream.',
    ['node'],
    processingSeconds,
  )
  const behind = metrics.histogram(
    'temblor_response_processing_seconds',
    "From the head of the upstream's answer until the client had the whole of it.",
    ['node'],
    processingSeconds,
  )
  let known: ReturnType<typeof tunnelMetrics> | null = null
  const tunnels = () => (known ??= tunnelMetrics(metrics, node))
  let beforeCell: Histogram | null = null
  let behindCell: Histogram | null = null
  const byMethod = new Map<string, Map<number, Histogram>>()
  const byReason = new Map<string, Cell>()
  /** What was asked and answered last is mostly what comes next. */
  let last: { readonly method: string; readonly status: number; readonly cell: Histogram } | null = null

  function durationsOf(method: string, status: number): Histogram {
    let byStatus = byMethod.get(method)
    if (byStatus === undefined) byMethod.set(method, (byStatus = new Map()))
    let cell = byStatus.get(status)
    if (cell === undefined) byStatus.set(status, (cell = durations.with(node, method, String(status))))
    return cell
  }

  return {
    request(method, status, elapsedMs) {
      if (last === null || last.method !== method || last.status !== status)
        last = { method, status, cell: durationsOf(method, status) }
      last.cell.observe(elapsedMs / 1000)
    },
    before(elapsedMs) {
      beforeCell ??= before.with(node)
      beforeCell.observe(elapsedMs / 1000)
    },
    behind(elapsedMs) {
      behindCell ??= behind.with(node)
      behindCell.observe(elapsedMs / 1000)
    },
    answered(reason) {
      let cell = byReason.get(reason)
      if (cell === undefined) byReason.set(reason, (cell = answers.with(node, reason)))
      cell.value++
    },
    refused(kind) {
      refusals.with(node, kind).value++
    },
    late() {
      late.with(node).value++
    },
    joined() {
      tunnels().open.value++
    },
    parted({ fault, fromClient, fromUpstream }, elapsedMs) {
      const { open, durations, bytes } = tunnels()
      open.value--
      durations.with(node, fault?.kind ?? 'closed_in_order').observe(elapsedMs / 1000)
      bytes.with(node, 'from_client').value += fromClient
      bytes.with(node, 'from_upstream').value += fromUpstream
    },
  }
}

/** Declared by the first connection that goes over to another protocol. */
function tunnelMetrics(metrics: Metrics, node: string) {
  return {
    open: metrics
      .gauge('temblor_tunnels', 'Connections that went over to another protocol and are open.', ['node'])
      .with(node),
    durations: metrics.histogram(
      'temblor_tunnel_duration_seconds',
      'How long connections that went over to another protocol were open, by what ended them.',
      ['node', 'end'],
      tunnelSeconds,
    ),
    bytes: metrics.counter(
      'temblor_tunnel_bytes_total',
      'Octets that such connections carried; counted when they end.',
      ['node', 'direction'],
    ),
  }
}

const tunnelSeconds = [0.1, 1, 10, 60, 300, 900, 3600, 14_400, 86_400]

/** What a proxy adds by itself is a matter of microseconds. */
const processingSeconds = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5]
