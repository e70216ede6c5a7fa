import { folded, numberOf } from '#dsl/aggregate.ts'
import type { AggregateState } from '#dsl/function.ts'
import { float, type Value } from '#dsl/value.ts'

class Max implements AggregateState {
  #max: number | undefined
  accumulate([value]: readonly Value[]): void {
    this.#take(numberOf(value))
  }
  merge(other: Max): void {
    if (other.#max !== undefined) this.#take(other.#max)
  }
  emit(): Value {
    return float(this.#max ?? 0)
  }
  #take(value: number): void {
    this.#max = this.#max === undefined ? value : Math.max(this.#max, value)
  }
}

export default folded(
  {
    name: 'aggr::stats::max',
    doc: 'The greatest value, as a float; 0.0 if there is none.',
    returns: 'float',
    examples: [
      { events: ['2', '3', '-1.5'], call: 'aggr::stats::max(event)', result: '3.0' },
      { events: [], call: 'aggr::stats::max(event)', result: '0.0' },
    ],
  },
  () => new Max(),
)
