import { numberOf } from './aggregate.ts'
import type { AggregateState } from './function.ts'
import { float, type Value } from './value.ts'

/**
 * The spread of a sample, kept as count, mean and sum of squared differences (Welford 1962; merged as Chan, Golub and
 * LeVeque 1979 do). tremor merges its sums without regard to their different means; this does not.
 */
export class Spread implements AggregateState {
  #count = 0
  #mean = 0
  #squares = 0
  readonly #finish: (variance: number) => number

  /** `finish` makes the result of the variance. */
  constructor(finish: (variance: number) => number) {
    this.#finish = finish
  }

  accumulate([value]: readonly Value[]): void {
    const number = numberOf(value)
    const difference = number - this.#mean
    this.#mean += difference / ++this.#count
    this.#squares += difference * (number - this.#mean)
  }

  merge(other: Spread): void {
    if (other.#count === 0) return
    const count = this.#count + other.#count
    const difference = other.#mean - this.#mean
    this.#squares += other.#squares + (difference * difference * this.#count * other.#count) / count
    this.#mean += (difference * other.#count) / count
    this.#count = count
  }

  /** One value has no spread. */
  emit(): Value {
    return float(this.#finish(this.#count < 2 ? 0 : this.#squares / (this.#count - 1)))
  }
}
