import { handOn } from '../body.ts'
import type { BodySink, BodySource, HeaderList, HttpFault } from '../transport.ts'

export interface SharedBodyEvents {
  /** It is here whole. */
  complete(): void
  /** It will not be kept: too long, or cut short. */
  lost(): void
}

/**
 * A body that arrives once and is read by several, each at its own pace. Up to `limit` octets it is held whole, also for those who
 * come later and though nobody reads it; beyond, it is only passed through, as fast as the slowest reader takes it.
 */
export class SharedBody {
  readonly #source: BodySource
  readonly #limit: number
  readonly #events: SharedBodyEvents
  readonly #readers = new Set<Reader>()
  #chunks: Uint8Array[] = []
  /** Number of the first chunk that is still here. */
  #first = 0
  #size = 0
  #passing = false
  #paused = false
  #end: { readonly trailers: HeaderList | undefined } | null = null
  #fault: HttpFault | null = null

  constructor(source: BodySource, limit: number, events: SharedBodyEvents) {
    this.#source = source
    this.#limit = limit
    this.#events = events
  }

  get size(): number {
    return this.#size
  }

  /** Begins to take it in. Readers may come before and, as long as it is held, after. */
  begin(): void {
    this.#source.start({
      write: (chunk) => this.#write(chunk),
      end: (trailers) => {
        this.#end = { trailers }
        if (!this.#passing) this.#events.complete()
        for (const reader of [...this.#readers]) reader.pump()
      },
      fail: (fault) => {
        this.#fault = fault
        if (!this.#passing) this.#events.lost()
        for (const reader of [...this.#readers]) reader.pump()
      },
    })
  }

  read(): BodySource {
    const reader = new Reader(this, this.#source.length)
    this.#readers.add(reader)
    return reader
  }

  /** What is held, in one piece. Only of a body that is complete. */
  whole(): Uint8Array {
    return this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#size)
  }

  #write(chunk: Uint8Array): boolean {
    this.#chunks.push(new Uint8Array(chunk))
    this.#size += chunk.length
    if (!this.#passing && this.#size > this.#limit) {
      this.#events.lost()
      this.#pass()
    }
    for (const reader of [...this.#readers]) reader.pump()
    if (!this.#passing) return true
    this.#trim()
    this.#paused = this.#chunks.length > 0 && this.#readers.size > 0
    return !this.#paused
  }

  #pass(): void {
    this.#passing = true
    if (this.#size > 0 && this.#readers.size === 0) this.#source.cancel()
  }

  #trim(): void {
    let least = this.#first + this.#chunks.length
    for (const reader of this.#readers) least = Math.min(least, reader.at)
    this.#chunks.splice(0, least - this.#first)
    this.#first = least
  }

  // ---- for readers

  /** Gives a reader what it has not had, as long as its sink takes it. */
  pour(reader: Reader, sink: BodySink): boolean {
    while (reader.at < this.#first + this.#chunks.length) {
      const more = sink.write(this.#chunks[reader.at++ - this.#first]!)
      if (!this.#readers.has(reader)) return false
      if (!more) return false
    }
    if (this.#fault !== null || this.#end !== null) {
      this.#readers.delete(reader)
      if (this.#fault !== null) sink.fail(this.#fault)
      else sink.end(this.#end!.trailers)
      return true
    }
    this.wake()
    return true
  }

  wake(): void {
    if (!this.#passing) return
    this.#trim()
    if (!this.#paused || this.#chunks.length > 0) return
    this.#paused = false
    this.#source.resume()
  }

  leave(reader: Reader): void {
    if (!this.#readers.delete(reader) || !this.#passing) return
    if (this.#readers.size > 0) this.wake()
    else if (this.#end === null && this.#fault === null) this.#source.cancel()
  }
}

class Reader implements BodySource {
  readonly length: number | undefined
  /** Number of the next chunk. */
  at = 0
  readonly #body: SharedBody
  #sink: BodySink | null = null
  #full = false
  #pouring = false
  #again = false

  constructor(body: SharedBody, length: number | undefined) {
    this.#body = body
    this.length = length
  }

  start(sink: BodySink): void {
    this.#sink = sink
    this.pump()
  }

  resume(): void {
    this.#full = false
    this.pump()
  }

  cancel(): void {
    this.#body.leave(this)
    this.#sink = null
  }

  pump(): void {
    if (this.#sink === null || this.#full) return
    this.#again = true
    if (this.#pouring) return
    this.#pouring = true
    // A sink may ask for more within the call that refuses it.
    while (this.#again && this.#sink !== null) {
      this.#again = false
      this.#full = !this.#body.pour(this, this.#sink)
      if (this.#full && this.#again) this.#full = false
    }
    this.#pouring = false
  }
}

/** Octets that are here. */
export function bytesSource(bytes: Uint8Array): BodySource {
  return new BytesSource(bytes)
}

const pieceBytes = 64 * 1024

/** Given in pieces, so that a slow reader does not have all of a long body waiting in its socket. */
class BytesSource implements BodySource {
  readonly length: number
  readonly #bytes: Uint8Array
  #sink: BodySink | null = null
  #at = 0
  #pouring = false
  #again = false

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.length = bytes.length
  }

  takeWhole<T>(take: (buf: Uint8Array, from: number, to: number) => T): T | undefined {
    if (this.#sink !== null || this.#at > 0) return undefined
    this.#at = this.length
    return take(this.#bytes, 0, this.length)
  }

  start(sink: BodySink): void {
    this.#sink = sink
    this.resume()
  }

  resume(): void {
    this.#again = true
    if (this.#pouring) return
    this.#pouring = true
    while (this.#again && this.#sink !== null) this.#pour()
    this.#pouring = false
  }

  cancel(): void {
    this.#sink = null
  }

  #pour(): void {
    this.#again = false
    while (this.#at < this.length && this.#sink !== null) {
      const from = this.#at
      this.#at = Math.min(this.length, from + pieceBytes)
      if (!handOn(this.#sink, this.#bytes, from, this.#at)) return
    }
    const sink = this.#sink
    this.#sink = null
    sink?.end()
  }
}
