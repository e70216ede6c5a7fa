import { BadArgument } from '#dsl/function.ts'
import { integer } from '#dsl/number.ts'
import { fn, module } from '#dsl/stdlib.ts'
import { Float, float, type Value } from '#dsl/value.ts'

type Numeric = number | bigint | Float

export default module({
  doc: 'Rounding and choosing numbers.',
  registry: 'math',
  functions: {
    floor: fn({
      doc: 'The greatest integer that is not above the number.',
      args: [['number', 'number']],
      returns: 'integer',
      examples: [
        ['math::floor(42.9)', '42'],
        ['math::floor(-42.1)', '-43'],
        ['math::floor(7)', '7'],
      ],
      run: (number) => rounded(number, Math.floor),
    }),
    ceil: fn({
      doc: 'The least integer that is not below the number.',
      args: [['number', 'number']],
      returns: 'integer',
      examples: [
        ['math::ceil(42.1)', '43'],
        ['math::ceil(-0.5)', '0'],
      ],
      run: (number) => rounded(number, Math.ceil),
    }),
    round: fn({
      doc: 'The nearest integer; halves go away from zero.',
      args: [['number', 'number']],
      returns: 'integer',
      examples: [
        ['math::round(42.4)', '42'],
        ['math::round(2.5)', '3'],
        ['math::round(-2.5)', '-3'],
      ],
      run: (number) => rounded(number, (value) => Math.sign(value) * Math.round(Math.abs(value))),
    }),
    trunc: fn({
      doc: 'The number without its fraction.',
      args: [['number', 'number']],
      returns: 'integer',
      examples: [
        ['math::trunc(42.9)', '42'],
        ['math::trunc(-42.9)', '-42'],
      ],
      run: (number) => rounded(number, Math.trunc),
    }),
    max: fn({
      doc: 'The greater of two numbers; a float if one of them is.',
      args: [
        ['left', 'number'],
        ['right', 'number'],
      ],
      returns: 'number',
      examples: [
        ['math::max(1, 2)', '2'],
        ['math::max(2, 1.5)', '2.0'],
      ],
      run: (left, right) => chosen(left, right, (a, b) => a >= b),
    }),
    min: fn({
      doc: 'The smaller of two numbers; a float if one of them is.',
      args: [
        ['left', 'number'],
        ['right', 'number'],
      ],
      returns: 'number',
      examples: [
        ['math::min(1, 2)', '1'],
        ['math::min(42.5, 42)', '42.0'],
      ],
      run: (left, right) => chosen(left, right, (a, b) => a <= b),
    }),
  },
})

/** A float beyond 64 bits has no integer. */
function rounded(number: Numeric, round: (value: number) => number): Value {
  if (isInteger(number)) return number
  const value = round(number instanceof Float ? number.value : number)
  if (Number.isSafeInteger(value)) return value + 0
  const exact = Number.isFinite(value) ? integer(BigInt(value)) : undefined
  if (exact === undefined) throw new BadArgument('The number has no integer of 64 bits')
  return exact
}

function chosen(
  left: Numeric,
  right: Numeric,
  first: (a: number | bigint, b: number | bigint) => boolean,
): Value {
  if (isInteger(left) && isInteger(right)) return first(left, right) ? left : right
  const a = asDouble(left)
  const b = asDouble(right)
  return float(first(a, b) ? a : b)
}

function isInteger(number: Numeric): number is number | bigint {
  return typeof number === 'bigint' || Number.isInteger(number)
}

function asDouble(number: Numeric): number {
  return number instanceof Float ? number.value : Number(number)
}
