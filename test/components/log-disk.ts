/** A disk that can lose its power at every step, and can be full. */
import type { LogFile, LogFolder } from '#engine/wal/folder.ts'

/** What is left of bytes that were written and not synced. */
export type Unsynced = 'lost' | 'half' | 'whole' | 'zeros'

interface File {
  bytes: Buffer
  synced: number
}

export class LogDisk implements LogFolder {
  readonly files = new Map<string, File>()
  /** Steps taken: files made and removed, writes, syncs. */
  steps = 0
  /** The power goes at this step. Before it, or after the step was done. */
  cutAt = Infinity
  cutAfter = false
  /** Writes and syncs fail. */
  failing: Error | null = null
  claimed = false
  readonly #unsynced: Unsynced

  constructor(unsynced: Unsynced = 'lost') {
    this.#unsynced = unsynced
  }

  claim(): void {
    this.claimed = true
  }
  unclaim(): void {
    this.claimed = false
  }

  async list(): Promise<readonly string[]> {
    return [...this.files.keys(), 'lock']
  }

  async read(name: string): Promise<Uint8Array> {
    return this.files.get(name)!.bytes
  }

  async create(name: string): Promise<LogFile> {
    const file: File = { bytes: Buffer.alloc(0), synced: 0 }
    await this.#step(() => {
      if (this.files.has(name)) throw new Error(`there is a file "${name}"`)
      this.files.set(name, file)
    })
    return {
      append: (bytes) =>
        this.#step(() => {
          file.bytes = Buffer.concat([file.bytes, this.failing === null ? bytes : bytes.subarray(0, 3)])
          if (this.failing !== null) throw this.failing
        }),
      sync: () =>
        this.#step(() => {
          if (this.failing !== null) throw this.failing
          file.synced = file.bytes.length
        }),
      close: async () => {},
    }
  }

  remove(name: string): Promise<void> {
    return this.#step(() => void this.files.delete(name))
  }

  /** What another process finds after the power came back. */
  restarted(): LogDisk {
    const disk = new LogDisk(this.#unsynced)
    for (const [name, file] of this.files) {
      const bytes = Buffer.concat([
        file.bytes.subarray(0, file.synced),
        this.#left(file.bytes.subarray(file.synced)),
      ])
      disk.files.set(name, { bytes, synced: bytes.length })
    }
    return disk
  }

  #left(bytes: Buffer): Buffer {
    if (this.#unsynced === 'whole') return bytes
    if (this.#unsynced === 'half') return bytes.subarray(0, bytes.length >> 1)
    return this.#unsynced === 'zeros' ? Buffer.alloc(bytes.length) : Buffer.alloc(0)
  }

  /** From the cut on nothing ever comes back. */
  async #step(work: () => void): Promise<void> {
    this.steps++
    if (this.steps > this.cutAt) return new Promise(() => {})
    if (this.steps === this.cutAt) {
      if (this.cutAfter) work()
      return new Promise(() => {})
    }
    work()
  }
}
