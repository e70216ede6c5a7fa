/** Every way through a walk that chooses: run it, advance, run it again, until no way is left. */
export class Choices {
  #taken: { at: number; of: number }[] = []
  #next = 0
  /** Counted by whoever walks. */
  hops = 0

  /** From 0 up to, not including, `of`: the first time 0, then each in turn. */
  choose(of: number): number {
    if (this.#next === this.#taken.length) this.#taken.push({ at: 0, of })
    return this.#taken[this.#next++]!.at
  }

  /** On to the next way. False: all were taken. */
  advance(): boolean {
    this.#next = 0
    while (this.#taken.length > 0) {
      const last = this.#taken.at(-1)!
      if (++last.at < last.of) return true
      this.#taken.pop()
    }
    return false
  }
}
