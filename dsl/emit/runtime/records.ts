/** Making records out of records. Nothing here changes its arguments, but for `put`, which writes what the caller has made. */
import { isRecord, type Rec, type Value } from '../../value.ts'
import { keyExists, keyMissing, mergeConflict } from './errors.ts'
import type { Site } from './site.ts'

/** Writes an own field, whatever its name, into a record made in this run. */
export function put(record: Rec, key: string, value: Value): void {
  if (key !== '__proto__') (record as Record<string, Value>)[key] = value
  else Object.defineProperty(record, key, { value, writable: true, enumerable: true, configurable: true })
}

export function has(record: Rec, key: string): boolean {
  return Object.hasOwn(record, key)
}

export function without(record: Rec, key: string): Rec {
  if (!Object.hasOwn(record, key)) return record
  const rest: Rec = {}
  for (const name of Object.keys(record)) if (name !== key) put(rest, name, record[name]!)
  return rest
}

/** A copy with the field renamed or doubled; nothing happens if there is no field `from`. */
export function copied(record: Rec, from: string, to: string, at: Site): Rec {
  refuse(record, to, at)
  return Object.hasOwn(record, from) ? { ...record, [to]: record[from]! } : record
}

export function moved(record: Rec, from: string, to: string, at: Site): Rec {
  refuse(record, to, at)
  return Object.hasOwn(record, from) ? { ...without(record, from), [to]: record[from]! } : record
}

/** `insert`, `copy` and `move` write nothing that is there. */
export function refuse(record: Rec, key: string, at: Site): void {
  if (Object.hasOwn(record, key)) keyExists(at, key)
}

/** `update` writes only what is there. */
export function demand(record: Rec, key: string, at: Site): void {
  if (!Object.hasOwn(record, key)) keyMissing(at, key)
}

/**
 * `merge target of value end`, RFC 7386 but for one thing: null deletes a key and records merge, yet the nulls inside
 * a record that is new are kept.
 */
export function merge(target: Value, value: Value): Value {
  if (!isRecord(target) || !isRecord(value)) return value
  const result: Rec = { ...target }
  const erased = new Set<string>()
  for (const key of Object.keys(value)) {
    const given = value[key]!
    if (given === null) erased.add(key)
    else put(result, key, Object.hasOwn(target, key) ? merge(target[key]!, given) : given)
  }
  return erased.size === 0 ? result : keep(result, (key) => !erased.has(key))
}

/** `merge key => value` in a patch. */
export function mergeField(record: Rec, key: string, value: Value, at: Site): Rec {
  const old = Object.hasOwn(record, key) ? record[key]! : {}
  if (!isRecord(old)) mergeConflict(at, key, old)
  return { ...record, [key]: merge(old, value) }
}

function keep(record: Rec, wanted: (key: string) => boolean): Rec {
  const rest: Rec = {}
  for (const key of Object.keys(record)) if (wanted(key)) put(rest, key, record[key]!)
  return rest
}
