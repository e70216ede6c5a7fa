/**
 * JSON in and out of values (RFC 8259), with exact numbers.
 *
 * Rules that the RFC leaves open:
 * - Numbers keep their text until they are touched: `1.50`, `1e2`, `-0`. Integers are exact within i64 and u64;
 *   a number out of range is an error.
 * - Of duplicate keys the last value wins, at the place of the first.
 * - Keys that look like array indexes ("0", "42") come first in a record, in ascending order; all others keep their order.
 * - `__proto__` is a key like any other.
 * - Lone surrogates become U+FFFD. A byte order mark before the document is skipped. Bytes must be UTF-8.
 * - Arrays and records nest up to 128 levels on the way in and 1024 on the way out.
 *
 * Most documents need none of this care: then `JSON.parse` and `JSON.stringify` do the work.
 */
import { fromUtf8 } from './bytes.ts'
import { type Care, careOf, careOfSeen } from './json-care.ts'
import { JsonError } from './json-error.ts'
import { MAX_DEPTH, readExactly } from './json-reader.ts'
import { scanBytes } from './json-scan.ts'
import type { JsonSink } from './json-sink.ts'
import { asciiText, MOST_SMALL, plainText } from './json-small.ts'
import { printsNatively as isNative, writeExactly, writePretty, writeSorted, writeTo } from './json-writer.ts'
import type { Value } from './value.ts'

export { JsonError } from './json-error.ts'

/** The value of a document. Throws `JsonError` with the place of the first mistake. */
export function decodeJson(input: string | Uint8Array): Value {
  if (typeof input === 'string') return parsed(input, careOf(input))
  if (input.length <= MOST_SMALL) {
    const text = plainText(input)
    if (text !== undefined) return parsed(text, text.length <= 2 * MAX_DEPTH ? 'plain' : 'maybe deep')
  }
  const found = scanBytes(input)
  if (found === 0) return parsed(asciiText(input) ?? textOf(input), 'plain')
  const text = textOf(input)
  return parsed(text, found === undefined ? careOf(text) : careOfSeen(found, text))
}

function parsed(text: string, care: Care): Value {
  if (care === 'exact') return readExactly(text)
  let value: Value
  try {
    value = JSON.parse(text)
  } catch {
    // The native error has no place in every case; the exact reader stops at the same character and says where.
    return readExactly(text)
  }
  return care === 'plain' || isShallow(value) ? value : readExactly(text)
}

/** A value as compact JSON. Bytes print as base64. Throws `JsonError` only if it nests too deep or has more than `most` parts. */
export function encodeJson(value: Value, most?: number): string {
  return isNative(value, most) ? JSON.stringify(value) : writeExactly(value, most)
}

/** A value as compact JSON, into a sink. */
export function writeJson(value: Value, sink: JsonSink): void {
  if (isNative(value)) sink.text(JSON.stringify(value))
  else writeTo(value, sink)
}

/** Compact, keys in the order of their UTF-8 bytes, numbers by value and not by the text they came with: equal values, equal text. */
export function encodeSorted(value: Value): string {
  return writeSorted(value)
}

/** Indented by two spaces. */
export function encodePretty(value: Value): string {
  return writePretty(value)
}

function textOf(bytes: Uint8Array): string {
  const text = fromUtf8(bytes)
  if (text === undefined) throw new JsonError('The document is not UTF-8')
  return text
}

/** Whether a value nests no deeper: the native parser takes any depth without recursion, everything after it would not. */
function isShallow(value: Value): boolean {
  return typeof value !== 'object' || value === null || fits(value, MAX_DEPTH)
}

function fits(value: object, depth: number): boolean {
  if (depth === 0) return false
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at++) {
      const item = value[at]
      if (typeof item === 'object' && item !== null && !fits(item, depth - 1)) return false
    }
    return true
  }
  for (const key in value) {
    const item = (value as Record<string, Value>)[key]
    if (typeof item === 'object' && item !== null && !fits(item, depth - 1)) return false
  }
  return true
}
