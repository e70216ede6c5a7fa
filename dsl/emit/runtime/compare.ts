/** Equality and order of values, as `==` and `<` mean them (tremor-script/src/interpreter.rs, val_eq and exec_binary). */
import { toUtf8 } from '../../bytes.ts'
import type { Rec, Value } from '../../value.ts'
import { spend } from '../../work.ts'
import { asDouble } from './arithmetic.ts'
import { badBinary } from './errors.ts'
import type { Site } from './site.ts'
import { isBytes, isInteger, isNumber, isRecord } from './types.ts'

/** Numbers compare across integer and float, texts with bytes; values of different types differ, that is never an error. */
export function equal(left: Value, right: Value): boolean {
  if (left === right) return true
  if (typeof left === 'number' && typeof right === 'number') return Math.abs(left - right) < Number.EPSILON
  return equalSlow(left, right)
}

/** For values that are not the same to JavaScript. */
export function equalSlow(left: Value, right: Value): boolean {
  if (typeof left === 'number' && typeof right === 'number') return Math.abs(left - right) < Number.EPSILON
  if (left === null || right === null) return false
  if (typeof left === 'string') return isBytes(right) && equalBytes(toUtf8(left), right)
  if (typeof left === 'boolean') return false
  if (isNumber(left)) return isNumber(right) && equalNumbers(left, right)
  if (isBytes(left))
    return isBytes(right)
      ? equalBytes(left, right)
      : typeof right === 'string' && equalBytes(left, toUtf8(right))
  return equalContainers(left, right)
}

function equalContainers(left: Value, right: Value): boolean {
  if (Array.isArray(left)) return Array.isArray(right) && equalArrays(left, right)
  return isRecord(right) && equalRecords(left as Rec, right)
}

/** An item or field of what is being compared. */
function equalInside(left: Value, right: Value): boolean {
  if (left === right) return true
  if (!isContainer(left)) {
    spend(1)
    return equalSlow(left, right)
  }
  spend(2)
  return equalContainers(left, right)
}

function isContainer(value: Value): boolean {
  return Array.isArray(value) || isRecord(value)
}

function equalNumbers(left: Value, right: Value): boolean {
  if (isInteger(left) && isInteger(right)) return left === right
  const a = asDouble(left as number)
  const b = asDouble(right as number)
  return a === b || Math.abs(a - b) < Number.EPSILON
}

function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, at) => byte === right[at])
}

function equalArrays(left: readonly Value[], right: readonly Value[]): boolean {
  if (left.length !== right.length) return false
  for (let at = 0; at < left.length; at++) if (!equalInside(left[at]!, right[at]!)) return false
  return true
}

function equalRecords(left: Rec, right: Rec): boolean {
  const keys = Object.keys(left)
  if (keys.length !== Object.keys(right).length) return false
  for (const key of keys)
    if (!Object.hasOwn(right, key) || !equalInside(left[key]!, right[key]!)) return false
  return true
}

export function less(left: Value, right: Value, at: Site): boolean {
  return typeof left === 'number' && typeof right === 'number'
    ? left < right
    : order('<', left, right, at) < 0
}

export function lessOrEqual(left: Value, right: Value, at: Site): boolean {
  return typeof left === 'number' && typeof right === 'number'
    ? left <= right
    : order('<=', left, right, at) <= 0
}

export function greater(left: Value, right: Value, at: Site): boolean {
  return typeof left === 'number' && typeof right === 'number'
    ? left > right
    : order('>', left, right, at) > 0
}

export function greaterOrEqual(left: Value, right: Value, at: Site): boolean {
  return typeof left === 'number' && typeof right === 'number'
    ? left >= right
    : order('>=', left, right, at) >= 0
}

/** Negative, zero or positive; NaN if the numbers have no order. */
function order(op: string, left: Value, right: Value, at: Site): number {
  if (typeof left === 'string' && typeof right === 'string') return orderOfTexts(left, right)
  if (isNumber(left) && isNumber(right)) return orderOfNumbers(left, right)
  const a = typeof left === 'string' ? toUtf8(left) : left
  const b = typeof right === 'string' ? toUtf8(right) : right
  return isBytes(a) && isBytes(b) ? orderOfBytes(a, b) : badBinary(at, op, [left, right])
}

function orderOfNumbers(left: Value, right: Value): number {
  if (isInteger(left) && isInteger(right)) return left < right ? -1 : left > right ? 1 : 0
  const a = asDouble(left as number)
  const b = asDouble(right as number)
  return a < b ? -1 : a > b ? 1 : a === b ? 0 : NaN
}

/** By the order of the UTF-8 bytes. JavaScript orders by UTF-16 units, which differs behind U+D7FF only. */
function orderOfTexts(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let at = 0; at < length; at++) {
    const a = left.charCodeAt(at)
    const b = right.charCodeAt(at)
    if (a !== b)
      return (a >= 0xd800 && a < 0xe000 ? a + 0x10000 : a) - (b >= 0xd800 && b < 0xe000 ? b + 0x10000 : b)
  }
  return left.length - right.length
}

function orderOfBytes(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length)
  for (let at = 0; at < length; at++) if (left[at] !== right[at]) return left[at]! - right[at]!
  return left.length - right.length
}
