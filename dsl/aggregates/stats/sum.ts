import { folded, numberOf } from '#dsl/aggregate.ts'
import type { AggregateState } from '#dsl/function.ts'
import { float, type Value } from '#dsl/value.ts'

class Sum implements AggregateState {
  #sum = 0
  accumulate([value]: readonly Value[]): void {
    this.#sum += numberOf(value)
  }
  merge(other: Sum): void {
    this.#sum += other.#sum
  }
  emit(): Value {
    return float(this.#sum)
  }
}

export default folded(
  {
    name: 'aggr::stats::sum',
    doc: 'The sum of the values, as a float.',
    returns: 'float',
    examples: [
      { events: ['1', '2.5'], call: 'aggr::stats::sum(event)', result: '3.5' },
      { events: [], call: 'aggr::stats::sum(event)', result: '0.0' },
      {
        events: ['"a"'],
        call: 'aggr::stats::sum(event)',
        result: 'error: Bad type passed to function stats::sum/1',
      },
    ],
  },
  () => new Sum(),
)
