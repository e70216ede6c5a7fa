import type { Extractor } from '#dsl/function.ts'
import { integer } from '#dsl/number.ts'
import { itemsOf } from '#dsl/time/layout.ts'
import { parseTime } from '#dsl/time/parse.ts'

/** tremor-script/src/datetime.rs. Times before 1970 are negative; tremor wraps them. */
export default {
  name: 'datetime',
  doc: 'A time in a layout of strftime. Gives nanoseconds since 1970; without a zone in the layout the time is UTC.',
  examples: [
    { rule: '%Y-%m-%d %H:%M', input: '2019-01-01 09:42', result: '1546335720000000000' },
    { rule: '%Y-%m-%dT%H:%M:%S%:z', input: '2019-01-01T09:42:00+01:00', result: '1546332120000000000' },
    { rule: '%Y-%m-%d %H:%M:%S', input: '2019-06-20 00:00:71', result: null },
  ],
  compile(rule) {
    itemsOf(rule)
    const extract = (input: string) => {
      const time = parseTime(input, rule)
      return typeof time === 'bigint' ? integer(time) : undefined
    }
    return { test: (input) => extract(input) !== undefined, extract }
  },
} satisfies Extractor
