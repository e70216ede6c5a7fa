/** Counts events over a sliding range of time, divided into parts that fall out of the count one by one. */
export class RateWindow {
  readonly #rangeNs: bigint
  readonly #partNs: bigint
  readonly #counts: Uint32Array
  /** The part of time, counted from the epoch, that is filled now. */
  #now = 0
  #total = 0

  constructor(rangeNs: bigint, parts: number) {
    this.#rangeNs = rangeNs
    this.#partNs = rangeNs / BigInt(parts) || 1n
    this.#counts = new Uint32Array(parts)
  }

  fits(rangeNs: bigint, parts: number): boolean {
    return this.#rangeNs === rangeNs && this.#counts.length === parts
  }

  /** Counts an event, unless there are `most` in the range already. One from the past counts as one of now. */
  pass(atNs: bigint, most: number): boolean {
    this.#moveTo(Number(atNs / this.#partNs))
    if (this.#total >= most) return false
    this.#total++
    this.#counts[this.#now % this.#counts.length]!++
    return true
  }

  #moveTo(part: number): void {
    const steps = Math.min(part - this.#now, this.#counts.length)
    if (steps <= 0) return
    for (let step = steps - 1; step >= 0; step--) {
      const place = (part - step) % this.#counts.length
      this.#total -= this.#counts[place]!
      this.#counts[place] = 0
    }
    this.#now = part
  }
}
