/** Questions about the type of a value, as the language counts types. */
import { Float, isRecord as isRecordOf, type Rec, type Value } from '../../value.ts'

/** The name of the type in messages. */
export function typeName(value: Value | undefined): string {
  if (value === null || value === undefined) return 'null'
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'string') return 'string'
  if (isInteger(value)) return 'integer'
  if (isFloat(value)) return 'float'
  if (Array.isArray(value)) return 'array'
  return value instanceof Uint8Array ? 'bytes' : 'record'
}

export function isInteger(value: Value): value is number | bigint {
  return typeof value === 'number' ? Number.isInteger(value) : typeof value === 'bigint'
}

export function isFloat(value: Value): value is number | Float {
  return typeof value === 'number' ? !Number.isInteger(value) : value instanceof Float
}

export function isNumber(value: Value): value is number | bigint | Float {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof Float
}

export function isBytes(value: Value): value is Uint8Array {
  return value instanceof Uint8Array
}

/** Nearly all records are plain objects, which one look tells. */
export function isRecord(value: Value | undefined): value is Rec {
  if (typeof value !== 'object' || value === null) return false
  return Object.getPrototypeOf(value) === Object.prototype || isRecordOf(value)
}
