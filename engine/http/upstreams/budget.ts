const slots = 10
const slotMs = 1000

/**
 * Bounds what attempts beyond the first add to the load of the upstreams: within ten seconds, a share of the requests and a few
 * besides. Without it, a set that answers nothing but 503 would get twice the traffic just then.
 */
export class Budget {
  readonly #share: number
  readonly #min: number
  readonly #now: () => number
  readonly #requests = new Float64Array(slots)
  readonly #spent = new Float64Array(slots)
  #second = 0

  constructor(options: { readonly share: number; readonly min: number }, now: () => number) {
    this.#share = options.share
    this.#min = options.min
    this.#now = now
    this.#second = Math.floor(now() / slotMs)
  }

  /** A request begins. */
  earn(): void {
    this.#requests[this.#slot()]! += 1
  }

  /** Whether one more attempt may go; then it is counted. */
  spend(): boolean {
    const slot = this.#slot()
    let requests = 0
    let spent = 0
    for (let i = 0; i < slots; i++) {
      requests += this.#requests[i]!
      spent += this.#spent[i]!
    }
    if (spent + 1 > this.#min + this.#share * requests) return false
    this.#spent[slot]! += 1
    return true
  }

  #slot(): number {
    const second = Math.floor(this.#now() / slotMs)
    const passed = Math.min(slots, second - this.#second)
    for (let i = 1; i <= passed; i++) {
      const slot = (this.#second + i) % slots
      this.#requests[slot] = 0
      this.#spent[slot] = 0
    }
    if (passed > 0) this.#second = second
    return this.#second % slots
  }
}
