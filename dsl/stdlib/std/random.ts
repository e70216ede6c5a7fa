import { random32, randomBelow, randomFloat } from '#dsl/chance.ts'
import { FunctionError } from '#dsl/function.ts'
import { integer } from '#dsl/number.ts'
import { frameFn, module } from '#dsl/stdlib.ts'
import { Float, float } from '#dsl/value.ts'

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const LONGEST = 1_000_000

export default module({
  doc: 'Chance, seeded by the time of the event: a replay draws the same values.',
  registry: 'random',
  functions: {
    bool: frameFn({
      doc: 'True or false.',
      args: [],
      returns: 'bool',
      examples: [['type::is_bool(random::bool())', 'true']],
      run: (frame) => random32(frame) >= 2 ** 31,
    }),
    string: frameFn({
      doc: 'A text of so many ASCII letters and digits.',
      args: [['length', 'integer']],
      returns: 'string',
      examples: [
        ['string::len(random::string(16))', '16'],
        ['random::string(0)', '""'],
        ['random::string(-1)', 'error: A random string has 0 to 1000000 characters, found -1'],
      ],
      run: (frame, length) => {
        if (length < 0 || length > LONGEST) {
          throw new FunctionError(`A random string has 0 to ${LONGEST} characters, found ${length}`)
        }
        return Array.from(
          { length: Number(length) },
          () => LETTERS[Math.floor(randomFloat(frame) * LETTERS.length)],
        ).join('')
      },
    }),
    integer: frameFn({
      doc: 'An integer: of 64 bits; or from 0 up to, not including, `low`; or from `low` up to, not including, `high`.',
      args: [
        ['low', 'integer'],
        ['high', 'integer'],
      ],
      least: 0,
      returns: 'integer',
      examples: [
        ['random::integer(42, 43)', '42'],
        ['random::integer(1)', '0'],
        ['type::is_integer(random::integer())', 'true'],
        ['random::integer(2, 2)', 'error: The first argument must be below the second, found 2 and 2'],
        ['random::integer(0)', 'error: A single argument must be above 0, found 0'],
      ],
      run: (frame, low?: number | bigint, high?: number | bigint) => {
        if (low === undefined) return integer(BigInt.asIntN(64, randomBelow(frame, 1n << 64n)))!
        checkBounds(low, high)
        const start = high === undefined ? 0n : BigInt(low)
        return integer(start + randomBelow(frame, BigInt(high ?? low) - start))!
      },
    }),
    float: frameFn({
      doc: 'A float: from 0 to 1; or from 0 to `low`; or from `low` to `high`, the end not included.',
      args: [
        ['low', 'number'],
        ['high', 'number'],
      ],
      least: 0,
      returns: 'float',
      examples: [
        ['type::is_float(random::float(0, 100))', 'true'],
        ['random::float(1.5) < 1.5', 'true'],
        ['random::float(-1.0)', 'error: A single argument must be above 0, found -1'],
      ],
      run: (frame, first?: number | bigint | Float, second?: number | bigint | Float) => {
        if (first === undefined) return float(randomFloat(frame))
        const low = asDouble(first)
        const high = second === undefined ? undefined : asDouble(second)
        checkBounds(low, high)
        const start = high === undefined ? 0 : low
        return float(start + randomFloat(frame) * ((high ?? low) - start))
      },
    }),
  },
})

function checkBounds(low: number | bigint, high: number | bigint | undefined): void {
  if (high === undefined && !(low > 0))
    throw new FunctionError(`A single argument must be above 0, found ${low}`)
  if (high !== undefined && !(low < high)) {
    throw new FunctionError(`The first argument must be below the second, found ${low} and ${high}`)
  }
}

function asDouble(value: number | bigint | Float): number {
  return value instanceof Float ? value.value : Number(value)
}
