/** The body of a request that Node's parser reads, as a source. */
import type { IncomingMessage } from 'node:http'
import type { Clock, Timer } from '../../clock.ts'
import { refusal } from '../faults.ts'
import { trailerTrouble } from '../head-rules.ts'
import type { BodySink, BodySource, HttpFault } from '../transport.ts'

export interface RequestBodyOptions {
  readonly length: number | undefined
  readonly clock: Clock
  readonly idleMs: number
  /** The body is wanted: a client that waits may be told to go on. */
  readonly wanted: () => void
  /** It broke: malformed, or stalled. */
  readonly broken: (fault: HttpFault) => void
}

export class RequestBody implements BodySource {
  readonly length: number | undefined
  /** All of it has arrived. */
  whole = false
  private readonly message: IncomingMessage
  private readonly options: RequestBodyOptions
  private sink: BodySink | null = null
  private over = false
  private discarding = false
  private discarded = 0
  private timer: Timer | null = null
  private fault: HttpFault | null = null

  constructor(message: IncomingMessage, options: RequestBodyOptions) {
    this.message = message
    this.options = options
    this.length = options.length
    message.on('error', () => {})
  }

  start(sink: BodySink): void {
    if (this.sink !== null) throw new Error('A body can be started only once')
    this.sink = sink
    if (this.fault !== null) {
      sink.fail(this.fault)
      return
    }
    if (this.over) return
    this.options.wanted()
    this.read()
  }

  resume(): void {
    if (this.over || !this.message.isPaused()) return
    this.message.resume()
    this.watch()
  }

  cancel(): void {
    if (this.over || this.discarding) return
    this.discarding = true
    if (this.sink === null) this.read()
    else this.resume()
  }

  /** The parser has seen its end, though its taker may not have. */
  get parsed(): boolean {
    return this.message.complete
  }

  /** Octets thrown away since nobody wants them. */
  get thrownAway(): number {
    return this.discarded
  }

  get started(): boolean {
    return this.sink !== null
  }

  fail(fault: HttpFault): void {
    if (this.over) return
    this.over = true
    this.fault = fault
    this.timer?.cancel()
    if (!this.discarding) this.sink?.fail(fault)
  }

  private read(): void {
    const { message } = this
    message.on('data', (chunk: Buffer) => this.pass(chunk))
    message.on('end', () => this.end())
    this.watch()
  }

  private pass(chunk: Buffer): void {
    if (this.over) return
    this.watch()
    if (this.discarding) {
      this.discarded += chunk.length
      return
    }
    if (this.sink!.write(chunk)) return
    this.timer?.cancel()
    this.message.pause()
  }

  private end(): void {
    if (this.over) return
    const trailers = this.message.rawTrailers
    const trouble = trailerTrouble(trailers)
    if (trouble !== null) {
      this.options.broken(refusal('bad_request', trouble))
      return
    }
    this.over = true
    this.whole = true
    this.timer?.cancel()
    if (!this.discarding) this.sink?.end(trailers.length > 0 ? trailers : undefined)
  }

  private watch(): void {
    this.timer?.cancel()
    this.timer = this.options.clock.after(this.options.idleMs, () => {
      this.options.broken(refusal('request_timeout', 'The request body stalled'))
    })
  }
}
