/** The text of numbers: how they are printed, and what a number in a JSON document becomes. */
import { Float } from './value.ts'

const I64_MIN = -(2n ** 63n)
const U64_MAX = 2n ** 64n - 1n

/** Numbers from here to below `PLAIN_END` print without an exponent. */
const PLAIN_START = 1e-5
const PLAIN_END = 1e16

/**
 * A number as tremor prints it: integers plain, an untouched decoded number by its own text, floats by `printFloat`.
 */
export function printNumber(value: number | bigint | Float): string {
  if (value instanceof Float) return value.text ?? printFloat(value.value)
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return String(value)
  return printFloat(value)
}

/**
 * A float in its shortest digits, always telling that it is a float: `1.0`, `0.00001`, `1e-6`, `1000000000000000.0`, `1e16`.
 * What JSON cannot say prints as tremor prints it (tremor-value, the ryu printer): the infinities as the power of two after
 * the greatest float, which reads back as infinite, and NaN as -2.696539702293474e308.
 */
export function printFloat(value: number): string {
  if (Number.isNaN(value)) return '-2.696539702293474e308'
  if (value === Infinity) return '1.797693134862316e308'
  if (value === -Infinity) return '-1.797693134862316e308'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const size = Math.abs(value)
  if (size < PLAIN_START || size >= PLAIN_END) return value.toExponential().replace('e+', 'e')
  return Number.isInteger(value) ? `${value}.0` : String(value)
}

/** Whether `JSON.stringify` prints this `number` as `printNumber` does. */
export function printsNatively(value: number): boolean {
  if (value === (value | 0)) return true
  const size = Math.abs(value)
  return size >= PLAIN_START && size <= Number.MAX_SAFE_INTEGER
}

/**
 * The value of a JSON number, exactly; undefined if it is out of range: an integer beyond i64 and u64, a float beyond f64.
 * Only a float that would print otherwise keeps its text. `-0` is a float: integers have one zero.
 */
export function readNumber(text: string): number | bigint | Float | undefined {
  if (!/[.eE]/.test(text)) return readInteger(text)
  const value = Number(text)
  if (!Number.isFinite(value)) return undefined
  if (Number.isInteger(value)) return new Float(value, text)
  return printFloat(value) === text ? value : new Float(value, text)
}

function readInteger(text: string): number | bigint | Float | undefined {
  if (text === '-0') return new Float(-0, text)
  if (text.length <= 15) return Number(text)
  return integer(BigInt(text))
}

/** An integer in its smallest form, undefined beyond i64 and u64. */
export function integer(value: bigint): number | bigint | undefined {
  if (value < I64_MIN || value > U64_MAX) return undefined
  const small = Number(value)
  return Number.isSafeInteger(small) ? small : value
}
