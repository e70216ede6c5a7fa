/** Conditions and ranges of a client, answered from what is kept (RFC 9110 13 and 14, RFC 9111 4.3.2). */
import { fieldIn } from '../headers.ts'
import type { HeaderList } from '../transport.ts'
import { linesOf, membersOf } from './directives.ts'
import { dateOf, httpDate } from './policy.ts'

/** Whether the client has it already: `If-None-Match`, and only without it `If-Modified-Since`. */
export function isUnchanged(asked: HeaderList, kept: HeaderList): boolean {
  const wanted = linesOf(asked, 'if-none-match')
  if (wanted.length > 0) {
    const etag = fieldIn(kept, 'etag').trim()
    if (wanted.some((line) => line.trim() === '*')) return true
    return etag !== '' && membersOf(asked, 'if-none-match').some((each) => opaque(each) === opaque(etag))
  }
  const stated = fieldIn(asked, 'if-modified-since')
  const since = stated === '' ? null : httpDate(stated)
  if (since === null) return false
  const modified = httpDate(fieldIn(kept, 'last-modified')) ?? dateOf(kept)
  return modified !== null && modified <= since
}

/** Weak comparison (RFC 9110 8.8.3.2). */
function opaque(etag: string): string {
  return etag.startsWith('W/') ? etag.slice(2) : etag
}

const of304: ReadonlySet<string> = new Set([
  'cache-control',
  'content-location',
  'date',
  'etag',
  'expires',
  'vary',
  'age',
  'cache-status',
  'set-cookie',
])

/** Fields of a 304 (RFC 9110 15.4.5): those about the body are not said again, unless there is no other validator. */
export function fieldsOf304(headers: HeaderList): HeaderList {
  const kept: string[] = []
  const etag = fieldIn(headers, 'etag') !== ''
  for (let i = 0; i < headers.length; i += 2) {
    const lower = headers[i]!.toLowerCase()
    if (of304.has(lower) || (lower === 'last-modified' && !etag) || !lower.startsWith('content-'))
      kept.push(headers[i]!, headers[i + 1]!)
  }
  return kept
}

/** From the first octet to behind the last. */
export interface Slice {
  readonly from: number
  readonly to: number
}

/** The one range a client asks for; null: everything; 'none': it lies beyond the end. Several ranges are answered with everything. */
export function rangeOf(asked: HeaderList, kept: HeaderList, size: number): Slice | null | 'none' {
  const stated = fieldIn(asked, 'range')
  if (stated === '') return null
  const range = /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(stated)
  if (range === null || !ifRange(asked, kept)) return null
  const [, first, last] = range as unknown as [string, string, string]
  if (first === '' && last === '') return null
  if (first === '')
    return last === '0' || size === 0 ? 'none' : { from: Math.max(0, size - Number(last)), to: size }
  const from = Number(first)
  if (last !== '' && Number(last) < from) return null
  if (from >= size) return 'none'
  return { from, to: last === '' ? size : Math.min(size, Number(last) + 1) }
}

/** Strong comparison: a weak tag fits nothing; a date must be the very one (RFC 9110 13.1.5). */
function ifRange(asked: HeaderList, kept: HeaderList): boolean {
  const condition = fieldIn(asked, 'if-range').trim()
  if (condition === '') return true
  if (condition.startsWith('W/')) return false
  if (condition.startsWith('"')) return condition === fieldIn(kept, 'etag').trim()
  const date = httpDate(condition)
  return date !== null && date === httpDate(fieldIn(kept, 'last-modified'))
}

const conditions: ReadonlySet<string> = new Set([
  'if-none-match',
  'if-modified-since',
  'if-match',
  'if-unmodified-since',
  'if-range',
  'range',
])

/** The request for an answer to keep: without the client's conditions, with ours about what is kept. */
export function fillingFields(asked: HeaderList, kept: HeaderList | null): string[] {
  const headers: string[] = []
  for (let i = 0; i < asked.length; i += 2)
    if (!conditions.has(asked[i]!.toLowerCase())) headers.push(asked[i]!, asked[i + 1]!)
  if (kept === null) return headers
  const etag = fieldIn(kept, 'etag')
  const modified = fieldIn(kept, 'last-modified')
  if (etag !== '') headers.push('If-None-Match', etag)
  if (modified !== '') headers.push('If-Modified-Since', modified)
  return headers
}
