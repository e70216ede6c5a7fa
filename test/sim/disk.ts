/** A disk that takes its time: what was written is safe only when it was synced. */

import { silentLog } from '#engine/log.ts'
import type { LogFile, LogFolder } from '#engine/wal/folder.ts'
import { Journal } from '#engine/wal/journal.ts'
import type { JournalUse } from '#engine/wal/open.ts'
import type { SimClock } from './clock.ts'

const writeMs = 0.5
const syncMs = 1.5

export class SimDisk implements LogFolder {
  readonly #clock: SimClock
  readonly #files = new Map<string, { bytes: Buffer; synced: number }>()

  constructor(clock: SimClock) {
    this.#clock = clock
  }

  /** Whether a crash at this moment would leave these octets in a file. */
  keeps(text: string): boolean {
    for (const { bytes, synced } of this.#files.values())
      if (bytes.subarray(0, synced).includes(text)) return true
    return false
  }

  claim(): void {}
  unclaim(): void {}

  async list(): Promise<readonly string[]> {
    return [...this.#files.keys()]
  }

  async read(name: string): Promise<Uint8Array> {
    return this.#files.get(name)!.bytes
  }

  async create(name: string): Promise<LogFile> {
    const file = { bytes: Buffer.alloc(0), synced: 0 }
    this.#files.set(name, file)
    return {
      append: (bytes) =>
        this.#later(writeMs, () => {
          file.bytes = Buffer.concat([file.bytes, bytes])
        }),
      sync: () =>
        this.#later(syncMs, () => {
          file.synced = file.bytes.length
        }),
      close: async () => {},
    }
  }

  async remove(name: string): Promise<void> {
    this.#files.delete(name)
  }

  #later(ms: number, work: () => void): Promise<void> {
    return new Promise((resolve) =>
      this.#clock.after(ms, () => {
        work()
        resolve()
      }),
    )
  }
}

/** The logs of a world, each on a disk of its own, shared by the generations that use it. */
export class SimLogs {
  readonly #clock: SimClock
  readonly #logs = new Map<string, { readonly disk: SimDisk; readonly journal: Journal; users: number }>()

  constructor(clock: SimClock) {
    this.#clock = clock
  }

  open(place: string): JournalUse & { readonly disk: SimDisk } {
    let log = this.#logs.get(place)
    if (log === undefined) {
      const disk = new SimDisk(this.#clock)
      const journal = new Journal(disk, { log: silentLog, segmentBytes: 65_536 })
      this.#logs.set(place, (log = { disk, journal, users: 0 }))
    }
    const it = log
    return {
      disk: it.disk,
      journal: it.journal,
      enter: () => {
        it.users++
      },
      leave: () => {
        if (--it.users > 0) return false
        void it.journal.rest()
        return true
      },
    }
  }
}
