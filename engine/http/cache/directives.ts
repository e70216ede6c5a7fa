/** Cache-Control and its kin, read strictly: what cannot be read must not make an answer live longer. */
import { isName, lowerName } from '../headers.ts'
import type { HeaderList } from '../transport.ts'

/** By name in lower case; true for one without a value. */
export type Directives = ReadonlyMap<string, string | true>

const none: Directives = new Map()

/** Fields by which a client tells a cache something. */
const spoken: ReadonlySet<string> = new Set([
  'cache-control',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'pragma',
  'range',
])

/** A bit for each length that one of them has. */
const lengths = [...spoken].reduce((bits, name) => bits | (1 << name.length), 0)

/** Whether a request says anything to a cache: most do not, and need be asked for none of it. */
export function speaksToCaches(headers: HeaderList): boolean {
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!
    if ((lengths & (1 << name.length)) !== 0 && spoken.has(lowerName(name))) return true
  }
  return false
}

/** All lines of a field. */
export function linesOf(headers: HeaderList, lower: string): readonly string[] {
  const lines: string[] = []
  for (let i = 0; i < headers.length; i += 2) if (isName(headers[i]!, lower)) lines.push(headers[i + 1]!)
  return lines
}

/** The members of a list field, commas in quotes aside. */
export function membersOf(headers: HeaderList, lower: string): readonly string[] {
  const members: string[] = []
  for (const line of linesOf(headers, lower)) {
    let from = 0
    let quoted = false
    for (let i = 0; i <= line.length; i++) {
      const char = line[i]
      if (quoted && char === '\\') i++
      else if (char === '"') quoted = !quoted
      else if (i >= line.length || (char === ',' && !quoted)) {
        const member = line.slice(from, i).trim()
        if (member !== '') members.push(member)
        from = i + 1
      }
    }
  }
  return members
}

/** Of a directive that comes twice, the lesser number counts, and otherwise the first. */
export function directivesOf(headers: HeaderList, lower = 'cache-control'): Directives {
  let directives: Map<string, string | true> | null = null
  for (const member of membersOf(headers, lower)) {
    const at = member.indexOf('=')
    const name = (at < 0 ? member : member.slice(0, at)).toLowerCase()
    const value = at < 0 ? true : unquote(member.slice(at + 1))
    directives ??= new Map()
    const before = directives.get(name)
    if (before === undefined || lessThan(value, before)) directives.set(name, value)
  }
  return directives ?? none
}

/**
 * `CDN-Cache-Control` (RFC 9213): a dictionary of structured fields, which overrides Cache-Control and Expires for caches like this one. Null
 * if it is absent, empty or not lawful: then it does not count.
 */
export function targetedOf(headers: HeaderList): Directives | null {
  const members = membersOf(headers, 'cdn-cache-control')
  if (members.length === 0) return null
  const directives = new Map<string, string | true>()
  for (const member of members) {
    const read = /^([a-z*][a-z0-9_.*-]*)(?:=(.*?))?(?:\s*;.*)?$/s.exec(member)
    if (read === null) return null
    const value = read[2]
    if (
      value !== undefined &&
      !/^(-?\d{1,15}(\.\d{1,3})?|"[^"]*"|[A-Za-z*][^\s,;"]*|\?[01]|:[^:]*:)$/.test(value)
    )
      return null
    // A number of another type than the directive wants does not count (RFC 9213 2.1).
    if (value === '?0' || (numeric.has(read[1]!) && !/^\d+$/.test(value ?? ''))) continue
    directives.set(read[1]!, value === undefined || value === '?1' ? true : unquote(value))
  }
  return directives.size === 0 ? null : directives
}

const numeric: ReadonlySet<string> = new Set([
  'max-age',
  's-maxage',
  'stale-while-revalidate',
  'stale-if-error',
])

/** A number of seconds; null if it is absent, 0 if it cannot be read. Beyond 2^31 is 2^31 (RFC 9111 1.2.2). */
export function secondsOf(directives: Directives, name: string): number | null {
  const value = directives.get(name)
  if (value === undefined) return null
  if (value === true || !/^\d+$/.test(value)) return 0
  return Math.min(Number(value), 2 ** 31)
}

function unquote(value: string): string {
  return value.length > 1 && value.startsWith('"') && value.endsWith('"')
    ? value.slice(1, -1).replaceAll(/\\(.)/gs, '$1')
    : value
}

function lessThan(value: string | true, before: string | true): boolean {
  if (before === true) return false
  return value === true || !(Number(value) >= Number(before))
}
