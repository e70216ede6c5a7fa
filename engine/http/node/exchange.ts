/** One request and its one answer, through Node's server. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Timer } from '../../clock.ts'
import { checkInterim, checkStatus, keptAnswerFields } from '../fields.ts'
import { NO_BODY } from '../own/inbound.ts'
import type { BodySink, BodySource, Exchange, ExchangeHolder, HeaderList, HttpFault } from '../transport.ts'
import type { RequestBody } from './request-body.ts'
import type { ServerConnection } from './server-connection.ts'

/** How often it is looked whether a client that is slow to take bytes has taken some. */
const LOOK_MS = 1000

export class NodeExchange implements Exchange, BodySink {
  readonly method: string
  readonly target: string
  readonly authority: string
  readonly version: '1.1' | '1.0'
  readonly headers: HeaderList
  readonly body: BodySource
  readonly requestBody: RequestBody | null
  holder: ExchangeHolder | null = null
  responded = false
  /** The answer was said to its last octet. */
  answered = false
  over = false
  private readonly connection: ServerConnection
  private readonly response: ServerResponse
  private source: BodySource | null = null
  private sized = false
  private rest = 0
  private sentBytes = 0
  private timer: Timer | null = null

  constructor(
    connection: ServerConnection,
    request: IncomingMessage,
    response: ServerResponse,
    read: { target: string; authority: string; body: RequestBody | null },
  ) {
    this.connection = connection
    this.response = response
    this.method = request.method ?? ''
    this.target = read.target
    this.authority = read.authority
    this.version = request.httpVersion === '1.0' ? '1.0' : '1.1'
    this.headers = request.rawHeaders
    this.requestBody = read.body
    this.body = read.body ?? NO_BODY
    response.sendDate = false
    response.on('drain', () => this.drained())
    response.on('finish', () => this.done(null))
    response.on('error', () => {})
  }

  get remote(): { readonly address: string; readonly port: number } {
    return this.connection.remote
  }

  inform(status: number, headers: HeaderList): void {
    if (this.over || this.responded || this.version === '1.0') return
    checkInterim(status)
    const { list } = keptAnswerFields(headers)
    this.connection.interim(status, list)
  }

  respond(status: number, headers: HeaderList, body: Uint8Array | string | BodySource | null): void {
    const source = body !== null && typeof body === 'object' && !(body instanceof Uint8Array) ? body : null
    if (this.over) {
      source?.cancel()
      return
    }
    if (this.responded) throw new Error('Cannot answer a request twice')
    checkStatus(status)
    const { list, length, date } = keptAnswerFields(headers)
    this.responded = true
    if (!date) list.push('Date', this.connection.dateValue())
    const bodiless = this.method === 'HEAD' || status === 204 || status === 304
    const whole = body === null ? '' : source === null ? (body as string | Uint8Array) : null
    const size = whole === null ? source!.length : Buffer.byteLength(whole)
    const stated = bodiless ? (length !== -1 ? length : size || undefined) : size
    if (stated !== undefined && status !== 204) list.push('Content-Length', String(stated))
    else if (!bodiless && this.version === '1.1') list.push('Transfer-Encoding', 'chunked')
    const framed = bodiless || size !== undefined || this.version === '1.1'
    const persistence = this.connection.persistence(this, framed)
    if (persistence !== '') list.push('Connection', persistence)
    this.response.writeHead(status, list)
    if (bodiless) {
      source?.cancel()
      this.finish()
    } else if (whole !== null) {
      this.sentBytes = size ?? 0
      this.finish(whole)
    } else this.stream(source!)
  }

  private stream(source: BodySource): void {
    this.source = source
    this.sized = source.length !== undefined
    this.rest = source.length ?? 0
    this.response.flushHeaders()
    source.start(this)
  }

  // ---- the sink of the answer's body

  write(chunk: Uint8Array): boolean {
    if (this.over || this.answered || chunk.length === 0) return !this.over
    this.rest -= chunk.length
    this.sentBytes += chunk.length
    if (this.sized && this.rest < 0) return this.cutShort()
    // The chunk may be used again by its owner.
    if (this.response.write(Buffer.from(chunk))) return true
    this.watch()
    return false
  }

  end(trailers?: HeaderList): void {
    if (this.over || this.answered) return
    if (this.sized && this.rest !== 0) {
      this.cutShort()
      return
    }
    if (trailers !== undefined && !this.sized) this.addTrailers(trailers)
    this.finish()
  }

  private addTrailers(trailers: HeaderList): void {
    const pairs: [string, string][] = []
    for (let i = 0; i < trailers.length; i += 2) pairs.push([trailers[i]!, trailers[i + 1]!])
    try {
      this.response.addTrailers(pairs)
    } catch {
      // A trailer that cannot be sent is left out, as is every trailer where there is no place for one.
    }
  }

  fail(fault: HttpFault): void {
    if (this.over || this.answered) return
    this.source = null
    this.connection.abandon(fault)
  }

  private cutShort(): false {
    this.source?.cancel()
    this.source = null
    this.connection.abandon({ kind: 'bad_response', message: 'The answer is not as long as was stated' })
    return false
  }

  private finish(whole?: string | Uint8Array): void {
    this.answered = true
    this.source = null
    this.watch()
    if (whole === undefined || whole.length === 0) this.response.end()
    else this.response.end(whole)
    this.connection.answered(this)
  }

  /** A client that takes nothing is cut off. */
  private watch(): void {
    const { clock } = this.connection.context
    this.look(this.connection.unsent, clock.now())
  }

  /** Looks again and again, so that it is known to a second when the client last took something. */
  private look(unsent: number, takenAt: number): void {
    const { clock, limits } = this.connection.context
    const now = clock.now()
    const ms = Math.min(LOOK_MS, limits.writeIdleMs / 4, takenAt + limits.writeIdleMs - now)
    this.timer?.cancel()
    this.timer = clock.after(ms, () => {
      const left = this.connection.unsent
      if (this.over || left === 0) return
      const at = clock.now()
      if (left !== unsent) this.look(left, at)
      else if (at - takenAt < limits.writeIdleMs) this.look(unsent, takenAt)
      else this.connection.gone('The client takes no bytes', true)
    })
  }

  private drained(): void {
    this.timer?.cancel()
    this.source?.resume()
  }

  done(fault: HttpFault | null): void {
    if (this.over) return
    this.over = true
    this.timer?.cancel()
    const { source, holder } = this
    this.source = null
    this.holder = null
    if (fault !== null) source?.cancel()
    holder?.exchangeOver(fault, this.sentBytes)
  }
}
