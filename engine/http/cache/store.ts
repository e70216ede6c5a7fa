/** Where answers are kept: in memory, bounded in octets, the least recently used going first; and behind it, if there is one, on a disk. */
import { LRUCache } from 'lru-cache'
import type { HeaderList } from '../transport.ts'
import type { Disk } from './disk.ts'
import { bytesOf, type Entry } from './entry.ts'
import { nameOf } from './file.ts'
import { fits } from './vary.ts'

/** The library makes itself an object where it is given none. */
const asItIs = {}

export class Store {
  /** By URL: its answers, the newest first. */
  readonly #resources: LRUCache<string, readonly Entry[]>
  readonly #mostVariants: number
  readonly #disk: Disk | null

  constructor(options: {
    readonly maxBytes: number
    readonly maxVariants: number
    readonly disk?: Disk | null
  }) {
    this.#mostVariants = options.maxVariants
    this.#disk = options.disk ?? null
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
    const entries = this.#resources.get(key, asItIs)
    if (entries !== undefined) for (const entry of entries) if (fits(entry.selecting, asked)) return entry
    if (this.#disk === null) return null
    const found = this.#disk.find(key, asked)
    if (found !== null) this.#remember(key, found, asked)
    return found
  }

  has(key: string): boolean {
    return this.#resources.has(key) || this.#disk?.has(key) === true
  }

  /** Takes the place of the answers that fit the same request. */
  put(key: string, entry: Entry, asked: HeaderList): void {
    this.#remember(key, entry, asked)
    this.#disk?.put(key, entry)
  }

  #remember(key: string, entry: Entry, asked: HeaderList): void {
    const others = (this.#resources.get(key) ?? []).filter(({ selecting }) => !fits(selecting, asked))
    this.#resources.set(key, [entry, ...others].slice(0, this.#mostVariants))
  }

  /** Forgets one answer, if it is still kept. */
  remove(key: string, entry: Entry): void {
    const name = this.#disk === null ? '' : nameOf(key, entry.selecting)
    this.#disk?.dropWhere((each, kept) => each === key && nameOf(each, kept.selecting) === name)
    const others = this.#resources.get(key)?.filter((each) => each !== entry)
    if (others === undefined) return
    if (others.length === 0) this.#resources.delete(key)
    else this.#resources.set(key, others)
  }

  /** Forgets the answers that match. Returns how many there were. */
  dropWhere(matches: (key: string, entry: Pick<Entry, 'tags' | 'selecting'>) => boolean): number {
    const onDisk = this.#disk?.dropWhere(matches) ?? []
    const dropped = new Set(onDisk)
    let count = 0
    for (const [key, entries] of [...this.#resources.entries()]) {
      const left = entries.filter((entry) => !matches(key, entry))
      for (const entry of entries) {
        if (left.includes(entry)) continue
        count++
        if (this.#disk !== null) dropped.add(nameOf(key, entry.selecting))
      }
      if (left.length === 0) this.#resources.delete(key)
      else if (left.length < entries.length) this.#resources.set(key, left)
    }
    return this.#disk === null ? count : dropped.size
  }

  /** From memory: what is on the disk is for those who come after. */
  clear(): void {
    this.#resources.clear()
  }
}
