/**
 * A JSON record of which only some members are decoded, and which is encoded by putting the members that were changed between the bytes
 * of the others. What nobody names leaves as it came: its place, its blanks, its duplicates, the text of its numbers.
 */
import { fromUtf8 } from './bytes.ts'
import { decodeJson, encodeJson } from './json.ts'
import type { JsonSink } from './json-sink.ts'
import { at, type Keys, skim } from './json-skim.ts'
import { MOST_SMALL } from './json-small.ts'
import type { Rec, Value } from './value.ts'

export interface Part {
  readonly bytes: Uint8Array
  readonly keys: Keys
  /** The members that were asked for and are there. */
  readonly value: Rec
  /** Where the value of each key starts and ends, -1 for one that is not there; last, where the closing bracket is. */
  readonly places: readonly number[]
  /** Bytes beyond ASCII. */
  readonly wide: boolean
}

/**
 * Undefined if the document is not a plain record of JSON: then it is to be decoded whole, which tells what is wrong. So it is if
 * what is asked for makes most of it.
 */
export function decodePart(bytes: Uint8Array, keys: Keys): Part | undefined {
  const { names } = keys
  // Were all of them there, they would be most of it, whatever their values.
  if (bytes.length > MOST_TINY && names.length * BYTES_A_MEMBER > bytes.length / 2) return undefined
  const words = skim(bytes, keys)
  if (words === undefined) return undefined
  if (isMost(words, keys, bytes.length)) return undefined
  const wide = words[at.wide] !== 0
  if (wide && fromUtf8(bytes) === undefined) return undefined
  if (names.length === 0) return { bytes, keys, value: NOTHING, places: [words[at.close]! - at.start], wide }
  const value: Record<string, Value> = {}
  const places: number[] = []
  for (let index = 0, word = at.found; index < names.length; index++, word += at.step) {
    const start = words[word]! - at.start
    if (start < 0) {
      places.push(-1, -1)
      continue
    }
    const end = words[word + 1]! - at.start
    places.push(start, end)
    value[names[index]!] = memberAt(
      bytes,
      start,
      end,
      words[word + 2] !== 0 || (wide && mayBeWide(bytes, start, end)),
    )
  }
  places.push(words[at.close]! - at.start)
  return { bytes, keys, value, places, wide }
}

const NOTHING: Rec = Object.freeze({})

/** Members one by one take as long as this many bytes of a document in one go. */
const BYTES_A_MEMBER = 12
/** Documents up to here are so short that it does not matter. */
const MOST_TINY = 64

function isMost(words: Int32Array, { names }: Keys, length: number): boolean {
  if (length <= MOST_TINY) return false
  let asked = 0
  for (let index = 0, word = at.found; index < names.length; index++, word += at.step)
    if (words[word] !== 0) asked += words[word + 1]! - words[word]! + BYTES_A_MEMBER
  return asked > length / 2
}

function mayBeWide(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > MOST_SMALL) return true
  for (let at = start; at < end; at++) if (bytes[at]! > 0x7f) return true
  return false
}

function memberAt(bytes: Uint8Array, start: number, end: number, careful: boolean): Value {
  const value = careful ? undefined : plainAt(bytes, start, end)
  return value === undefined ? decodeJson(bytes.subarray(start, end)) : value
}

/** What is read in less time than the native parser takes to begin. Undefined for anything else. The bytes were seen to be JSON. */
function plainAt(bytes: Uint8Array, start: number, end: number): Value | undefined {
  const first = bytes[start]!
  if (first === QUOTE) return shortText(bytes, start + 1, end - 1)
  if (first === OPEN_LIST) return end - start <= MOST_SMALL ? listAt(bytes, start + 1) : undefined
  if (first === 0x74) return true
  if (first === 0x66) return false
  return first === 0x6e ? null : integerAt(bytes, start, end)
}

/** Of texts and small integers. */
function listAt(bytes: Uint8Array, start: number): Value | undefined {
  const list: Value[] = []
  for (let at = start; ; ) {
    const byte = bytes[at]!
    if (byte === CLOSE_LIST) return list
    if (byte === COMMA || byte <= 0x20) {
      at++
      continue
    }
    let end = at + 1
    if (byte === QUOTE) {
      while (bytes[end] !== QUOTE) end++
      list.push(shortText(bytes, at + 1, end))
      at = end + 1
      continue
    }
    while (bytes[end]! > 0x20 && bytes[end] !== COMMA && bytes[end] !== CLOSE_LIST) end++
    const integer = integerAt(bytes, at, end)
    if (integer === undefined) return undefined
    list.push(integer)
    at = end
  }
}

function integerAt(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end - start > MOST_DIGITS) return undefined
  let value = 0
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 48
    if (digit < 0 || digit > 9) return undefined
    value = value * 10 + digit
  }
  return value
}

const QUOTE = 34
const COMMA = 44
const OPEN_LIST = 91
const CLOSE_LIST = 93
const MOST_DIGITS = 15

/** Short texts come again and again: names, levels, hosts. To find one costs a fifth of making it. */
const MOST_SHARED = 24
const shared: string[] = new Array<string>(1024).fill('')

function shortText(bytes: Uint8Array, from: number, to: number): string {
  if (to - from > MOST_SHARED) return textAt(bytes, from, to, false)
  let hash = to - from
  for (let at = from; at < to; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0
  const place = (hash ^ (hash >>> 11)) & 1023
  const known = shared[place]!
  if (known.length === to - from && isAt(bytes, from, known)) return known
  const text = textAt(bytes, from, to, false)
  shared[place] = text
  return text
}

function isAt(bytes: Uint8Array, from: number, text: string): boolean {
  for (let at = 0; at < text.length; at++) if (bytes[from + at] !== text.charCodeAt(at)) return false
  return true
}

interface Sliced {
  latin1Slice?(from: number, to: number): string
}

function textAt(bytes: Uint8Array, from: number, to: number, wide: boolean): string {
  if (to - from === 1) return String.fromCharCode(bytes[from]!)
  // Node's buffers have a quick way.
  const sliced = wide ? undefined : (bytes as Sliced).latin1Slice?.(from, to)
  return sliced ?? fromUtf8(bytes.subarray(from, to))!
}

/** The document with the members of `value` in place of those that were decoded of it. */
export function encodePart(part: Part, value: Rec): string {
  const edits = editsOf(part, value)
  if (edits === undefined) return encodeJson(wholeOf(part, value))
  const { bytes, wide } = part
  let text = ''
  let from = 0
  for (const [start, end, change] of edits) {
    text += textAt(bytes, from, start, wide) + change
    from = end
  }
  return text + textAt(bytes, from, bytes.length, wide)
}

/** The same, into a sink. */
export function writePart(part: Part, value: Rec, sink: JsonSink): void {
  const edits = editsOf(part, value)
  if (edits === undefined) return sink.text(encodeJson(wholeOf(part, value)))
  const { bytes } = part
  let from = 0
  for (const [start, end, change] of edits) {
    sink.bytes(bytes, from, start)
    sink.text(change)
    from = end
  }
  sink.bytes(bytes, from, bytes.length)
}

type Edit = readonly [start: number, end: number, text: string]

/** What to put in place of what, in order; undefined if a member is gone. */
function editsOf({ bytes, keys, places, value: before }: Part, value: Rec): readonly Edit[] | undefined {
  for (const key in before) if (!Object.hasOwn(value, key)) return undefined
  const edits: Edit[] = []
  let added = ''
  for (const key in value) {
    const now = value[key]!
    const was = Object.hasOwn(before, key) ? before[key] : undefined
    if (now === was) continue
    const text = typeof now === 'string' ? JSON.stringify(now) : encodeJson(now)
    if (was === undefined) {
      added += `,${JSON.stringify(key)}:${text}`
      continue
    }
    const index = 2 * keys.names.indexOf(key)
    edits.push([places[index]!, places[index + 1]!, text])
  }
  const close = places.at(-1)!
  if (added !== '') edits.push([close, close, isEmpty(bytes, close) ? added.slice(1) : added])
  return edits.length > 1 ? edits.sort(([left], [right]) => left - right) : edits
}

/** Whether nothing but blanks stands before the closing bracket. */
function isEmpty(bytes: Uint8Array, close: number): boolean {
  let before = close - 1
  while (bytes[before]! <= 0x20) before--
  return bytes[before] === 123
}

/** All of the document, with the members of `value` in place of those that were decoded of it. */
export function wholeOf(part: Part, value: Rec): Rec {
  const whole = decodeJson(part.bytes) as Rec
  const kept = Object.entries(whole).filter(
    ([key]) => !Object.hasOwn(part.value, key) || Object.hasOwn(value, key),
  )
  return { ...Object.fromEntries(kept), ...value }
}
