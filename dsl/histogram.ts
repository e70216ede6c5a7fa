/**
 * A high dynamic range histogram of two significant figures (Gil Tene, HdrHistogram): whole numbers up to 255 have a
 * bucket each, greater ones share buckets of a width that doubles with every power of two.
 */
export interface Bucket {
  readonly lowest: number
  readonly width: number
}

const EXACT = 256

export class Histogram {
  /** Counts by the lowest value of their bucket. */
  readonly #counts = new Map<number, number>()
  #total = 0

  get total(): number {
    return this.#total
  }

  /** `value` is a whole number that is not negative. */
  record(value: number, count = 1): void {
    const { lowest } = bucketOf(value)
    this.#counts.set(lowest, (this.#counts.get(lowest) ?? 0) + count)
    this.#total += count
  }

  merge(other: Histogram): void {
    for (const [lowest, count] of other.#counts) this.record(lowest, count)
  }

  /** The lowest value of the lowest bucket. */
  min(): bigint {
    const lowest = this.#sorted()[0]?.[0]
    return BigInt(lowest ?? 0)
  }

  max(): bigint {
    const lowest = this.#sorted().at(-1)?.[0]
    return lowest === undefined ? 0n : highestOf(bucketOf(lowest))
  }

  mean(): number {
    if (this.#total === 0) return 0
    return this.#sorted().reduce(
      (sum, [lowest, count]) => sum + (middleOf(bucketOf(lowest)) * count) / this.#total,
      0,
    )
  }

  /** The standard deviation of all values, not as a sample. */
  stdev(): number {
    if (this.#total === 0) return 0
    const mean = this.mean()
    const squares = this.#sorted().reduce(
      (sum, [lowest, count]) => sum + (middleOf(bucketOf(lowest)) - mean) ** 2 * count,
      0,
    )
    return Math.sqrt(squares / this.#total)
  }

  /** The greatest value of the bucket in which the quantile lies. */
  valueAt(quantile: number): bigint {
    const wanted = Math.max(1, Math.ceil(Math.min(quantile, 1) * this.#total))
    let seen = 0
    for (const [lowest, count] of this.#sorted()) {
      seen += count
      if (seen >= wanted) return highestOf(bucketOf(lowest))
    }
    return 0n
  }

  #sorted(): [number, number][] {
    return [...this.#counts].sort(([left], [right]) => left - right)
  }
}

function bucketOf(value: number): Bucket {
  if (value < EXACT) return { lowest: value, width: 1 }
  const width = 2 ** (powerOf(value) - 7)
  return { lowest: Math.floor(value / width) * width, width }
}

/** The greatest power of two that is not above the value. */
function powerOf(value: number): number {
  return value < 2 ** 32 ? 31 - Math.clz32(value) : 63 - Math.clz32(Math.floor(value / 2 ** 32))
}

function highestOf({ lowest, width }: Bucket): bigint {
  return BigInt(lowest) + BigInt(width) - 1n
}

function middleOf({ lowest, width }: Bucket): number {
  return lowest + Math.floor(width / 2)
}
