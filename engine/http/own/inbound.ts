/** A body on its way in: decodes its framing and hands it to whoever wants it, no faster than that one takes it. */
import { handOn } from '../body.ts'
import { DRAIN_BYTES } from '../limits.ts'
import type { BodySink, BodySource, HttpFault } from '../transport.ts'
import { Chunked } from './chunked.ts'

/** The connection that a body arrives on. */
export interface InboundOwner {
  /** The body can take bytes (again). */
  bodyWanted(): void
  /** Nobody wants the rest. */
  bodyCancelled(): void
}

/** The bodies of messages without one. */
export const NO_BODY: BodySource = {
  length: 0,
  start: (sink) => sink.end(),
  resume: () => {},
  cancel: () => {},
}

export const WAITING = 0
export const FLOWING = 1
export const PAUSED = 2
export const DISCARDING = 3
export const DONE = 4
export const FAILED = 5

export class Inbound implements BodySource {
  readonly length: number | undefined
  state = WAITING
  /** Bytes of content that have arrived. */
  received = 0
  /** What is wrong with the framing; set by `feed`. */
  trouble = ''
  private readonly owner: InboundOwner
  private readonly untilClose: boolean
  private readonly chunked: Chunked | null
  private sink: BodySink | null = null
  private near: Buffer | null = null
  private nearFrom = 0
  private discarded = 0
  private fault: HttpFault | null = null

  /** `length` undefined means chunked, unless it ends with the connection. */
  constructor(owner: InboundOwner, length: number | undefined, untilClose: boolean) {
    this.owner = owner
    this.length = length
    this.untilClose = untilClose
    this.chunked = length === undefined && !untilClose ? new Chunked() : null
  }

  /** Octets that came with the head: in reach until `apart`. */
  beside(buf: Buffer, from: number, end: number): void {
    if (this.length === undefined || this.length > end - from) return
    this.near = buf
    this.nearFrom = from
  }

  /** Returns how many of them were taken: all or none. */
  apart(): number {
    this.near = null
    return this.received
  }

  takeWhole<T>(take: (buf: Uint8Array, from: number, to: number) => T): T | undefined {
    const { near, nearFrom, length } = this
    if (near === null || this.state !== WAITING) return undefined
    this.state = DONE
    this.received = length!
    return take(near, nearFrom, nearFrom + length!)
  }

  start(sink: BodySink): void {
    if (this.sink !== null) throw new Error('A body can be started only once')
    this.sink = sink
    if (this.state === FAILED) {
      sink.fail(this.fault!)
      return
    }
    if (this.state === DONE) sink.end()
    if (this.state !== WAITING) return
    this.state = FLOWING
    this.owner.bodyWanted()
  }

  resume(): void {
    if (this.state !== PAUSED) return
    this.state = FLOWING
    this.owner.bodyWanted()
  }

  cancel(): void {
    if (this.state >= DISCARDING) return
    this.state = DISCARDING
    this.owner.bodyCancelled()
  }

  get started(): boolean {
    return this.sink !== null
  }

  /** Too much has been thrown away for the connection to be worth keeping. */
  get drainedEnough(): boolean {
    return this.discarded > DRAIN_BYTES
  }

  /** Octets that are certain to come still, as far as the sender said. */
  get rest(): number {
    return this.length === undefined ? 0 : this.length - this.received
  }

  /** Takes what it can of the bytes; returns how far it came. Stops when paused, done, or something is wrong. */
  feed(buf: Buffer, from: number, end: number): number {
    let i = from
    while (i < end && (this.state === FLOWING || this.state === DISCARDING)) {
      if (this.chunked === null) {
        const to = this.length === undefined ? end : Math.min(end, i + this.length - this.received)
        this.pass(buf, i, to)
        i = to
        if (this.received === this.length) this.finish()
        continue
      }
      i = this.feedChunked(this.chunked, buf, i, end)
    }
    return i
  }

  private feedChunked(chunked: Chunked, buf: Buffer, from: number, end: number): number {
    const to = chunked.next(buf, from, end)
    if (chunked.trouble !== '') {
      this.trouble = chunked.trouble
      return end
    }
    if (chunked.dataTo > chunked.dataFrom) this.pass(buf, chunked.dataFrom, chunked.dataTo)
    if (chunked.done) this.finish()
    return to
  }

  private pass(buf: Buffer, from: number, to: number): void {
    this.received += to - from
    if (this.state === DISCARDING) this.discarded += to - from
    else if (!handOn(this.sink!, buf, from, to) && this.state === FLOWING) this.state = PAUSED
  }

  /** The last byte has come. A sink that was full learns of the end all the same: the end is no bytes. */
  private finish(): void {
    if (this.state === FAILED) return
    const wanted = this.state !== DISCARDING
    this.state = DONE
    if (wanted) this.sink?.end(this.chunked?.trailers)
  }

  /** The connection ended. If the peer ended it, that is the end of a body without framing; any other body is cut. */
  close(fault: HttpFault, cleanly: boolean): void {
    if (this.untilClose && cleanly && this.state < DONE) this.finish()
    else this.fail(fault)
  }

  fail(fault: HttpFault): void {
    if (this.state >= DONE) return
    const wanted = this.state !== DISCARDING
    this.state = FAILED
    this.fault = fault
    if (wanted) this.sink?.fail(fault)
  }
}
