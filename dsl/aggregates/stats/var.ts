import { folded } from '#dsl/aggregate.ts'
import { Spread } from '#dsl/variance.ts'

export default folded(
  {
    name: 'aggr::stats::var',
    doc: 'The variance of the values as a sample (divided by one less than their number); 0.0 for less than two.',
    returns: 'float',
    examples: [
      { events: ['2', '4', '9'], call: 'aggr::stats::var(event)', result: '13.0' },
      { events: ['2'], call: 'aggr::stats::var(event)', result: '0.0' },
    ],
  },
  () => new Spread((variance) => variance),
)
