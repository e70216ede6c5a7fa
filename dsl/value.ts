/**
 * A value of the language, as plain JavaScript data.
 *
 * - integers: `number` if safe (|n| < 2^53), else `bigint` within i64 or u64
 * - floats: `number` if it is not an integer (1.5, Infinity, NaN), else a boxed `Float` (1.0, 1e300)
 *   so: a `number` that is an integer is always a safe integer and always means an integer
 * - records: plain objects; own properties only are fields, whatever their names (`__proto__` is data)
 * - bytes: Uint8Array
 *
 * Values are immutable once they are in an event: an assignment copies the path it changes. `undefined` is no value.
 */
export type Value = null | boolean | number | bigint | Float | string | Uint8Array | readonly Value[] | Rec

export interface Rec {
  readonly [key: string]: Value
}

/** A float whose value is an integer, or a decoded number whose text JavaScript would print otherwise (`1.50`, `1e2`). */
export class Float {
  readonly value: number
  /** The text it was decoded from, kept so that an untouched number leaves as it came. */
  readonly text: string | undefined
  constructor(value: number, text?: string) {
    this.value = value
    this.text = text
  }
}

/** A float result as a value: boxed only if JavaScript could not tell it from an integer. */
export function float(value: number): number | Float {
  return Number.isInteger(value) ? new Float(value) : value
}

export function isRecord(value: Value): value is Rec {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Float) &&
    !(value instanceof Uint8Array)
  )
}

/** Own field of a record, else undefined. Never reaches a prototype. */
export function fieldOf(record: Rec, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
