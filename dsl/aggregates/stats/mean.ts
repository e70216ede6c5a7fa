import { folded, numberOf } from '#dsl/aggregate.ts'
import type { AggregateState } from '#dsl/function.ts'
import { float, type Value } from '#dsl/value.ts'

class Mean implements AggregateState {
  #count = 0
  #sum = 0
  accumulate([value]: readonly Value[]): void {
    this.#sum += numberOf(value)
    this.#count++
  }
  merge(other: Mean): void {
    this.#sum += other.#sum
    this.#count += other.#count
  }
  emit(): Value {
    return this.#count === 0 ? null : float(this.#sum / this.#count)
  }
}

export default folded(
  {
    name: 'aggr::stats::mean',
    doc: 'The mean of the values; null if there is none.',
    returns: ['float', 'null'],
    examples: [
      { events: ['1', '2', '6'], call: 'aggr::stats::mean(event)', result: '3.0' },
      { events: [], call: 'aggr::stats::mean(event)', result: 'null' },
    ],
  },
  () => new Mean(),
)
