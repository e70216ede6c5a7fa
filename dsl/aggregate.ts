/** What the aggregates share: reading numbers, and declaring them. */
import { type Aggregate, type AggregateState, BadArgument, FunctionError } from './function.ts'
import { Float, type Value } from './value.ts'

/** The argument as a double; anything but a number is an error. */
export function numberOf(value: Value | undefined): number {
  const number = numberOrNothing(value)
  if (number === undefined) throw new BadArgument('The aggregate takes numbers')
  return number
}

export function numberOrNothing(value: Value | undefined): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  return value instanceof Float ? value.value : undefined
}

/** An aggregate of one number that is folded as it comes. */
export function folded(
  words: Pick<Aggregate, 'name' | 'doc' | 'examples' | 'returns'>,
  create: () => AggregateState,
): Aggregate {
  return { ...words, args: [{ name: 'value', type: 'number' }], create }
}

/** A quantile by the name it was asked for with. */
export type Quantile = readonly [name: string, quantile: number]

export const QUANTILES: readonly Quantile[] = [
  '0.5',
  '0.9',
  '0.95',
  '0.99',
  '0.999',
  '0.9999',
  '0.99999',
].map((name): Quantile => [name, Number(name)])

/** The quantiles of an array of strings; what is no string in it is passed over, as in tremor. */
export function quantilesOf(value: Value | undefined): readonly Quantile[] {
  if (!Array.isArray(value)) return QUANTILES
  const names = value.filter((item): item is string => typeof item === 'string')
  return names.map((name): Quantile => {
    const quantile = name.trim() === '' ? Number.NaN : Number(name)
    if (quantile >= 0 && quantile <= 1) return [name, quantile]
    throw new FunctionError(
      `A percentile is a string such as "0.99", from "0" to "1", found ${JSON.stringify(name)}`,
    )
  })
}
