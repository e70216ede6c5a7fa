/** Answers that go on for as long as somebody listens: server-sent events (HTML, 9.2). */
import { contentTypeOf } from './kept.ts'
import type { ClientRequest, HeaderList } from './transport.ts'

export function isEventStream(headers: HeaderList): boolean {
  const type = contentTypeOf(headers)
  // The second letter tells it from `application/json` and most others.
  return (type.charCodeAt(1) | 32) === 101 && /^text\/event-stream\s*(?:;|$)/i.test(type)
}

/** How long an upstream may pause within the body of this answer, in milliseconds; 0 for ever. */
export function pauseOf(
  request: Pick<ClientRequest, 'bodyIdleMs' | 'streamIdleMs'>,
  headers: HeaderList,
): number {
  const { bodyIdleMs, streamIdleMs } = request
  return streamIdleMs !== undefined && isEventStream(headers) ? streamIdleMs : bodyIdleMs
}
