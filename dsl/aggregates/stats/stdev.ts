import { folded } from '#dsl/aggregate.ts'
import { Spread } from '#dsl/variance.ts'

export default folded(
  {
    name: 'aggr::stats::stdev',
    doc: 'The standard deviation of the values as a sample; 0.0 for less than two.',
    returns: 'float',
    examples: [
      { events: ['2', '6', '10'], call: 'aggr::stats::stdev(event)', result: '4.0' },
      { events: [], call: 'aggr::stats::stdev(event)', result: '0.0' },
    ],
  },
  () => new Spread(Math.sqrt),
)
