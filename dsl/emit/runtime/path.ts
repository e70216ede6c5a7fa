/** Reading along paths. Emitted code reads the steps it can by itself and comes here for the others and for failures. */
import { fieldOf, type Rec, type Value } from '../../value.ts'
import {
  badIndex,
  badKey,
  decreasingRange,
  indexOutOfRange,
  type Reach,
  rangeOutOfRange,
  typeConflict,
} from './errors.ts'
import type { Site } from './site.ts'
import { isInteger, isRecord } from './types.ts'

/** A path as written: where it stands, what it starts from, and its steps. */
export interface PathSite {
  readonly at: Site
  readonly reach: Reach
  /** The root as it is written, for roots that may have no value. */
  readonly root: string
  readonly rootAt: Site
  readonly steps: readonly Step[]
}

export interface Step {
  readonly at: Site
  /** For constant steps, what is read. */
  readonly key?: string
  readonly index?: number
  /** For ranges, the places of both bounds. */
  readonly bounds?: readonly [Site, Site]
}

/** An own field of what may be no record at all, undefined if there is none. */
export function field(value: Value | undefined, key: string): Value | undefined {
  return value !== undefined && isRecord(value) && Object.hasOwn(value, key) ? value[key] : undefined
}

/** A read of constant steps came to nothing: finds out at which, and fails there. */
export function failPath(base: Value | undefined, path: PathSite, from: number, to: number): never {
  if (base === undefined) badKey(path.rootAt, { reach: path.reach, key: path.root })
  let value: Value = base
  for (const { at, key, index } of path.steps.slice(from, to)) {
    value = key === undefined ? itemAt(value, index!, at) : fieldAt(value, key, { at, reach: path.reach })
  }
  throw new Error('a path failed that can be read')
}

function fieldAt(value: Value, key: string, step: { at: Site; reach: Reach }): Value {
  if (!isRecord(value)) typeConflict(step.at, value, 'record')
  const found = fieldOf(value, key)
  return found === undefined ? badKey(step.at, { reach: step.reach, key, record: value }) : found
}

function itemAt(value: Value, index: number, at: Site): Value {
  if (!Array.isArray(value)) typeConflict(at, value, 'array')
  return index < value.length ? value[index] : indexOutOfRange(at, index, value)
}

/** `value[key]` with a key that was computed. */
export function element(value: Value, key: Value, path: PathSite, step: number): Value {
  if (typeof key === 'number' && Array.isArray(value)) {
    const item = value[key]
    if (item !== undefined) return item
  }
  return elementSlow(value, key, path, step)
}

function elementSlow(value: Value, key: Value, path: PathSite, step: number): Value {
  if (typeof key === 'string' && isRecord(value) && Object.hasOwn(value, key)) return value[key]!
  const { at } = path.steps[step]!
  if (Array.isArray(value)) return itemAt(value, indexFrom(key, value.length, at), at)
  if (isRecord(value)) {
    if (typeof key !== 'string') typeConflict(at, key, 'string')
    badKey(at, { reach: path.reach, key, record: value, computed: true })
  }
  typeConflict(at, value, typeof key === 'string' ? 'record' : 'array')
}

/** What a range is taken of. */
export function needArray(value: Value, path: PathSite, step: number): readonly Value[] {
  return Array.isArray(value) ? value : typeConflict(path.steps[step]!.at, value, 'array')
}

/** One bound of a range. */
export function bound(value: Value, array: readonly Value[], at: Site): number {
  return indexFrom(value, array.length, at)
}

/** `array[start:end]`, the end not included. */
export function range(array: readonly Value[], start: number, end: number, at: Site): readonly Value[] {
  if (end < start) decreasingRange(at, start, end)
  if (end > array.length) rangeOutOfRange(at, [start, end], array)
  return array.slice(start, end)
}

/** As `range`, for `present`: undefined if it is out of range; a range that decreases still fails. */
export function peekRange(
  array: readonly Value[],
  start: number,
  end: number,
  at: Site,
): readonly Value[] | undefined {
  if (end < start) decreasingRange(at, start, end)
  return end > array.length ? undefined : array.slice(start, end)
}

function indexFrom(value: Value, length: number, at: Site): number {
  if (!isInteger(value)) typeConflict(at, value, 'integer')
  return value < 0 ? badIndex(at, value, length) : Number(value)
}

/** As `element`, for `present`: undefined instead of a failure, but for an index that is none. */
export function peek(value: Value | undefined, key: Value, path: PathSite, step: number): Value | undefined {
  if (Array.isArray(value)) return value[indexFrom(key, value.length, path.steps[step]!.at)]
  return typeof key === 'string' ? field(value, key) : undefined
}

/** A local that was never assigned. */
export function unset(path: PathSite): never {
  badKey(path.rootAt, { reach: path.reach, key: path.root })
}

export function needRecord(value: Value | undefined, at: Site): Rec {
  return value !== undefined && isRecord(value) ? value : typeConflict(at, value ?? null, 'record')
}

export function needString(value: Value, at: Site): string {
  return typeof value === 'string' ? value : typeConflict(at, value, 'string')
}

export function needBoolean(value: Value, at: Site): boolean {
  return typeof value === 'boolean' ? value : typeConflict(at, value, 'boolean')
}
