import type { Aggregate, AggregateState } from '#dsl/function.ts'
import type { Value } from '#dsl/value.ts'

class Last implements AggregateState {
  #last: Value | undefined
  accumulate([value]: readonly Value[]): void {
    this.#last = value
  }
  merge(other: Last): void {
    if (other.#last !== undefined) this.#last = other.#last
  }
  emit(): Value {
    return this.#last ?? null
  }
}

export default {
  name: 'aggr::win::last',
  doc: 'The last value of the window; null if there is none.',
  args: [{ name: 'value', type: 'any' }],
  returns: 'any',
  passesOn: true,
  examples: [
    { events: ['1', '[2]', 'null'], call: 'aggr::win::last(event)', result: 'null' },
    { events: [], call: 'aggr::win::last(event)', result: 'null' },
  ],
  create: () => new Last(),
} satisfies Aggregate
