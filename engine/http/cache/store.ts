/** Where answers are kept: in memory, bounded in octets, the least recently used going first. */
import { LRUCache } from 'lru-cache'
import type { HeaderList } from '../transport.ts'
import { bytesOf, type Entry } from './entry.ts'
import { fits } from './vary.ts'

export class Store {
  /** By URL: its answers, the newest first. */
  readonly #resources: LRUCache<string, readonly Entry[]>
  readonly #mostVariants: number

  constructor(options: { readonly maxBytes: number; readonly maxVariants: number }) {
    this.#mostVariants = options.maxVariants
    this.#resources = new LRUCache({
      maxSize: options.maxBytes,
      sizeCalculation: (entries, key) =>
        entries.reduce((sum, entry) => sum + bytesOf(entry), key.length * 2 + 64),
    })
  }

  get entries(): number {
    let count = 0
    for (const entries of this.#resources.values()) count += entries.length
    return count
  }

  get bytes(): number {
    return this.#resources.calculatedSize
  }

  find(key: string, asked: HeaderList): Entry | null {
    return this.#resources.get(key)?.find(({ selecting }) => fits(selecting, asked)) ?? null
  }

  has(key: string): boolean {
    return this.#resources.has(key)
  }

  /** Takes the place of the answers that fit the same request. */
  put(key: string, entry: Entry, asked: HeaderList): void {
    const others = (this.#resources.get(key) ?? []).filter(({ selecting }) => !fits(selecting, asked))
    this.#resources.set(key, [entry, ...others].slice(0, this.#mostVariants))
  }

  /** Forgets one answer, if it is still kept. */
  remove(key: string, entry: Entry): void {
    const others = this.#resources.get(key)?.filter((each) => each !== entry)
    if (others === undefined) return
    if (others.length === 0) this.#resources.delete(key)
    else this.#resources.set(key, others)
  }

  /** Forgets all answers of a URL. Returns how many there were. */
  drop(key: string): number {
    const count = this.#resources.get(key)?.length ?? 0
    this.#resources.delete(key)
    return count
  }

  dropWhere(matches: (key: string, entry: Entry) => boolean): number {
    let count = 0
    for (const [key, entries] of [...this.#resources.entries()]) {
      const left = entries.filter((entry) => !matches(key, entry))
      count += entries.length - left.length
      if (left.length === 0) this.#resources.delete(key)
      else if (left.length < entries.length) this.#resources.set(key, left)
    }
    return count
  }

  clear(): void {
    this.#resources.clear()
  }
}
