import type { BodySource, ClientCall, HeaderList } from '../transport.ts'
import type { Asked, SetEvents } from '../upstreams.ts'

/** What a request waits at: it may be left. */
interface Waited {
  leave(visit: Visit): void
}

/** Why a request went on (RFC 9211 2.2). */
export type Forwarded = 'uri-miss' | 'vary-miss' | 'stale' | 'request' | 'partial' | 'method' | 'bypass'

/** One request that the cache was asked. */
export class Visit implements ClientCall {
  readonly asked: Asked
  readonly events: SetEvents
  readonly key: string
  readonly forwarded: Forwarded
  /** A call that is its own. */
  under: ClientCall | null = null
  fetch: Waited | null = null
  over = false

  constructor(asked: Asked, events: SetEvents, key: string, forwarded: Forwarded) {
    this.asked = asked
    this.events = events
    this.key = key
    this.forwarded = forwarded
  }

  abort(): void {
    this.over = true
    this.under?.abort()
    this.fetch?.leave(this)
  }
}

/** The same events, the answer's fields saying that it was fetched. */
export function marking(events: SetEvents, cacheStatus: string): SetEvents {
  return {
    ...(events.inform === undefined ? {} : { inform: (status, headers) => events.inform!(status, headers) }),
    chosen: (member) => events.chosen?.(member),
    head: (status: number, headers: HeaderList, body: BodySource) =>
      events.head(status, [...headers, 'Cache-Status', cacheStatus], body),
    fail: (fault) => events.fail(fault),
  }
}
