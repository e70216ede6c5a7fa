/** Header lists of the wire and header records of scripts: `{"accept": ["text/html"]}`, names in lower case, values in a list. */
import { fieldOf, isRecord, type Value } from '#dsl/value.ts'
import type { HeaderList } from './transport.ts'

/** Fields that speak of one connection (RFC 9110 7.6.1, and `proxy-connection` of old). They are no business of a script. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'expect',
])

/** Names in lower case, kept: the same few dozen arrive with every request. */
const lowered = new Map<string, string>()

export function lowerName(name: string): string {
  let lower = lowered.get(name)
  if (lower === undefined) {
    lower = name.toLowerCase()
    if (lowered.size < 1024) lowered.set(name, lower)
  }
  return lower
}

/**
 * The record a script sees. Hop-by-hop fields and those that `Connection` names are left out; a field that came several times has
 * several values, in order.
 */
export function toRecord(list: HeaderList): Record<string, Value> {
  const record: Record<string, Value> = {}
  let nominated: Set<string> | null = null
  for (let i = 0; i < list.length; i += 2) {
    const name = lowerName(list[i]!)
    const value = list[i + 1]!
    if (hopByHop.has(name)) {
      if (name === 'connection') nominated = nominate(nominated, value)
      continue
    }
    const before = fieldOf(record, name)
    if (before === undefined) {
      if (name === '__proto__') Object.defineProperty(record, name, plain([value]))
      else record[name] = [value]
    } else (before as Value[]).push(value)
  }
  if (nominated !== null) for (const name of nominated) delete record[name]
  return record
}

function plain(value: Value): PropertyDescriptor {
  return { value, enumerable: true, configurable: true, writable: true }
}

/** Names listed in a Connection field, but for those that are about the message itself and must stay. */
function nominate(before: Set<string> | null, value: string): Set<string> | null {
  const lower = value.toLowerCase()
  if (lower === 'keep-alive' || lower === 'close') return before
  const names = before ?? new Set<string>()
  for (const part of lower.split(',')) {
    const name = part.trim()
    if (name !== '' && !kept.has(name)) names.add(name)
  }
  return names
}

const kept = new Set([
  'host',
  'content-length',
  'content-type',
  'authorization',
  'cookie',
  'cache-control',
  'close',
  'keep-alive',
])

/** A header that cannot be sent: the script that set it made a mistake. */
export class HeaderError extends Error {}

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const unsendable = /[^\t\x20-\x7e\x80-\xff]/

/**
 * What goes on the wire for a record of a script: values may be a string or a list of strings, others are skipped as tremor does.
 * Hop-by-hop fields and those named in `without` are left out. Of names that differ in case only the last counts.
 * Throws `HeaderError` for a name or value that would break the framing.
 */
export function toList(
  record: Value | undefined,
  without: ReadonlySet<string> | null,
  list: string[],
): string[] {
  if (record === undefined || !isRecord(record)) return list
  let seen: Set<string> | null = null
  for (const name of Object.keys(record)) {
    const lower = lowerName(name)
    if (hopByHop.has(lower) || without?.has(lower)) continue
    if (lower !== name) {
      seen ??= new Set()
      if (fieldOf(record, lower) !== undefined || seen.has(lower)) remove(list, lower)
      seen.add(lower)
    }
    const value = record[name]!
    if (typeof value === 'string') push(list, name, value)
    else if (Array.isArray(value))
      for (const each of value) if (typeof each === 'string') push(list, name, each)
  }
  return list
}

function push(list: string[], name: string, value: string): void {
  if (!token.test(name))
    throw new HeaderError(`Cannot send header ${JSON.stringify(name)}: it is not a header name`)
  if (unsendable.test(value)) {
    throw new HeaderError(
      `Cannot send header "${name}": its value holds a line break or another character that headers cannot carry`,
    )
  }
  list.push(name, value)
}

function remove(list: string[], lower: string): void {
  for (let i = list.length - 2; i >= 0; i -= 2) if (lowerName(list[i]!) === lower) list.splice(i, 2)
}

/** First value of a field in a header record, whatever the case of its name. */
export function firstValue(record: Value | undefined, lower: string): string | undefined {
  if (record === undefined || !isRecord(record)) return undefined
  let value = fieldOf(record, lower)
  if (value === undefined) {
    for (const name of Object.keys(record)) if (lowerName(name) === lower) value = record[name]
  }
  if (typeof value === 'string') return value
  const first = Array.isArray(value) ? value[0] : undefined
  return typeof first === 'string' ? first : undefined
}

/** `application/json; charset=utf-8` -> `application/json` */
export function mediaType(contentType: string | undefined): string {
  if (contentType === undefined) return ''
  const end = contentType.indexOf(';')
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase()
}
