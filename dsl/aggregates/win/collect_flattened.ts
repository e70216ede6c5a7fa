import type { Aggregate, AggregateState } from '#dsl/function.ts'
import type { Value } from '#dsl/value.ts'

class CollectFlattened implements AggregateState {
  readonly #values: Value[] = []
  accumulate([value]: readonly Value[]): void {
    if (value !== undefined) this.#values.push(value)
  }
  merge(other: CollectFlattened): void {
    for (const value of other.#values) this.#values.push(value)
  }
  emit(): Value {
    return [...this.#values]
  }
}

export default {
  name: 'aggr::win::collect_flattened',
  doc: 'All values of the window in one array; those of inner windows of a tilt frame join in.',
  args: [{ name: 'value', type: 'any' }],
  returns: 'array',
  collects: true,
  passesOn: true,
  examples: [
    { events: ['1', '[2]', 'null'], call: 'aggr::win::collect_flattened(event)', result: '[1,[2],null]' },
    { events: [], call: 'aggr::win::collect_flattened(event)', result: '[]' },
  ],
  create: () => new CollectFlattened(),
} satisfies Aggregate
