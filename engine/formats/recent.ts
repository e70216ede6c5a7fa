/** A map that holds the entries asked for last: beyond `most` the one not asked for the longest is forgotten. */
export class Recent<T> {
  readonly #entries = new Map<string, Entry<T>>()
  /** A ring: after it the newest, before it the oldest. */
  readonly #ends: Entry<T>

  constructor() {
    const ends = { key: '', value: undefined } as unknown as Entry<T>
    ends.newer = ends
    ends.older = ends
    this.#ends = ends
  }

  /** The value under a key, which counts as asked for. */
  get(key: string): T | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    if (this.#ends.older !== entry) {
      unlink(entry)
      this.#link(entry)
    }
    return entry.value
  }

  set(key: string, value: T): void {
    const known = this.#entries.get(key)
    if (known !== undefined) unlink(known)
    const entry = { key, value, newer: this.#ends, older: this.#ends }
    this.#entries.set(key, entry)
    this.#link(entry)
  }

  trim(most: number): void {
    while (this.#entries.size > most) {
      const oldest = this.#ends.newer
      unlink(oldest)
      this.#entries.delete(oldest.key)
    }
  }

  #link(entry: Entry<T>): void {
    const ends = this.#ends
    entry.older = ends.older
    entry.newer = ends
    ends.older.newer = entry
    ends.older = entry
  }
}

interface Entry<T> {
  readonly key: string
  readonly value: T
  newer: Entry<T>
  older: Entry<T>
}

function unlink({ newer, older }: Entry<unknown>): void {
  newer.older = older
  older.newer = newer
}
