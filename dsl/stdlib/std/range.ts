import { BadArgument, FunctionError } from '#dsl/function.ts'
import { integer } from '#dsl/number.ts'
import { fn, module } from '#dsl/stdlib.ts'
import { Float, type Value } from '#dsl/value.ts'
import { spend } from '#dsl/work.ts'

/** A script must not fill the memory with one call. */
const MOST = 1_000_000

export default module({
  doc: 'Runs of integers.',
  registry: 'range',
  functions: {
    range: fn({
      doc: `The integers from \`first\` up to, not including, \`end\`: at most ${MOST}.`,
      args: [
        ['first', 'integer'],
        ['end', 'integer'],
      ],
      returns: 'array',
      examples: [
        ['range::range(0, 3)', '[0,1,2]'],
        ['range::range(-1, 1)', '[-1,0]'],
        ['range::range(3, 0)', '[]'],
        ['range::range(0, 1000001)', 'error: A range has at most 1000000 elements, found 1000001'],
      ],
      run: (first, end) => {
        const start = BigInt(first)
        const length = BigInt(end) - start
        if (length <= 0n) return []
        if (length > MOST) throw new FunctionError(`A range has at most ${MOST} elements, found ${length}`)
        spend(Number(length) << 1)
        if (typeof first === 'number' && typeof end === 'number') {
          return Array.from({ length: end - first }, (_, at) => first + at)
        }
        return Array.from({ length: Number(length) }, (_, at) => integer(start + BigInt(at))!)
      },
    }),
    contains: fn({
      doc: 'Whether `value` lies between the first and the last element of a range, both included.',
      args: [
        ['range', 'array'],
        ['value', ['integer', 'float', 'string']],
      ],
      returns: 'bool',
      examples: [
        ['range::contains(range::range(0, 5), 4)', 'true'],
        ['range::contains(range::range(0, 5), 5)', 'false'],
        ['range::contains([], 1)', 'false'],
      ],
      run: (range, value) => {
        if (range.length === 0) return false
        return order(range[0]!, value) <= 0 && order(range.at(-1)!, value) >= 0
      },
    }),
  },
})

/** Below zero, zero or above, as the operators of the language compare. */
function order(left: Value, right: Value): number {
  const a = comparable(left)
  const b = comparable(right)
  if ((typeof a === 'string') !== (typeof b === 'string'))
    throw new BadArgument('A string is not compared with a number')
  if (a < b) return -1
  return a > b ? 1 : 0
}

function comparable(value: Value): string | number | bigint {
  if (value instanceof Float) return value.value
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value
  throw new BadArgument('A range holds numbers or strings')
}
