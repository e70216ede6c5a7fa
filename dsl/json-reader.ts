/** The exact JSON reader: slower than the native one, but it keeps numbers whole and says where a mistake is. */
import { jsonErrorAt } from './json-error.ts'
import { readNumber } from './number.ts'
import type { Value } from './value.ts'

/** Arrays and records nest no deeper than this. */
export const MAX_DEPTH = 128

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y
/** The inside of a string up to its end, or up to what needs a closer look. */
const PLAIN_STRING = /[^"\\\u0000-\u001f]*/y

const QUOTE = 34
const COMMA = 44
const COLON = 58
const OPEN_LIST = 91
const BACKSLASH = 92
const CLOSE_LIST = 93
const OPEN_RECORD = 123
const CLOSE_RECORD = 125

interface Reader {
  readonly text: string
  at: number
}

/** Reads one document and nothing after it. Throws `JsonError`. */
export function readExactly(text: string): Value {
  const reader: Reader = { text, at: text.charCodeAt(0) === 0xfeff ? 1 : 0 }
  const value = readValue(reader, 0)
  skipBlank(reader)
  if (reader.at < text.length) throw jsonErrorAt(text, reader.at, 'Expected the end of the document')
  return value
}

function readValue(reader: Reader, depth: number): Value {
  const { text } = reader
  const code = skipBlank(reader)
  if (code === QUOTE) return readString(reader)
  if (code === OPEN_RECORD) return readRecord(reader, depth + 1)
  if (code === OPEN_LIST) return readList(reader, depth + 1)
  if (code === 45 || (code >= 48 && code <= 57)) return readNumberAt(reader)
  if (text.startsWith('true', reader.at)) return word(reader, 4, true)
  if (text.startsWith('false', reader.at)) return word(reader, 5, false)
  if (text.startsWith('null', reader.at)) return word(reader, 4, null)
  throw jsonErrorAt(text, reader.at, 'Expected a JSON value')
}

function word<T>(reader: Reader, length: number, value: T): T {
  reader.at += length
  return value
}

/** Moves to the next character that is not blank and says which it is, NaN at the end. */
function skipBlank(reader: Reader): number {
  const { text } = reader
  let at = reader.at
  let code = text.charCodeAt(at)
  while (code === 32 || code === 10 || code === 13 || code === 9) code = text.charCodeAt(++at)
  reader.at = at
  return code
}

function enter(reader: Reader, depth: number): void {
  if (depth > MAX_DEPTH) {
    throw jsonErrorAt(
      reader.text,
      reader.at,
      `Arrays and records may not nest deeper than ${MAX_DEPTH} levels`,
    )
  }
  reader.at++
}

function readList(reader: Reader, depth: number): Value {
  enter(reader, depth)
  const list: Value[] = []
  if (skipBlank(reader) === CLOSE_LIST) return word(reader, 1, list)
  for (;;) {
    list.push(readValue(reader, depth))
    const code = skipBlank(reader)
    if (code === CLOSE_LIST) return word(reader, 1, list)
    if (code !== COMMA) throw jsonErrorAt(reader.text, reader.at, 'Expected "," or "]" in an array')
    reader.at++
  }
}

function readRecord(reader: Reader, depth: number): Value {
  enter(reader, depth)
  const record: Record<string, Value> = {}
  if (skipBlank(reader) === CLOSE_RECORD) return word(reader, 1, record)
  for (;;) {
    if (skipBlank(reader) !== QUOTE) {
      throw jsonErrorAt(reader.text, reader.at, 'Expected a key in quotes in a record')
    }
    const key = readString(reader)
    if (skipBlank(reader) !== COLON) throw jsonErrorAt(reader.text, reader.at, 'Expected ":" after a key')
    reader.at++
    set(record, key, readValue(reader, depth))
    const code = skipBlank(reader)
    if (code === CLOSE_RECORD) return word(reader, 1, record)
    if (code !== COMMA) throw jsonErrorAt(reader.text, reader.at, 'Expected "," or "}" in a record')
    reader.at++
  }
}

function set(record: Record<string, Value>, key: string, value: Value): void {
  if (key !== '__proto__') record[key] = value
  else Object.defineProperty(record, key, { value, enumerable: true, configurable: true, writable: true })
}

function readNumberAt(reader: Reader): Value {
  const { text, at } = reader
  NUMBER.lastIndex = at
  const found = NUMBER.exec(text)
  if (found === null) throw jsonErrorAt(text, at, 'Expected a number')
  const end = at + found[0].length
  const next = text.charCodeAt(end)
  // `01`, `1.`, `1e`: what follows belongs to the number and is wrong in it.
  if ((next >= 48 && next <= 57) || next === 46 || next === 101 || next === 69) {
    throw jsonErrorAt(text, at, 'Expected a number as JSON writes it')
  }
  const value = readNumber(found[0])
  if (value === undefined) throw jsonErrorAt(text, at, 'Expected a number of at most 64 bits')
  reader.at = end
  return value
}

function readString(reader: Reader): string {
  const { text } = reader
  const start = reader.at
  let at = start + 1
  let escaped = false
  for (;;) {
    PLAIN_STRING.lastIndex = at
    PLAIN_STRING.test(text)
    at = PLAIN_STRING.lastIndex
    const code = text.charCodeAt(at)
    if (code === QUOTE) break
    if (code !== BACKSLASH) throw jsonErrorAt(text, at, 'Expected the end of a string')
    at = escapeEnd(text, at)
    escaped = true
  }
  reader.at = at + 1
  const inside = text.slice(start + 1, at)
  return (escaped ? (JSON.parse(`"${inside}"`) as string) : inside).toWellFormed()
}

function escapeEnd(text: string, at: number): number {
  const known = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y
  known.lastIndex = at
  if (!known.test(text)) throw jsonErrorAt(text, at, 'Expected an escape as JSON knows it')
  return known.lastIndex
}
