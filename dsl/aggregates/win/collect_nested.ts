import type { Aggregate, AggregateState } from '#dsl/function.ts'
import type { Value } from '#dsl/value.ts'

class CollectNested implements AggregateState {
  readonly #values: Value[] = []
  accumulate([value]: readonly Value[]): void {
    if (value !== undefined) this.#values.push(value)
  }
  merge(other: CollectNested): void {
    this.#values.push([...other.#values])
  }
  emit(): Value {
    return [...this.#values]
  }
}

export default {
  name: 'aggr::win::collect_nested',
  doc: 'All values of the window in an array; an inner window of a tilt frame is one element, an array.',
  args: [{ name: 'value', type: 'any' }],
  returns: 'array',
  collects: true,
  passesOn: true,
  examples: [
    { events: ['1', '[2]', 'null'], call: 'aggr::win::collect_nested(event)', result: '[1,[2],null]' },
    { events: [], call: 'aggr::win::collect_nested(event)', result: '[]' },
  ],
  create: () => new CollectNested(),
} satisfies Aggregate
