/** An answer that is kept, and its fields as they are given again. */
import { isName } from '../headers.ts'
import { keep } from '../kept.ts'
import type { HeaderList } from '../transport.ts'
import { membersOf } from './directives.ts'
import { ageMs, type Policy } from './policy.ts'
import type { Selecting } from './vary.ts'

export interface Entry {
  readonly status: number
  /** Without fields of the connection, with a Date. */
  readonly headers: HeaderList
  readonly body: Uint8Array
  readonly policy: Policy
  readonly selecting: Selecting
  /** The request's fields that its answer depended on, for the policy of a later 304. */
  readonly asked: HeaderList
  readonly tags: readonly string[]
  /** The fields it was last given with, which stay the same for a second. */
  given?: Given
}

interface Given {
  /** The fields they were made of: an entry made from this one has others. */
  readonly of: HeaderList
  readonly age: number
  readonly cacheStatus: string
  readonly headers: HeaderList
}

const hopByHop: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** What may be kept of an answer's fields (RFC 9111 3.1). */
export function keptFields(headers: HeaderList, answeredMs: number): HeaderList {
  const named = new Set(membersOf(headers, 'connection').map((name) => name.toLowerCase()))
  const kept: string[] = []
  let dated = false
  for (let i = 0; i < headers.length; i += 2) {
    const lower = headers[i]!.toLowerCase()
    if (hopByHop.has(lower) || (named.has(lower) && lower !== 'cache-control')) continue
    if (lower === 'date') dated = true
    kept.push(headers[i]!, headers[i + 1]!)
  }
  if (!dated) kept.push('Date', new Date(answeredMs).toUTCString())
  return kept
}

/** Fields about the body that is kept: a 304 does not change them (RFC 9111 3.2). */
const ofTheBody: ReadonlySet<string> = new Set([
  'content-length',
  'content-encoding',
  'content-type',
  'content-range',
  'etag',
])

/** The kept fields with those of a 304 in the place of their namesakes. */
export function freshened(kept: HeaderList, fresh: HeaderList): HeaderList {
  const replaced = new Set<string>()
  const added: string[] = []
  for (let i = 0; i < fresh.length; i += 2) {
    const lower = fresh[i]!.toLowerCase()
    if (ofTheBody.has(lower)) continue
    replaced.add(lower)
    added.push(fresh[i]!, fresh[i + 1]!)
  }
  // An age belongs to the answer it came with.
  replaced.add('age')
  const result: string[] = []
  for (let i = 0; i < kept.length; i += 2)
    if (!replaced.has(kept[i]!.toLowerCase())) result.push(kept[i]!, kept[i + 1]!)
  return [...result, ...added]
}

/** The fields to give now: the Age of now, and whence it came behind what caches before us said of themselves. */
export function fieldsNow(
  entry: Pick<Entry, 'headers' | 'policy' | 'given'>,
  nowMs: number,
  cacheStatus: string,
): HeaderList {
  const age = Math.floor(ageMs(entry.policy, nowMs) / 1000)
  const { given } = entry
  const still = given?.of === entry.headers && given.age === age && given.cacheStatus === cacheStatus
  if (still) return given.headers
  const headers: string[] = []
  for (let i = 0; i < entry.headers.length; i += 2)
    if (!isName(entry.headers[i]!, 'age')) headers.push(entry.headers[i]!, entry.headers[i + 1]!)
  headers.push('Age', String(age), 'Cache-Status', cacheStatus)
  keep(headers)
  entry.given = { of: entry.headers, age, cacheStatus, headers }
  return headers
}

export function bytesOf(entry: Entry): number {
  let size = entry.body.length + 512
  for (const text of entry.headers) size += text.length * 2
  for (const text of entry.asked) size += text.length * 2
  return size
}
