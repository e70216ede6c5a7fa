import type { Aggregate, AggregateState } from '#dsl/function.ts'

class Count implements AggregateState {
  #count = 0
  accumulate(): void {
    this.#count++
  }
  merge(other: Count): void {
    this.#count += other.#count
  }
  emit(): number {
    return this.#count
  }
}

export default {
  name: 'aggr::stats::count',
  doc: 'How many events there were.',
  args: [],
  returns: 'integer',
  examples: [
    { events: ['1', '"a"', 'null'], call: 'aggr::stats::count()', result: '3' },
    { events: [], call: 'aggr::stats::count()', result: '0' },
  ],
  create: () => new Count(),
} satisfies Aggregate
