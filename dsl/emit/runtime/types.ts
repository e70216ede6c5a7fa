/** Questions about the type of a value, as the language counts types. */
import { Float, type Rec, type Value } from '../../value.ts'

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

/** Emitted code asks first whether the constructor is Object, which its own caches answer, and comes here for what is not so. */
export function isRecord(value: Value | undefined): value is Rec {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !ArrayBuffer.isView(value) &&
    !(value instanceof Float)
  )
}
