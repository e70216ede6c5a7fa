/**
 * The arithmetic of the language. Integers are exact within i64 and u64 and an error beyond; a float stays a float,
 * also if its value is whole. Each function answers the common case, small integers, in a few instructions.
 */
import { integer } from '../../number.ts'
import { Float, float, type Value } from '../../value.ts'
import { badBinary, badShift, badUnary, overflow, remainderOfZero, tooLarge } from './errors.ts'
import type { Site } from './site.ts'
import { isInteger, isNumber } from './types.ts'

/** Characters or elements: what a script may let a string or an array grow to. */
export const LARGEST = 16 * 1024 * 1024

/** Integers of 32 bits: V8 puts what is so short where it is called, and the rest not. */
export function add(left: Value, right: Value, at: Site): Value {
  if (typeof left === 'number' && typeof right === 'number' && (left | 0) === left && (right | 0) === right)
    return left + right
  return addAny(left, right, at)
}

export function subtract(left: Value, right: Value, at: Site): Value {
  if (typeof left === 'number' && typeof right === 'number' && (left | 0) === left && (right | 0) === right)
    return left - right
  return subtractAny(left, right, at)
}

function addAny(left: Value, right: Value, at: Site): Value {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right
    if (Number.isSafeInteger(sum) && Number.isInteger(left) && Number.isInteger(right)) return sum
  } else if (typeof left === 'string' && typeof right === 'string') {
    const text = left + right
    return text.length > LARGEST ? tooLarge(at) : text
  }
  return slow('+', left, right, at)
}

function subtractAny(left: Value, right: Value, at: Site): Value {
  if (typeof left === 'number' && typeof right === 'number') {
    const difference = left - right
    if (Number.isSafeInteger(difference) && Number.isInteger(left) && Number.isInteger(right))
      return difference
  }
  return slow('-', left, right, at)
}

export function multiply(left: Value, right: Value, at: Site): Value {
  if (typeof left === 'number' && typeof right === 'number') {
    const product = left * right
    // Adding zero turns -0, which is no integer of the language, into 0.
    if (Number.isSafeInteger(product) && Number.isInteger(left) && Number.isInteger(right)) return product + 0
  }
  return slow('*', left, right, at)
}

/** Always a float, as in tremor: `4 / 2` is `2.0`, `1 / 0` is infinite. */
export function divide(left: Value, right: Value, at: Site): Value {
  if (typeof left === 'number' && typeof right === 'number') return float(left / right)
  if (!isNumber(left) || !isNumber(right)) badBinary(at, '/', [left, right])
  return float(asDouble(left) / asDouble(right))
}

export function remainder(left: Value, right: Value, at: Site): Value {
  if (!isInteger(left) || !isInteger(right)) badBinary(at, '%', [left, right])
  if (right === 0) remainderOfZero(at, left)
  if (typeof left === 'number' && typeof right === 'number') return (left % right) + 0
  return checked(BigInt(left) % BigInt(right), '%', [left, right], at)
}

function slow(op: '+' | '-' | '*', left: Value, right: Value, at: Site): Value {
  if (!isNumber(left) || !isNumber(right)) badBinary(at, op, [left, right])
  if (isInteger(left) && isInteger(right))
    return checked(exactly(op, BigInt(left), BigInt(right)), op, [left, right], at)
  const a = asDouble(left)
  const b = asDouble(right)
  return float(op === '+' ? a + b : op === '-' ? a - b : a * b)
}

function exactly(op: '+' | '-' | '*', a: bigint, b: bigint): bigint {
  return op === '+' ? a + b : op === '-' ? a - b : a * b
}

function checked(result: bigint, op: string, operands: readonly Value[], at: Site): Value {
  return integer(result) ?? overflow(at, op, operands)
}

export function asDouble(value: number | bigint | Float): number {
  return value instanceof Float ? value.value : Number(value)
}

export function minus(operand: Value, at: Site): Value {
  if (typeof operand === 'number') return Number.isInteger(operand) ? 0 - operand : -operand
  if (operand instanceof Float) return float(-operand.value)
  if (typeof operand !== 'bigint') badUnary(at, '-', operand)
  const result = integer(-operand)
  return result ?? overflow(at, '-', [operand])
}

export function plus(operand: Value, at: Site): Value {
  return isNumber(operand) ? operand : badUnary(at, '+', operand)
}

/** Flips the 64 bits of an integer: a negative one as i64, any other as u64. A boolean is negated. */
export function flip(operand: Value, at: Site): Value {
  if (typeof operand === 'boolean') return !operand
  if (!isInteger(operand)) badUnary(at, '!', operand)
  return operand < 0 ? integer(~BigInt(operand))! : integer(BigInt.asUintN(64, ~BigInt(operand)))!
}

export function negate(operand: Value, at: Site): boolean {
  return typeof operand === 'boolean' ? !operand : badUnary(at, 'not', operand)
}

export function bitAnd(left: Value, right: Value, at: Site): Value {
  if (typeof left === 'boolean' && typeof right === 'boolean') return left && right
  if (!isInteger(left) || !isInteger(right)) badBinary(at, '&', [left, right])
  return within(left, right, BigInt(left) & BigInt(right))
}

export function bitXor(left: Value, right: Value, at: Site): Value {
  if (typeof left === 'boolean' && typeof right === 'boolean') return left !== right
  if (!isInteger(left) || !isInteger(right)) badBinary(at, '^', [left, right])
  return within(left, right, BigInt(left) ^ BigInt(right))
}

/** Of two integers that are not negative the bits are u64, else i64. */
function within(left: number | bigint, right: number | bigint, bits: bigint): number | bigint {
  return integer(left >= 0 && right >= 0 ? BigInt.asUintN(64, bits) : BigInt.asIntN(64, bits))!
}

/** `>>` of a negative integer repeats its sign, of any other it fills with zeros. */
export function shiftRight(left: Value, right: Value, at: Site): Value {
  const [bits, count] = shiftable('>>', left, right, at)
  return integer(bits >> count)!
}

/** `>>>` takes the bits as u64, whatever the sign; the result is an i64. */
export function shiftRightUnsigned(left: Value, right: Value, at: Site): Value {
  const [bits, count] = shiftable('>>>', left, right, at)
  return integer(BigInt.asIntN(64, BigInt.asUintN(64, bits) >> count))!
}

/** `<<` drops what leaves the 64 bits. */
export function shiftLeft(left: Value, right: Value, at: Site): Value {
  const [bits, count] = shiftable('<<', left, right, at)
  return integer(bits < 0n ? BigInt.asIntN(64, bits << count) : BigInt.asUintN(64, bits << count))!
}

function shiftable(op: string, left: Value, right: Value, at: Site): [bits: bigint, count: bigint] {
  if (!isInteger(left) || !isInteger(right)) badBinary(at, op, [left, right])
  if (right < 0 || right > 63) badShift(at, right)
  return [BigInt(left), BigInt(right)]
}

export function and(left: Value, right: Value, at: Site): boolean {
  return typeof left === 'boolean' && typeof right === 'boolean'
    ? left && right
    : badBinary(at, 'and', [left, right])
}

export function or(left: Value, right: Value, at: Site): boolean {
  return typeof left === 'boolean' && typeof right === 'boolean'
    ? left || right
    : badBinary(at, 'or', [left, right])
}

export function xor(left: Value, right: Value, at: Site): boolean {
  return typeof left === 'boolean' && typeof right === 'boolean'
    ? left !== right
    : badBinary(at, 'xor', [left, right])
}
