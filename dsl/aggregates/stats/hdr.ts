import { numberOrNothing, QUANTILES, type Quantile, quantilesOf } from '#dsl/aggregate.ts'
import type { Aggregate, AggregateState } from '#dsl/function.ts'
import { Histogram } from '#dsl/histogram.ts'
import { integer } from '#dsl/number.ts'
import { float, type Value } from '#dsl/value.ts'

/** The greatest double within u64. */
const GREATEST = 2 ** 64 - 2048

class Hdr implements AggregateState {
  readonly #histogram = new Histogram()
  #quantiles: readonly Quantile[] | undefined

  accumulate([value, percentiles]: readonly Value[]): void {
    this.#quantiles ??= quantilesOf(percentiles)
    const number = numberOrNothing(value)
    if (number !== undefined && number >= 0) this.#histogram.record(Math.min(Math.trunc(number), GREATEST))
  }

  merge(other: Hdr): void {
    this.#quantiles ??= other.#quantiles
    this.#histogram.merge(other.#histogram)
  }

  emit(): Value {
    const histogram = this.#histogram
    const stdev = histogram.stdev()
    const percentiles = (this.#quantiles ?? QUANTILES).map(([name, quantile]): [string, Value] => [
      name,
      integer(histogram.valueAt(quantile))!,
    ])
    return {
      count: histogram.total,
      min: integer(histogram.min())!,
      max: integer(histogram.max())!,
      mean: float(histogram.mean()),
      stdev: float(stdev),
      var: float(stdev ** 2),
      percentiles: Object.fromEntries(percentiles),
    }
  }
}

export default {
  name: 'aggr::stats::hdr',
  doc: 'A histogram of whole numbers that are not negative, to two significant figures: count, min, max, mean, spread and percentiles. The second argument names the percentiles, as strings. Other values are passed over, fractions cut off.',
  args: [
    { name: 'value', type: 'any' },
    { name: 'percentiles', type: 'array' },
  ],
  least: 1,
  returns: 'record',
  examples: [
    {
      events: ['1', '2', '3', '1000'],
      call: 'aggr::stats::hdr(event, ["0.5", "0.99"])',
      result:
        '{"count":4,"min":1,"max":1003,"mean":252.0,"stdev":433.01327924210364,"var":187500.50000000003,"percentiles":{"0.5":2,"0.99":1003}}',
    },
    {
      events: [],
      call: 'aggr::stats::hdr(event)',
      result:
        '{"count":0,"min":0,"max":0,"mean":0.0,"stdev":0.0,"var":0.0,"percentiles":{"0.5":0,"0.9":0,"0.95":0,"0.99":0,"0.999":0,"0.9999":0,"0.99999":0}}',
    },
  ],
  create: () => new Hdr(),
} satisfies Aggregate
