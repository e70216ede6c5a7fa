/** Writes a line of InfluxDB's line protocol; `dsl/influx.ts` reads it. */
import { printFloat } from '#dsl/number.ts'
import { Float, fieldOf, isRecord, type Rec, type Value } from '#dsl/value.ts'

export class InfluxError extends Error {}

/** Tags and fields in the order of their names. Throws `InfluxError` on what the protocol cannot say. */
export function encodeInflux(value: Value): string {
  if (!isRecord(value)) throw new InfluxError('a line needs a record')
  const measurement = fieldOf(value, 'measurement')
  if (typeof measurement !== 'string' || measurement === '') missing('measurement', 'a text')
  const tags = entries(value, 'tags')
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    .map(([key, tag]) => `,${escaped(key, /[,= \\]/g)}=${escaped(tag, /[,= \\]/g)}`)
  const fields = entries(value, 'fields').map(
    ([key, field]) => `${escaped(key, /[,= \\]/g)}=${printField(key, field)}`,
  )
  if (fields.length === 0) missing('fields', 'a record of at least one field')
  const timestamp = fieldOf(value, 'timestamp')
  if (!isInteger(timestamp)) missing('timestamp', 'an integer of nanoseconds')
  return `${escaped(measurement, /[, \\]/g)}${tags.join('')} ${fields.join()} ${timestamp}`
}

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
  throw new InfluxError(`the field ${JSON.stringify(key)} must be a text, a number or a boolean`)
}

function escaped(text: string, special: RegExp): string {
  if (text === '') throw new InfluxError('a name or a tag is empty')
  if (/[\r\n]/.test(text))
    throw new InfluxError(`a name or a tag cannot hold a line break, found ${JSON.stringify(text)}`)
  return text.replace(special, '\\$&')
}

function isInteger(value: Value | undefined): value is number | bigint {
  return typeof value === 'bigint' || Number.isInteger(value)
}

function missing(field: string, wanted: string): never {
  throw new InfluxError(`a line needs "${field}", ${wanted}`)
}
