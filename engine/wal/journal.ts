/**
 * Events that are to be sent, and sent again until it is known that they arrived; in files, so that a crash does not change that.
 *
 *     append -> (one write and one sync for all that came meanwhile) -> stored -> next() -> confirm(), or retry()
 *
 * Files are written from front to back and never again: a new process begins a new file, and a file whose events are all
 * confirmed is removed, oldest first. What a file says of an event is therefore never in an older file than the event.
 */
import type { Failure } from '../event.ts'
import type { Flight } from '../flight.ts'
import type { Log } from '../log.ts'
import type { LogFile, LogFolder } from './folder.ts'
import {
  confirmedRecord,
  decodeStored,
  encodeStored,
  eventRecord,
  readRecords,
  type Stored,
} from './record.ts'

export interface Entry extends Stored {
  readonly sequence: number
  /** Encoded, for moving it to another file. Null where there are no files. */
  readonly encoded: Uint8Array | null
  readonly size: number
  segment: Segment | null
  /** The request that waits for an answer; gone with the process. */
  flight: Flight | null
  /** What the event tells of, gone with the process too. */
  failure: Failure | null
  /** How many times it was sent. */
  attempts: number
  state: 'waiting' | 'sent' | 'confirmed'
}

interface Segment {
  readonly name: string
  bytes: number
  /** Events in it that are not confirmed. */
  live: number
}

interface Pending {
  readonly stored: Stored
  readonly encoded: Uint8Array
  readonly done: (entry: Entry | null) => void
}

/** A record of an event is this much longer than the event. */
const recordBytes = 15
const suffix = '.wal'

export class Journal {
  /** Of the files; without files, of the events. */
  bytes = 0
  /** Why the last write failed; null once one succeeds. */
  failure: Error | null = null
  readonly #folder: LogFolder | null
  readonly #log: Log
  readonly #segmentBytes: number
  #waiting: Entry[] = []
  #nextWaiting = 0
  #again: Entry[] = []
  #segments: Segment[] = []
  /** The file that is written to, the last of the segments. Null: the next write begins a new one. */
  #file: LogFile | null = null
  #nextSegment = 1
  #nextSequence = 0
  #pending: Pending[] = []
  #confirmed: number[] = []
  #entries = new Set<Entry>()
  #busy: Promise<void> | null = null
  #trying = false
  #recovered: boolean

  /** `folder` null: events are kept in memory only. */
  constructor(folder: LogFolder | null, options: { readonly log: Log; readonly segmentBytes: number }) {
    this.#folder = folder
    this.#log = options.log
    this.#segmentBytes = options.segmentBytes
    this.#recovered = folder === null
  }

  /**
   * Stores an event. `done` is called once it is safe, with its entry, or with null if it could not be written. Throws
   * `MsgpackError` on an event that cannot be encoded.
   */
  append(stored: Stored, done: (entry: Entry | null) => void): void {
    const encoded = encodeStored(stored)
    if (this.#folder === null) {
      this.bytes += encoded.length + recordBytes
      return done(this.#add({ stored, sequence: this.#nextSequence++, encoded, segment: null }))
    }
    this.#pending.push({ stored, encoded, done })
    this.#work()
  }

  /** The event to be sent next: one that failed, or the oldest that was never sent. */
  next(): Entry | undefined {
    const entry = this.#again.shift() ?? this.#waiting[this.#nextWaiting++]
    if (entry === undefined || this.#nextWaiting > this.#waiting.length)
      this.#nextWaiting = this.#waiting.length
    if (this.#nextWaiting > 1024 && this.#nextWaiting * 2 > this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#nextWaiting)
      this.#nextWaiting = 0
    }
    if (entry === undefined) return undefined
    entry.state = 'sent'
    entry.attempts++
    return entry
  }

  /** It arrived, or nobody wants it: it will not be sent again. */
  confirm(entry: Entry): void {
    if (entry.state === 'confirmed') return
    if (entry.state === 'waiting') this.#again = this.#again.filter((each) => each !== entry)
    entry.state = 'confirmed'
    this.#entries.delete(entry)
    if (entry.segment === null) this.bytes -= entry.size
    else {
      entry.segment.live--
      this.#confirmed.push(entry.sequence)
    }
  }

  /** It did not arrive: it is sent again before those that follow it. */
  retry(entry: Entry): void {
    if (entry.state !== 'sent') return
    entry.state = 'waiting'
    const at = this.#again.findIndex((each) => each.sequence > entry.sequence)
    this.#again.splice(at < 0 ? this.#again.length : at, 0, entry)
  }

  /** Reads what an earlier process left, once; writes down what was confirmed; lets go of files. Resolves when idle. */
  work(): Promise<void> {
    this.#work()
    return this.#busy ?? Promise.resolve()
  }

  /** After a failure: tries whether the files can be written again. */
  tryAgain(): void {
    this.#trying = true
    this.#work()
  }

  /** Writes down what is known and closes the file. The journal may be used again. */
  async rest(): Promise<void> {
    await this.work()
    while (this.#confirmed.length > 0 && this.failure === null) await this.work()
    await this.#seal()
  }

  /** Whether all that is known is written down. */
  get idle(): boolean {
    return this.#busy === null && this.#pending.length + this.#confirmed.length === 0
  }

  /** All that is not confirmed. */
  unconfirmed(): Iterable<Entry> {
    return this.#entries
  }

  /** Events taken and not confirmed yet. */
  get count(): number {
    return this.#entries.size + this.#pending.length
  }

  // ---- files -------------------------------------------------------------------------------------------------

  #work(): void {
    if (this.#folder === null || this.#busy !== null) return
    const idle = this.#pending.length === 0 && this.#confirmed.length === 0 && !this.#reclaimable()
    if (this.#recovered && idle && !this.#trying) return
    this.#busy = this.#run(this.#folder).finally(() => {
      this.#busy = null
    })
  }

  async #run(folder: LogFolder): Promise<void> {
    try {
      if (!this.#recovered) await this.#recover(folder)
      do await this.#commit(folder)
      while (this.#pending.length > 0)
      await this.#reclaim(folder)
    } catch (error) {
      this.#failed(error as Error)
    }
  }

  /** One write and one sync for everything that came since the last one. */
  async #commit(folder: LogFolder): Promise<void> {
    const pending = this.#pending
    const confirmed = this.#confirmed
    const moved = this.#movable()
    if (pending.length + confirmed.length + moved.length === 0 && !this.#trying) return
    this.#pending = []
    this.#confirmed = []
    this.#trying = false
    const first = this.#nextSequence
    this.#nextSequence += pending.length
    const records = pending.map(({ encoded }, at) => eventRecord(first + at, encoded))
    for (const entry of moved) records.push(eventRecord(entry.sequence, entry.encoded!))
    if (confirmed.length > 0 || records.length === 0) records.push(confirmedRecord(confirmed))
    let segment: Segment
    try {
      segment = await this.#write(folder, records, pending.length + moved.length > 0 || this.failure !== null)
    } catch (error) {
      this.#confirmed = [...confirmed, ...this.#confirmed]
      this.#failed(error as Error)
      for (const { done } of pending) done(null)
      return
    }
    this.failure = null
    for (const entry of moved) this.#move(entry, segment)
    const entries = pending.map(({ stored, encoded }, at) => {
      return this.#add({ stored, encoded, sequence: first + at, segment })
    })
    for (const [at, { done }] of pending.entries()) done(entries[at]!)
  }

  /** What was only confirmed need not be synced: if it is lost, it is sent once more. */
  async #write(folder: LogFolder, records: readonly Uint8Array[], synced: boolean): Promise<Segment> {
    const bytes = Buffer.concat(records)
    const segment = await this.#segment(folder)
    try {
      await this.#file!.append(bytes)
      if (synced) await this.#file!.sync()
    } catch (error) {
      // Nothing may follow what was written in part.
      await this.#seal()
      if (segment.bytes === 0) await this.#discard(folder, segment)
      throw error
    }
    segment.bytes += bytes.length
    this.bytes += bytes.length
    return segment
  }

  async #discard(folder: LogFolder, segment: Segment): Promise<void> {
    this.#segments = this.#segments.filter((each) => each !== segment)
    await folder.remove(segment.name).catch(() => {})
  }

  /** The segment that is written to: a new one after a failed write, and when the last is long enough. */
  async #segment(folder: LogFolder): Promise<Segment> {
    const last = this.#segments.at(-1)
    if (this.#file !== null && last!.bytes < this.#segmentBytes) return last!
    await this.#seal()
    const segment = { name: `${String(this.#nextSegment).padStart(10, '0')}${suffix}`, bytes: 0, live: 0 }
    this.#nextSegment++
    this.#file = await folder.create(segment.name)
    this.#segments.push(segment)
    return segment
  }

  async #seal(): Promise<void> {
    const file = this.#file
    this.#file = null
    await file?.close().catch(() => {})
  }

  /** The last few events of an old file move, so that one event that cannot be sent does not keep every file after its own. */
  #movable(): readonly Entry[] {
    const [oldest] = this.#segments
    if (oldest === undefined || this.#segments.length < 4 || oldest.live === 0) return []
    const entries: Entry[] = []
    let bytes = 0
    for (const entry of this.#entries) {
      if (entry.segment !== oldest) continue
      entries.push(entry)
      bytes += entry.size
      if (bytes * 4 > oldest.bytes) return []
      if (entries.length === oldest.live) break
    }
    return entries
  }

  #move(entry: Entry, segment: Segment): void {
    if (entry.state === 'confirmed') return
    entry.segment!.live--
    entry.segment = segment
    segment.live++
  }

  /** The file that is written to is let go of only when it is long enough. */
  #reclaimable(): boolean {
    const [oldest] = this.#segments
    if (oldest === undefined || oldest.live > 0) return false
    return this.#segments.length > 1 || oldest.bytes >= this.#segmentBytes
  }

  /** Removes files from the oldest on, as long as none of their events is needed any more. */
  async #reclaim(folder: LogFolder): Promise<void> {
    while (this.#reclaimable()) {
      if (this.#segments.length === 1) await this.#seal()
      const oldest = this.#segments[0]!
      await folder.remove(oldest.name)
      this.#segments.shift()
      this.bytes -= oldest.bytes
    }
  }

  async #recover(folder: LogFolder): Promise<void> {
    const names = (await folder.list()).filter((name) => /^\d{10}\.wal$/.test(name)).sort()
    const segments: Segment[] = []
    const found = new Map<number, { event: Uint8Array; segment: Segment }>()
    const confirmed = new Set<number>()
    for (const name of names) {
      const file = await folder.read(name)
      const { records, whole } = readRecords(file)
      const segment = { name, bytes: file.length, live: 0 }
      segments.push(segment)
      if (whole < file.length) {
        const lost = { file: name, bytes: file.length - whole }
        this.#log.warn(lost, 'wal: the end of a file is no whole record and is passed over')
      }
      for (const record of records) {
        if (record.kind === 'event') found.set(record.sequence, { event: record.event, segment })
        else for (const sequence of record.sequences) confirmed.add(sequence)
      }
    }
    const known = [...found.keys(), ...confirmed]
    const left = [...found].filter(([sequence]) => !confirmed.has(sequence)).sort(([a], [b]) => a - b)
    const read = left.map(([sequence, { event, segment }]) => {
      return { stored: decodeStored(event), encoded: event, sequence, segment }
    })
    this.#nextSegment = names.length === 0 ? 1 : Number.parseInt(names.at(-1)!, 10) + 1
    this.#nextSequence = known.reduce((most, sequence) => Math.max(most, sequence + 1), 0)
    this.#segments = segments
    this.bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0)
    for (const each of read) this.#add(each)
    this.#recovered = true
    this.failure = null
    if (left.length > 0) this.#log.info({ events: left.length }, 'wal: found events that are to be sent')
  }

  #add(it: { stored: Stored; sequence: number; encoded: Uint8Array; segment: Segment | null }): Entry {
    const { sequence, encoded, segment } = it
    const { payload, meta, ingestNs, origin, isBatch } = it.stored
    const entry: Entry = {
      payload,
      meta,
      ingestNs,
      origin,
      isBatch,
      sequence,
      encoded: segment === null ? null : encoded,
      size: encoded.length + recordBytes,
      segment,
      flight: null,
      failure: null,
      attempts: 0,
      state: 'waiting',
    }
    this.#waiting.push(entry)
    this.#entries.add(entry)
    if (segment !== null) segment.live++
    return entry
  }

  /** Told once, until a write succeeds again. */
  #failed(error: Error): void {
    if (this.failure === null) this.#log.error({ err: error }, 'wal: cannot write; events are refused')
    this.failure = error
    const pending = this.#pending
    this.#pending = []
    for (const { done } of pending) done(null)
  }
}
