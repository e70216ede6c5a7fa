import type { Aggregate, AggregateState } from '#dsl/function.ts'
import type { Value } from '#dsl/value.ts'

class First implements AggregateState {
  #first: Value | undefined
  accumulate([value]: readonly Value[]): void {
    if (this.#first === undefined) this.#first = value
  }
  merge(other: First): void {
    if (this.#first === undefined) this.#first = other.#first
  }
  emit(): Value {
    return this.#first ?? null
  }
}

export default {
  name: 'aggr::win::first',
  doc: 'The first value of the window; null if there is none.',
  args: [{ name: 'value', type: 'any' }],
  returns: 'any',
  passesOn: true,
  examples: [
    { events: ['1', '[2]', 'null'], call: 'aggr::win::first(event)', result: '1' },
    { events: [], call: 'aggr::win::first(event)', result: 'null' },
  ],
  create: () => new First(),
} satisfies Aggregate
