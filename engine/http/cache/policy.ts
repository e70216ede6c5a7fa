/** Whether an answer may be kept, and for how long it is fresh (RFC 9111 3 and 4.2), on http-cache-semantics. */
import CachePolicy from 'http-cache-semantics'
import { fieldIn } from '../headers.ts'
import type { HeaderList } from '../transport.ts'
import { type Directives, directivesOf, linesOf, secondsOf, targetedOf } from './directives.ts'
import type { CacheConfig } from './fields.ts'

/** Times are milliseconds since the epoch. */
export interface Times {
  readonly askedMs: number
  readonly answeredMs: number
}

export interface Policy {
  readonly storable: boolean
  /** Of freshness, from the answer's making. */
  readonly lifetimeMs: number
  /** What it was old already when it came (RFC 9111 4.2.3). */
  readonly initialAgeMs: number
  readonly answeredMs: number
  /** Must be asked about before each use. */
  readonly alwaysAsk: boolean
  /** Must not be given once it is stale, whatever client or operator want. */
  readonly neverStale: boolean
  readonly staleWhileRevalidateMs: number
  readonly staleIfErrorMs: number
}

/** The library asks the time in its constructor. */
let now = 0
class ClockedPolicy extends CachePolicy {
  now(): number {
    return now
  }
}

/** Cacheable without a stated lifetime (RFC 9110 15.1), save 206. */
const heuristicStatuses: ReadonlySet<number> = new Set([
  200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501,
])

export function policyOf(
  method: string,
  asked: HeaderList,
  status: number,
  headers: HeaderList,
  times: Times,
  config: CacheConfig,
): Policy {
  const targeted = targetedOf(headers)
  const stated = targeted ?? directivesOf(headers)
  const directives = understood(stated, status)
  const expires = targeted === null ? expiryOf(headers) : null
  const explicit =
    directives.has('max-age') || directives.has('s-maxage') || directives.has('public') || expires !== null
  const written: Record<string, string> = {}
  if (directives.size > 0) written['cache-control'] = textOf(directives)
  const lastModified = fieldIn(headers, 'last-modified')
  const date = dateOf(headers) ?? times.answeredMs
  written['date'] = new Date(date).toUTCString()
  if (expires !== null) written['expires'] = expires
  const mayGuess = heuristicStatuses.has(status) || directives.has('public')
  if (mayGuess && lastModified !== '' && !Number.isNaN(Date.parse(lastModified)))
    written['last-modified'] = lastModified
  for (const name of ['vary', 'set-cookie']) {
    const lines = linesOf(headers, name)
    if (lines.length > 0) written[name] = lines.join(', ')
  }
  if (fieldIn(headers, 'pragma') !== '' && targeted === null) written['pragma'] = fieldIn(headers, 'pragma')
  const authorization = fieldIn(asked, 'authorization')
  const request = {
    url: '/',
    method,
    headers: authorization === '' ? {} : { authorization },
  }
  now = times.answeredMs
  // The library refuses statuses it does not know even where a lifetime is stated; RFC 9111 3 asks only that they are final.
  const library = new ClockedPolicy(
    request,
    { status: explicit && status >= 200 ? 200 : status, headers: written },
    { shared: true, cacheHeuristic: config.heuristic },
  )
  const lifetimeMs = Math.min(library.maxAge() * 1000, config.max_freshness ?? Number.POSITIVE_INFINITY)
  const neverStale =
    directives.has('must-revalidate') || directives.has('proxy-revalidate') || directives.has('no-cache')
  const silent = neverStale || directives.has('s-maxage')
  const stale = (name: string, otherwise: number) => {
    const seconds = secondsOf(directives, name)
    return neverStale ? 0 : seconds !== null ? seconds * 1000 : silent ? 0 : otherwise
  }
  return {
    storable: status !== 206 && status !== 304 && library.storable(),
    lifetimeMs,
    initialAgeMs: initialAge(headers, date, times),
    answeredMs: times.answeredMs,
    alwaysAsk:
      directives.has('no-cache') || (stated.size === 0 && /no-cache/i.test(fieldIn(headers, 'pragma'))),
    neverStale: silent,
    staleWhileRevalidateMs: stale('stale-while-revalidate', config.stale_while_revalidate),
    staleIfErrorMs: stale('stale-if-error', config.stale_if_error),
  }
}

export function ageMs(policy: Policy, nowMs: number): number {
  return policy.initialAgeMs + Math.max(0, nowMs - policy.answeredMs)
}

/** `must-understand` beside `no-store`: whoever knows the status may keep it (RFC 9111 5.2.2.3). */
function understood(directives: Directives, status: number): Directives {
  if (!directives.has('must-understand') || !heuristicStatuses.has(status)) return directives
  return new Map([...directives].filter(([name]) => name !== 'no-store'))
}

/** As the library reads it. What makes an answer live longer is written only if it can be read. */
function textOf(directives: Directives): string {
  const parts: string[] = []
  for (const name of directives.keys()) {
    if (name === 'max-age' || name === 's-maxage') parts.push(`${name}=${secondsOf(directives, name)}`)
    // The library takes proxy-revalidate for a lifetime of nothing, and immutable for one of a day.
    else if (name !== 'proxy-revalidate' && name !== 'immutable') parts.push(name)
  }
  return parts.join(', ')
}

/** Of several lines the first counts; one that is no date is in the past. */
function expiryOf(headers: HeaderList): string | null {
  const lines = linesOf(headers, 'expires')
  if (lines.length === 0) return null
  const time = httpDate(lines[0]!)
  return time === null ? '0' : new Date(time).toUTCString()
}

export function dateOf(headers: HeaderList): number | null {
  return httpDate(fieldIn(headers, 'date'))
}

const days = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)'
const fixed = new RegExp(`^${days}, \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT$`, 'i')
const rfc850 = /^[A-Z][a-z]{5,8}, (\d\d)-([A-Z][a-z]{2})-(\d\d) (\d\d:\d\d:\d\d) GMT$/i
const asctime = new RegExp(`^${days} ([A-Z][a-z]{2}) ([ \\d]\\d) (\\d\\d:\\d\\d:\\d\\d) (\\d{4})$`, 'i')

/** An HTTP date in any of its three forms (RFC 9110 5.6.7), in milliseconds; null for anything else. */
export function httpDate(text: string): number | null {
  const trimmed = text.trim()
  if (fixed.test(trimmed)) return finite(Date.parse(trimmed))
  const old = rfc850.exec(trimmed)
  if (old !== null) return finite(Date.parse(`${old[1]} ${old[2]} ${century(Number(old[3]))} ${old[4]} GMT`))
  const c = asctime.exec(trimmed)
  if (c !== null) return finite(Date.parse(`${c[2]!.trim()} ${c[1]} ${c[4]} ${c[3]} GMT`))
  return null
}

function century(year: number): number {
  return year < 70 ? 2000 + year : 1900 + year
}

function finite(ms: number): number | null {
  return Number.isNaN(ms) ? null : ms
}

function initialAge(headers: HeaderList, date: number, { askedMs, answeredMs }: Times): number {
  const stated = /^\s*(\d+)\s*(?:,|$)/.exec(fieldIn(headers, 'age'))
  const age = stated === null ? 0 : Math.min(Number(stated[1]), 2 ** 31) * 1000
  const apparent = Math.max(0, answeredMs - date)
  return Math.max(apparent, age + (answeredMs - askedMs))
}
