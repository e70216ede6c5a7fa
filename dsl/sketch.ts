/**
 * A sketch of a distribution with a relative error of 1 % (Masson, Rim and Lee, "DDSketch", 2019), with the bucket
 * bounds of the Rust crate `sketches-ddsketch` and its defaults.
 */
const ACCURACY = 0.01
const SMALLEST = 1e-9
const GAMMA = 1 + (2 * ACCURACY) / (1 - ACCURACY)
const LN_GAMMA = Math.log1p((2 * ACCURACY) / (1 - ACCURACY))
const OFFSET = -Math.trunc(Math.log(SMALLEST) / LN_GAMMA) + 1

export class Sketch {
  /** Counts by bucket; 0 is the bucket of what is smaller than the smallest value told apart. */
  readonly #counts = new Map<number, number>()
  count = 0
  sum = 0
  min = Number.POSITIVE_INFINITY
  max = Number.NEGATIVE_INFINITY

  /** `value` is not negative. */
  add(value: number): void {
    const key = value > SMALLEST ? Math.ceil(Math.log(value) / LN_GAMMA) + OFFSET : 0
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
    this.count++
    this.sum += value
    this.min = Math.min(this.min, value)
    this.max = Math.max(this.max, value)
  }

  merge(other: Sketch): void {
    for (const [key, count] of other.#counts) this.#counts.set(key, (this.#counts.get(key) ?? 0) + count)
    this.count += other.count
    this.sum += other.sum
    this.min = Math.min(this.min, other.min)
    this.max = Math.max(this.max, other.max)
  }

  /** Of a sketch that is not empty. */
  quantile(quantile: number): number {
    if (quantile <= 0) return this.min
    if (quantile >= 1) return this.max
    const rank = Math.floor(quantile * (this.count - 1) + 1)
    const key = this.#keyAt(rank)
    const value = key === 0 ? 0 : (2 * Math.exp((key - OFFSET) * LN_GAMMA)) / (1 + GAMMA)
    return Math.min(Math.max(value, this.min), this.max)
  }

  #keyAt(rank: number): number {
    let seen = 0
    let last = 0
    for (const [key, count] of [...this.#counts].sort(([left], [right]) => left - right)) {
      seen += count
      last = key
      if (seen >= rank) break
    }
    return last
  }
}
