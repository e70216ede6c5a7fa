import { handOn } from '../body.ts'
import type { BodySink, BodySource, HeaderList, HttpFault } from '../transport.ts'

/**
 * A streamed request body that can be read again from its beginning as long as what was read is held. The client's socket is
 * read once; it is paused while no attempt takes bytes.
 */
export class ReplayBody implements BodySink {
  readonly #source: BodySource
  readonly #limit: number
  #held: Uint8Array[] = []
  #size = 0
  /** Some of what was read is not held any more. */
  #lost = false
  #started = false
  #paused = false
  #reading: Reading | null = null
  #ended = false
  #trailers: HeaderList | undefined = undefined
  #fault: HttpFault | null = null
  #settled = false

  constructor(source: BodySource, limit: number) {
    this.#source = source
    this.#limit = limit
  }

  /** Whether another attempt can send it whole. */
  get held(): boolean {
    return !this.#lost && this.#fault === null
  }

  /** The body for one attempt; the one before gets nothing more. */
  read(): BodySource {
    this.#reading = new Reading(this, this.#source.length)
    return this.#reading
  }

  /** No attempt follows: nothing needs to be held, and when the present one wants no more, nobody does. */
  settle(): void {
    if (this.#settled) return
    this.#settled = true
    this.#lost ||= this.#started
    if (this.#reading === null || this.#reading.over) this.cancel()
  }

  /** Nobody wants it. */
  cancel(): void {
    this.#settled = true
    this.#reading = null
    this.#held = []
    if (!this.#ended && this.#fault === null) this.#source.cancel()
  }

  // ---- for readings

  /** All of it at once, if it is there and nothing of it is to be held. */
  takeWhole<T>(take: (buf: Uint8Array, from: number, to: number) => T): T | undefined {
    if (this.#started || this.#limit > 0) return undefined
    const whole = this.#source.takeWhole?.(take)
    if (whole !== undefined) this.#started = this.#lost = this.#ended = true
    return whole
  }

  /** Hands over what is held from `at` on; false if the sink has enough for now. */
  pour(reading: Reading): boolean {
    while (reading.at < this.#held.length) {
      if (!reading.take(this.#held[reading.at++]!)) return false
      if (reading !== this.#reading) return false
    }
    if (this.#settled) {
      this.#held = []
      reading.at = 0
    }
    if (this.#fault !== null) reading.fail(this.#fault)
    else if (this.#ended) reading.finish(this.#trailers)
    else if (!this.#started) {
      this.#started = true
      this.#source.start(this)
    } else if (this.#paused) {
      this.#paused = false
      this.#source.resume()
    }
    return true
  }

  done(reading: Reading): void {
    if (reading !== this.#reading) return
    this.#reading = null
    if (this.#settled) this.cancel()
  }

  // ---- the sink of the client's body

  /** What is too long to be held, and goes to somebody who waits for it, goes without a view being made of it. */
  writePart(buf: Uint8Array, from: number, to: number): boolean {
    const reading = this.#reading
    const waits = reading?.caughtUp(this.#held.length) === true
    if (!waits || (!this.#lost && this.#size + to - from <= this.#limit))
      return this.write(buf.subarray(from, to))
    if (!this.#lost) this.#lose()
    const more = reading.takePart(buf, from, to)
    if (!more) this.#paused = true
    return more
  }

  write(chunk: Uint8Array): boolean {
    const reading = this.#reading
    const behind = reading === null || !reading.caughtUp(this.#held.length)
    if (!this.#lost || behind) {
      this.#size += chunk.length
      if (this.#size > this.#limit && !behind) this.#lose()
      else this.#held.push(Buffer.from(chunk))
    }
    let more = false
    if (!behind) {
      if (reading!.at < this.#held.length) reading!.at++
      more = reading!.take(chunk)
    }
    if (!more) this.#paused = true
    return more
  }

  end(trailers?: HeaderList): void {
    this.#ended = true
    this.#trailers = trailers
    if (this.#reading?.caughtUp(this.#held.length)) this.#reading.finish(trailers)
  }

  fail(fault: HttpFault): void {
    this.#fault = fault
    this.#reading?.fail(fault)
  }

  #lose(): void {
    this.#lost = true
    this.#held = []
    if (this.#reading !== null) this.#reading.at = 0
  }
}

/** The body as one attempt sees it. */
class Reading implements BodySource {
  readonly length: number | undefined
  /** The next held chunk. */
  at = 0
  over = false
  readonly #body: ReplayBody
  #sink: BodySink | null = null
  #full = false
  #writing = false
  #again = false

  constructor(body: ReplayBody, length: number | undefined) {
    this.#body = body
    this.length = length
  }

  takeWhole<T>(take: (buf: Uint8Array, from: number, to: number) => T): T | undefined {
    const whole = this.#body.takeWhole(take)
    if (whole !== undefined) this.over = true
    return whole
  }

  start(sink: BodySink): void {
    this.#sink = sink
    this.#body.pour(this)
  }

  resume(): void {
    this.#again = true
    if (this.#writing) return
    this.#full = false
    if (!this.over) this.#body.pour(this)
  }

  cancel(): void {
    if (this.over) return
    this.over = true
    this.#body.done(this)
  }

  caughtUp(held: number): boolean {
    return this.#sink !== null && !this.#full && this.at >= held
  }

  take(chunk: Uint8Array): boolean {
    return this.takePart(chunk, 0, chunk.length)
  }

  takePart(buf: Uint8Array, from: number, to: number): boolean {
    if (this.over) return false
    this.#writing = true
    this.#again = false
    const more = handOn(this.#sink!, buf, from, to)
    this.#writing = false
    // A sink may ask for more within the call that refuses it.
    this.#full = !more && !this.#again
    return !this.#full
  }

  finish(trailers: HeaderList | undefined): void {
    if (this.over) return
    this.over = true
    this.#sink!.end(trailers)
  }

  fail(fault: HttpFault): void {
    if (this.over) return
    this.over = true
    this.#sink?.fail(fault)
  }
}
