import { folded, numberOf } from '#dsl/aggregate.ts'
import type { AggregateState } from '#dsl/function.ts'
import { float, type Value } from '#dsl/value.ts'

class Min implements AggregateState {
  #min: number | undefined
  accumulate([value]: readonly Value[]): void {
    this.#take(numberOf(value))
  }
  merge(other: Min): void {
    if (other.#min !== undefined) this.#take(other.#min)
  }
  emit(): Value {
    return float(this.#min ?? 0)
  }
  #take(value: number): void {
    this.#min = this.#min === undefined ? value : Math.min(this.#min, value)
  }
}

export default folded(
  {
    name: 'aggr::stats::min',
    doc: 'The smallest value, as a float; 0.0 if there is none.',
    returns: 'float',
    examples: [
      { events: ['2', '3', '-1.5'], call: 'aggr::stats::min(event)', result: '-1.5' },
      { events: [], call: 'aggr::stats::min(event)', result: '0.0' },
    ],
  },
  () => new Min(),
)
