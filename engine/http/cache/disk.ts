/**
 * The second place where answers are kept: a folder, a file for each, and in memory what is in which. It outlives the process. Bounded in
 * octets, the least recently used going first; a file that is not what was written is removed and was never there.
 *
 * Files are written and removed behind the back of requests, save that what was purged is gone from the disk when that is said. A body is read
 * at the moment it is asked for, the process waiting, and is then in memory: that is once for each answer, and at most `max_object` octets.
 */
import { readFileSync, renameSync, rmSync } from 'node:fs'
import { mkdir, open, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../log.ts'
import type { HeaderList } from '../transport.ts'
import type { Entry } from './entry.ts'
import { bodyIn, fileOf, type Kept, keptIn, nameOf, partsOf } from './file.ts'
import { fits } from './vary.ts'

/** Not yet written; more are not kept on the disk. */
const MOST_PENDING_BYTES = 64 * 1024 * 1024
const HEAD_BYTES = 256 * 1024

interface Record extends Kept {
  readonly name: string
  readonly bytes: number
  /** On its way to the disk: what lies there under its name is another. */
  pending: boolean
}

export interface DiskOptions {
  readonly folder: string
  readonly maxBytes: number
  readonly maxVariants: number
  readonly log: Log
}

export class Disk {
  bytes = 0
  readonly #options: DiskOptions
  /** By name of file, the least recently used first. */
  readonly #records = new Map<string, Record>()
  readonly #byKey = new Map<string, Set<Record>>()
  #pendingBytes = 0
  readonly #writes = new Set<Promise<void>>()
  #complained = false

  constructor(options: DiskOptions) {
    this.#options = options
  }

  get entries(): number {
    return this.#records.size
  }

  /** Looks at what is there. Rejects if the folder cannot be used. */
  async open(): Promise<void> {
    const { folder, log } = this.#options
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const found: { record: Record; usedMs: number }[] = []
    let bad = 0
    for (const name of await readdir(folder)) {
      if (!/\.(answer|part)$/.test(name)) continue
      const seen = await this.#look(name)
      if (seen !== null) found.push(seen)
      else {
        bad++
        await rm(join(folder, name), { force: true })
      }
    }
    for (const { record } of found.sort((a, b) => a.usedMs - b.usedMs)) this.#add(record)
    this.#shrink()
    log.info({ folder, answers: this.entries, octets: this.bytes, removed: bad }, 'cache on disk is open')
  }

  async #look(name: string): Promise<{ record: Record; usedMs: number } | null> {
    const path = join(this.#options.folder, name)
    try {
      const { size, mtimeMs } = await stat(path)
      const file = await open(path)
      const { buffer, bytesRead } = await file
        .read(Buffer.alloc(Math.min(size, HEAD_BYTES)))
        .finally(() => file.close())
      const first = buffer.subarray(0, bytesRead)
      const parts = partsOf(first)
      if (parts === null || parts.end !== size || parts.body > bytesRead) return null
      const kept = keptIn(first, parts)
      if (kept === null || nameOf(kept.key, kept.selecting) !== name) return null
      return { record: { ...kept, name, bytes: size, pending: false }, usedMs: mtimeMs }
    } catch {
      return null
    }
  }

  has(key: string): boolean {
    return this.#byKey.has(key)
  }

  find(key: string, asked: HeaderList): Entry | null {
    for (const record of this.#byKey.get(key) ?? []) {
      if (!fits(record.selecting, asked)) continue
      const body = this.#read(record)
      if (body === null) continue
      this.#records.delete(record.name)
      this.#records.set(record.name, record)
      const { name: _, bytes: __, key: ___, pending: ____, ...entry } = record
      return { ...entry, body }
    }
    return null
  }

  #read(record: Record): Uint8Array | null {
    if (record.pending) return null
    const path = join(this.#options.folder, record.name)
    try {
      const file = readFileSync(path)
      const parts = partsOf(file)
      const body = parts === null ? null : bodyIn(file, parts)
      if (body !== null) return body
      this.#options.log.warn({ file: path }, 'a kept answer is not what was written: it is removed')
    } catch {
      // Somebody removed it.
    }
    this.#forget(record)
    rmSync(path, { force: true })
    return null
  }

  put(key: string, entry: Entry): void {
    const file = fileOf(key, entry)
    const name = nameOf(key, entry.selecting)
    const before = this.#records.get(name)
    if (before !== undefined) this.#forget(before)
    if (file === null || file.length > this.#options.maxBytes || this.#pendingBytes > MOST_PENDING_BYTES) {
      if (before !== undefined) this.#unlink(before)
      return
    }
    const { body: _, given: __, ...kept } = entry
    const record: Record = { ...kept, asked: [], key, name, bytes: file.length, pending: true }
    this.#add(record)
    this.#shrink()
    this.#pendingBytes += file.length
    const write = this.#write(record, file).finally(() => {
      this.#pendingBytes -= file.length
      this.#writes.delete(write)
    })
    this.#writes.add(write)
  }

  async #write(record: Record, file: Buffer): Promise<void> {
    const path = join(this.#options.folder, record.name)
    const part = `${path}.${process.pid}.${(nextPart++).toString(36)}.part`
    try {
      await writeFile(part, file, { mode: 0o600 })
      // Purged, replaced or crowded out meanwhile.
      if (this.#records.get(record.name) !== record) return void (await rm(part, { force: true }))
      renameSync(part, path)
      record.pending = false
    } catch (error) {
      this.#forget(record)
      await rm(part, { force: true }).catch(() => {})
      if (!this.#complained) this.#options.log.warn({ err: error }, 'answers cannot be kept on the disk')
      this.#complained = true
    }
  }

  /** Forgets what matches, from the disk too once this returns. */
  dropWhere(matches: (key: string, entry: Pick<Entry, 'tags' | 'selecting'>) => boolean): readonly string[] {
    const dropped = [...this.#records.values()].filter((record) => matches(record.key, record))
    for (const record of dropped) {
      this.#forget(record)
      rmSync(join(this.#options.folder, record.name), { force: true })
    }
    return dropped.map(({ name }) => name)
  }

  /** Resolves when all that was put is on the disk. */
  async settled(): Promise<void> {
    while (this.#writes.size > 0) await Promise.all(this.#writes)
  }

  #add(record: Record): void {
    this.#records.set(record.name, record)
    this.bytes += record.bytes
    const same = this.#byKey.get(record.key) ?? new Set()
    this.#byKey.set(record.key, same.add(record))
    if (same.size > this.#options.maxVariants) this.#unlink([...same][0]!)
  }

  #shrink(): void {
    for (const record of this.#records.values()) {
      if (this.bytes <= this.#options.maxBytes) return
      this.#unlink(record)
    }
  }

  #forget(record: Record): void {
    if (this.#records.get(record.name) === record) {
      this.#records.delete(record.name)
      this.bytes -= record.bytes
    }
    const same = this.#byKey.get(record.key)
    same?.delete(record)
    if (same?.size === 0) this.#byKey.delete(record.key)
  }

  #unlink(record: Record): void {
    this.#forget(record)
    void rm(join(this.#options.folder, record.name), { force: true }).catch(() => {})
  }
}

let nextPart = 0
