import { numberOrNothing, QUANTILES, type Quantile, quantilesOf } from '#dsl/aggregate.ts'
import type { Aggregate, AggregateState } from '#dsl/function.ts'
import { Sketch } from '#dsl/sketch.ts'
import { float, type Value } from '#dsl/value.ts'

class Dds implements AggregateState {
  readonly #sketch = new Sketch()
  #quantiles: readonly Quantile[] | undefined

  accumulate([value, percentiles]: readonly Value[]): void {
    this.#quantiles ??= quantilesOf(percentiles)
    const number = numberOrNothing(value)
    if (number !== undefined && number >= 0) this.#sketch.add(number)
  }

  merge(other: Dds): void {
    this.#quantiles ??= other.#quantiles
    this.#sketch.merge(other.#sketch)
  }

  emit(): Value {
    const sketch = this.#sketch
    const empty = sketch.count === 0
    const percentiles = (this.#quantiles ?? QUANTILES).map(([name, quantile]): [string, Value] => [
      name,
      float(empty ? 0 : Math.ceil(sketch.quantile(quantile) * 10) / 10),
    ])
    return {
      count: sketch.count,
      sum: float(sketch.sum),
      min: float(empty ? 0 : sketch.min),
      max: float(empty ? 0 : sketch.max),
      mean: float(empty ? 0 : sketch.sum / sketch.count),
      percentiles: Object.fromEntries(percentiles),
    }
  }
}

export default {
  name: 'aggr::stats::dds',
  doc: 'A sketch of numbers that are not negative, to 1 %: count, sum, min, max, mean and percentiles, rounded up to one decimal. The second argument names the percentiles, as strings. Other values are passed over.',
  args: [
    { name: 'value', type: 'any' },
    { name: 'percentiles', type: 'array' },
  ],
  least: 1,
  returns: 'record',
  examples: [
    {
      events: ['1', '2', '3', '1000.5'],
      call: 'aggr::stats::dds(event, ["0.5", "1.0"])',
      result:
        '{"count":4,"sum":1006.5,"min":1.0,"max":1000.5,"mean":251.625,"percentiles":{"0.5":2.0,"1.0":1000.5}}',
    },
    {
      events: [],
      call: 'aggr::stats::dds(event, ["0.5"])',
      result:
        '{"count":0,"sum":0.0,"min":0.0,"max":0.0,"mean":0.0,"percentiles":{"0.5":0.0,"0.9":0.0,"0.95":0.0,"0.99":0.0,"0.999":0.0,"0.9999":0.0,"0.99999":0.0}}',
    },
  ],
  create: () => new Dds(),
} satisfies Aggregate
