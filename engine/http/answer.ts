/** The answers the engine makes itself: one shape for all (design: flight, reasons). */
import { type Reason, reasons } from '../reason.ts'
import type { HeaderList } from './transport.ts'

export interface EngineAnswer {
  readonly status: number
  readonly headers: HeaderList
  readonly body: string
}

export type StatusOverrides = Readonly<Partial<Record<Reason, number>>>

/** `message` must be one line that a client may see: no source, no values, no addresses of ours. */
export function engineAnswer(
  reason: Reason,
  message: string,
  options: { eventId?: string; overrides?: StatusOverrides } = {},
): EngineAnswer {
  const headers = ['content-type', 'application/json', 'temblor-reason', reason]
  if (reason === 'dropped' || reason === 'script_error') headers.push('cache-control', 'no-store')
  if (reason === 'overflow' || reason === 'draining') headers.push('retry-after', '1')
  const body = {
    error: message,
    ...(options.eventId === undefined ? {} : { event_id: options.eventId }),
    reason,
  }
  return {
    status: options.overrides?.[reason] ?? reasons[reason].status,
    headers,
    body: JSON.stringify(body),
  }
}
