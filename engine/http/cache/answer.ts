/** The answer to a client made of a kept one: whole, a part of it, or that it is unchanged. */
import { isName } from '../headers.ts'
import type { BodySource, ClientRequest, HeaderList } from '../transport.ts'
import { fieldsOf304, isUnchanged, rangeOf } from './conditional.ts'
import { type Entry, fieldsNow } from './entry.ts'
import { bytesSource } from './shared-body.ts'

export interface Answer {
  readonly status: number
  readonly headers: HeaderList
  readonly body: BodySource
}

const nothing = new Uint8Array()

export function conditionalAnswer(
  { method, headers: asked }: ClientRequest,
  entry: Entry,
  nowMs: number,
  cacheStatus: string,
): Answer {
  const { status, body } = entry
  const headers = fieldsNow(entry, nowMs, cacheStatus)
  if (status === 200 && isUnchanged(asked, entry.headers))
    return { status: 304, headers: fieldsOf304(headers), body: bytesSource(nothing) }
  if (method === 'HEAD') return { status, headers, body: bytesSource(nothing) }
  const range = status === 200 ? rangeOf(asked, entry.headers, body.length) : null
  if (range === null) return { status, headers, body: bytesSource(body) }
  const without = withoutLength(headers)
  if (range === 'none') {
    without.push('Content-Range', `bytes */${body.length}`)
    return { status: 416, headers: without, body: bytesSource(nothing) }
  }
  const { from, to } = range
  without.push('Content-Range', `bytes ${from}-${to - 1}/${body.length}`, 'Content-Length', String(to - from))
  return { status: 206, headers: without, body: bytesSource(body.subarray(from, to)) }
}

function withoutLength(headers: HeaderList): string[] {
  const kept: string[] = []
  for (let i = 0; i < headers.length; i += 2)
    if (!isName(headers[i]!, 'content-length')) kept.push(headers[i]!, headers[i + 1]!)
  return kept
}
