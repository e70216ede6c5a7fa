/** Header lists of the wire and header records of scripts: `{"accept": ["text/html"]}`, names in lower case, values in a list. */
import { isRecord, type Rec, type Value } from '#dsl/value.ts'
import { interned } from './interned.ts'
import type { HeaderList } from './transport.ts'

/** Fields that speak of one connection (RFC 9110 7.6.1, and `proxy-connection` of old). They are no business of a script. */
const hopByHop: ReadonlySet<string> = new Set([
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

/** What is known of a field name: worked out once for each spelling, since the same few dozen come with every message. */
interface Name {
  readonly lower: string
  readonly hop: boolean
  /** A member of every object: as a key it needs care. */
  readonly odd: boolean
}

const names = new Map<string, Name>()

function nameOf(spelling: string): Name {
  return names.get(spelling) ?? learn(spelling)
}

function learn(spelling: string): Name {
  // A string that was a key before is found at once when it is one again.
  const lower = interned(spelling.toLowerCase())
  const name = { lower, hop: hopByHop.has(lower), odd: lower in Object.prototype }
  if (names.size < 4096) names.set(spelling, name)
  return name
}

export function lowerName(name: string): string {
  return nameOf(name).lower
}

/** Whether a field has this name, given in lower case. */
export function isName(name: string, lower: string): boolean {
  return name.length === lower.length && (name === lower || nameOf(name).lower === lower)
}

/**
 * The record a script sees. Hop-by-hop fields and those that `Connection` names are left out; a field that came several times has
 * several values, in order.
 */
export function toRecord(list: HeaderList): Record<string, Value> {
  const record: Record<string, Value> = {}
  let nominated: Set<string> | null = null
  for (let i = 0; i < list.length; i += 2) {
    const name = nameOf(list[i]!)
    const value = list[i + 1]!
    if (name.hop) {
      if (name.lower === 'connection') nominated = nominate(nominated, value)
    } else if (name.odd) addOdd(record, name.lower, value)
    else {
      const before = record[name.lower]
      if (before === undefined) record[name.lower] = [value]
      else (before as Value[]).push(value)
    }
  }
  if (nominated !== null) for (const name of nominated) delete record[name]
  return record
}

function addOdd(record: Record<string, Value>, name: string, value: string): void {
  if (Object.hasOwn(record, name)) (record[name] as Value[]).push(value)
  else
    Object.defineProperty(record, name, {
      value: [value],
      enumerable: true,
      configurable: true,
      writable: true,
    })
}

/** Names listed in a Connection field, but for those that are about the message itself and must stay. */
function nominate(before: Set<string> | null, value: string): Set<string> | null {
  if (value === 'keep-alive' || value === 'close') return before
  const nominated = before ?? new Set<string>()
  for (const part of value.toLowerCase().split(',')) {
    const name = part.trim()
    if (name !== '' && !kept.has(name)) nominated.add(name)
  }
  return nominated
}

const kept: ReadonlySet<string> = new Set([
  'host',
  'content-length',
  'content-type',
  'authorization',
  'cookie',
  'cache-control',
  'close',
  'keep-alive',
])

/**
 * Adds to `list` what goes on the wire for a record of a script: values may be a string or a list of strings, others are skipped as
 * tremor does. Hop-by-hop fields and those named in `without` are left out. Of names that differ in case only the last
 * counts. The transport refuses names and values that would break the message.
 */
export function toList(record: Value | undefined, without: ReadonlySet<string>, list: string[]): string[] {
  if (record === undefined || !isRecord(record)) return list
  /** A name with capitals in it, and whether there are more. Nearly always there is one at most, and it clashes with none. */
  let mixed = ''
  let several = false
  for (const spelling in record) {
    const name = nameOf(spelling)
    if (name.hop || without.has(name.lower)) continue
    if (name.lower !== spelling) {
      several = mixed !== ''
      mixed = spelling
    }
    const value = record[spelling]!
    if (typeof value === 'string') list.push(spelling, value)
    else if (Array.isArray(value))
      for (const each of value) if (typeof each === 'string') list.push(spelling, each)
  }
  if (mixed === '') return list
  return several || (record as Rec)[nameOf(mixed).lower] !== undefined ? lastSpellings(list) : list
}

/** Leaves out fields that come again later in another spelling. */
function lastSpellings(list: string[]): string[] {
  const last = new Map<string, string>()
  let clash = false
  for (let i = 0; i < list.length; i += 2) {
    const { lower } = nameOf(list[i]!)
    const before = last.get(lower)
    if (before !== undefined && before !== list[i]) clash = true
    last.set(lower, list[i]!)
  }
  if (!clash) return list
  return list.filter((_, i) => {
    const spelling = list[i - (i % 2)]!
    return last.get(nameOf(spelling).lower) === spelling
  })
}

/**
 * Adds to `list` the fields of a message that go on, in the order and spelling in which they came: without those of the connection,
 * those that `Connection` names, and those in `without`.
 */
export function endToEnd(came: HeaderList, without: ReadonlySet<string>, list: string[]): string[] {
  let nominated: Set<string> | null = null
  for (let i = 0; i < came.length; i += 2) {
    const name = nameOf(came[i]!)
    if (name.hop) {
      if (name.lower === 'connection') nominated = nominate(nominated, came[i + 1]!)
    } else if (!without.has(name.lower)) list.push(came[i]!, came[i + 1]!)
  }
  if (nominated !== null) for (const name of nominated) dropField(list, name)
  return list
}

/** The values of a field that goes on, whatever its spelling. */
export function valuesIn(came: HeaderList, lower: string): readonly string[] {
  if (nameOf(lower).hop) return []
  let values: string[] | null = null
  for (let i = 0; i < came.length; i += 2) {
    const name = nameOf(came[i]!)
    if (name.lower === lower) values = values === null ? [came[i + 1]!] : [...values, came[i + 1]!]
    else if (name.lower === 'connection' && nominate(null, came[i + 1]!)?.has(lower)) return []
  }
  return values ?? none
}

const none: readonly string[] = []

export function hasField(list: readonly string[], lower: string): boolean {
  for (let i = 0; i < list.length; i += 2) if (isName(list[i]!, lower)) return true
  return false
}

export function dropField(list: string[], lower: string): void {
  for (let i = list.length - 2; i >= 0; i -= 2) if (isName(list[i]!, lower)) list.splice(i, 2)
}

/** The list without that field: the same one, if it has none. */
export function lacking(list: HeaderList, lower: string): HeaderList {
  if (!hasField(list, lower)) return list
  const rest = [...list]
  dropField(rest, lower)
  return rest
}

/** First value of a field of a list, '' if there is none. */
export function fieldIn(list: HeaderList, lower: string): string {
  for (let i = 0; i < list.length; i += 2) if (isName(list[i]!, lower)) return list[i + 1]!
  return ''
}

/** The same, undefined if there is none. */
export function firstIn(list: HeaderList, lower: string): string | undefined {
  for (let i = 0; i < list.length; i += 2) if (isName(list[i]!, lower)) return list[i + 1]!
  return undefined
}

/** First value of a field in a header record, whatever the spelling of its name. */
export function firstValue(record: Value | undefined, lower: string): string | undefined {
  if (record === undefined || !isRecord(record)) return undefined
  let value = (record as Rec)[lower]
  if (value === undefined) {
    for (const spelling of Object.keys(record)) if (nameOf(spelling).lower === lower) value = record[spelling]
  }
  if (typeof value === 'string') return value
  const first = Array.isArray(value) ? value[0] : undefined
  return typeof first === 'string' ? first : undefined
}

/** `application/json; charset=utf-8` -> `application/json` */
export function mediaType(contentType: string): string {
  const end = contentType.indexOf(';')
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase()
}
