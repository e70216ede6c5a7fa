/** Making records out of records. Nothing here changes its arguments, but for `put`, which writes what the caller has made. */
import type { Rec, Value } from '../../value.ts'
import { spend } from '../../work.ts'
import { keyExists, keyMissing, mergeConflict } from './errors.ts'
import type { Site } from './site.ts'
import { isRecord } from './types.ts'

/** Writes an own field, whatever its name, into a record made in this run. */
export function put(record: Rec, key: string, value: Value): void {
  if (key !== '__proto__') (record as Record<string, Value>)[key] = value
  else Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true })
}

export function has(record: Rec, key: string): boolean {
  return Object.hasOwn(record, key)
}

/** A copy, as of all functions below: what they return belongs to the caller. */
export function without(record: Rec, key: string): Rec {
  const { [key]: _, ...rest } = record
  return rest
}

/** A copy with the field doubled under another name; nothing more happens if there is no field `from`. */
export function copied(record: Rec, from: string, to: string, at: Site): Rec {
  refuse(record, to, at)
  return Object.hasOwn(record, from) ? { ...record, [to]: record[from]! } : { ...record }
}

export function moved(record: Rec, from: string, to: string, at: Site): Rec {
  refuse(record, to, at)
  const { [from]: value, ...rest } = record
  if (Object.hasOwn(record, from)) put(rest, to, value!)
  return rest
}

/** `insert`, `copy` and `move` write nothing that is there. */
export function refuse(record: Rec, key: string, at: Site): void {
  if (Object.hasOwn(record, key)) keyExists(at, key, record)
}

/** `update` writes only what is there. */
export function demand(record: Rec, key: string, at: Site): void {
  if (!Object.hasOwn(record, key)) keyMissing(at, key, record)
}

/**
 * `merge target of value end`, RFC 7386 but for one thing: null deletes a key and records merge, yet the nulls inside
 * a record that is new are kept.
 */
export function merge(target: Value, value: Value): Value {
  return merged(target, value)
}

function merged(target: Value, value: Value): Value {
  if (!isRecord(target) || !isRecord(value)) return value
  let result: Rec = { ...target }
  for (const key of Object.keys(value)) {
    const given = value[key]!
    // A copy each time.
    spend(8)
    if (given === null) result = without(result, key)
    else put(result, key, isRecord(given) && Object.hasOwn(result, key) ? merged(result[key]!, given) : given)
  }
  return result
}

/** `merge key => value` in a patch. */
export function mergeField(record: Rec, key: string, value: Value, at: Site): Rec {
  const old = Object.hasOwn(record, key) ? record[key]! : {}
  if (!isRecord(old)) mergeConflict(at, key, old)
  return { ...record, [key]: merge(old, value) }
}
