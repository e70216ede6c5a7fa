/**
 * One line of InfluxDB's line protocol, to a record and back:
 *
 *     weather,location=us-midwest temperature=82,count=3i 1465839830100400200
 *     {"measurement":"weather","tags":{"location":"us-midwest"},"fields":{"temperature":82.0,"count":3},"timestamp":1465839830100400200}
 *
 * As tremor reads it (tremor-influx 0.11): bare numbers are floats, those ending in `i` integers; a line without a time is
 * dated by its arrival; a backslash that escapes nothing stands for itself.
 */
import { put } from './emit/runtime/records.ts'
import { integer, printFloat } from './number.ts'
import { Float, fieldOf, float, isRecord, type Rec, type Value } from './value.ts'

export class InfluxError extends Error {}

/** Undefined for an empty line and for a comment. Throws `InfluxError` with the place of the mistake, characters from 1. */
export function readInflux(text: string, ingestNs: bigint): Rec | undefined {
  const line = text.trim()
  if (line === '' || line.startsWith('#')) return undefined
  const cursor: Cursor = { line, at: 0 }
  const measurement = name(cursor, ', ', 'a measurement')
  const tags = line[cursor.at] === ',' ? readTags(cursor) : {}
  expect(cursor, ' ', 'a blank before the fields')
  const fields = readFields(cursor)
  const timestamp = readTime(cursor, ingestNs)
  return { measurement, tags, fields, timestamp }
}

/** Tags and fields in the order of their names. Throws `InfluxError` on what the protocol cannot say. */
export function writeInflux(value: Value): string {
  if (!isRecord(value)) throw new InfluxError('A line of influx data needs a record')
  const measurement = fieldOf(value, 'measurement')
  if (typeof measurement !== 'string' || measurement === '') missing('measurement', 'a text')
  const tags = entries(value, 'tags')
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    .map(([key, tag]) => `,${escaped(key, /[,= \\]/g)}=${escaped(tag, /[,= \\]/g)}`)
  const fields = entries(value, 'fields').map(([key, field]) => `${escaped(key, /[,= \\]/g)}=${printField(key, field)}`)
  if (fields.length === 0) missing('fields', 'a record of at least one field')
  const timestamp = fieldOf(value, 'timestamp')
  if (!isInteger(timestamp)) missing('timestamp', 'an integer of nanoseconds')
  return `${escaped(measurement, /[, \\]/g)}${tags.join('')} ${fields.join()} ${timestamp}`
}

// ---- reading --------------------------------------------------------------------------------------------------

interface Cursor {
  readonly line: string
  at: number
}

function readTags(cursor: Cursor): Rec {
  const tags: Rec = {}
  while (cursor.line[cursor.at] === ',') {
    cursor.at++
    const key = name(cursor, '=, ', 'the name of a tag')
    expect(cursor, '=', `"=" and a value for the tag ${JSON.stringify(key)}`)
    put(tags, key, name(cursor, ', =', `a value for the tag ${JSON.stringify(key)}`))
  }
  return tags
}

function readFields(cursor: Cursor): Rec {
  const fields: Rec = {}
  do {
    const key = name(cursor, '=, ', 'the name of a field')
    expect(cursor, '=', `"=" and a value for the field ${JSON.stringify(key)}`)
    put(fields, key, readField(cursor))
  } while (cursor.line[cursor.at] === ',' && ++cursor.at)
  return fields
}

function readField(cursor: Cursor): Value {
  const start = cursor.at
  if (cursor.line[start] === '"') return readText(cursor)
  const word = name(cursor, ', ', 'a value')
  if (/^(t|T|true|True|TRUE)$/.test(word)) return true
  if (/^(f|F|false|False|FALSE)$/.test(word)) return false
  const whole = /^(-?\d+)[iu]$/.exec(word)
  const value = whole === null ? readFloat(word) : integer(BigInt(whole[1]!))
  if (value !== undefined) return value
  throw mistake(cursor, start, `${JSON.stringify(word)} is no number, no boolean and no text in quotes`)
}

function readFloat(word: string): Value | undefined {
  if (!/^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(word)) return undefined
  const value = Number(word)
  return Number.isFinite(value) ? float(value) : undefined
}

function readText(cursor: Cursor): string {
  const start = cursor.at++
  const text = upTo(cursor, '"')
  if (cursor.line[cursor.at] !== '"') throw mistake(cursor, start, 'the text has no closing quote')
  cursor.at++
  return text
}

function readTime(cursor: Cursor, ingestNs: bigint): Value {
  const rest = cursor.line.slice(cursor.at).trim()
  if (rest === '') return integer(ingestNs)!
  const time = /^-?\d+$/.test(rest) ? integer(BigInt(rest)) : undefined
  if (time === undefined) throw mistake(cursor, cursor.at, `expected a time in nanoseconds, found ${JSON.stringify(rest)}`)
  return time
}

/** A name or bare word up to one of `ends`; not empty. */
function name(cursor: Cursor, ends: string, what: string): string {
  const start = cursor.at
  const text = upTo(cursor, ends)
  if (text === '') throw mistake(cursor, start, `expected ${what}`)
  return text
}

/** A backslash before one of `ends` or before another backslash takes away its meaning; before anything else it is text. */
function upTo(cursor: Cursor, ends: string): string {
  const { line } = cursor
  let text = ''
  for (; cursor.at < line.length; cursor.at++) {
    const char = line[cursor.at]!
    if (ends.includes(char)) return text
    const next = line[cursor.at + 1]
    if (char === '\\' && next !== undefined && (next === '\\' || ends.includes(next))) {
      text += next
      cursor.at++
    } else text += char
  }
  return text
}

function expect(cursor: Cursor, char: string, what: string): void {
  if (cursor.line[cursor.at] !== char) throw mistake(cursor, cursor.at, `expected ${what}`)
  cursor.at++
}

function mistake(cursor: Cursor, at: number, message: string): InfluxError {
  const where = at >= cursor.line.length ? 'at the end of the line' : `at character ${at + 1}`
  return new InfluxError(`The line is no influx data: ${message}, ${where}`)
}

// ---- writing --------------------------------------------------------------------------------------------------

function entries(record: Rec, key: 'tags' | 'fields'): [string, Value][] {
  const held = fieldOf(record, key)
  if (held === undefined || !isRecord(held)) missing(key, 'a record')
  return Object.entries(held).sort(([a], [b]) => (a < b ? -1 : 1))
}

function printField(key: string, value: Value): string {
  if (typeof value === 'string') return `"${value.replace(/["\\]/g, '\\$&')}"`
  if (typeof value === 'boolean') return String(value)
  if (isInteger(value)) return `${value}i`
  if (value instanceof Float) return printFloat(value.value)
  if (typeof value === 'number' && Number.isFinite(value)) return printFloat(value)
  throw new InfluxError(`The field ${JSON.stringify(key)} of a line of influx data must be a text, a number or a boolean`)
}

function escaped(text: string, special: RegExp): string {
  if (/[\r\n]/.test(text)) throw new InfluxError(`A name in influx data cannot hold a line break: ${JSON.stringify(text)}`)
  return text.replace(special, '\\$&')
}

function isInteger(value: Value | undefined): value is number | bigint {
  return typeof value === 'bigint' || Number.isInteger(value)
}

function missing(field: string, wanted: string): never {
  throw new InfluxError(`A line of influx data needs "${field}", ${wanted}`)
}
