import type { Trail } from './event.ts'
import type { Reason } from './reason.ts'

/**
 * What travels against the flow. `ack` and `fail` tell how an event fared; `open` and `close` tell that what lies below
 * takes events, or does not. About an event, it visits exactly the nodes of the event's trail, backwards; about a place,
 * it goes up every link that leads there.
 */
export interface Insight {
  readonly kind: 'ack' | 'fail' | 'open' | 'close'
  readonly about: 'event' | 'place'
  /** About an event: the hops still ahead. Such an insight is on one path only: the wiring moves it on hop by hop. */
  trail: Trail | null
  /** From the event's entering the offramp to the answer's head, for `ack` and `fail`. */
  readonly elapsedMs?: number
  /** For `fail` and `close`. */
  readonly reason?: Reason | 'upstream_status'
  /**
   * Offered with a failure of transport: tries whether the target can be reached again, with a connection and not with a
   * client's request. The sender answers with an `open` or a `fail` that carries the same offer.
   */
  readonly probe?: () => void
}
