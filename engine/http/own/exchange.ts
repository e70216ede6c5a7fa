/** One request and its one answer, on a connection of ours. */

import { checkInterim, checkStatus } from '../fields.ts'
import type {
  BodySink,
  BodySource,
  Exchange,
  ExchangeHolder,
  HeaderList,
  HttpFault,
  Tunnel,
} from '../transport.ts'
import { type Upgrade, upgradeAsked } from '../upgrade.ts'
import { endWithLength } from './end-of-head.ts'
import { utf8AsLatin1 } from './latin1.ts'
import type { RequestHead } from './request-head.ts'
import type { ServerConnection } from './server-connection.ts'
import { smallBody } from './small-body.ts'
import { answerFields, type Noticed, statusLine, trailerFields } from './write-head.ts'

const UNFRAMED = 0
const SIZED = 1
const CHUNKED = 2
const UNTIL_CLOSE = 3

const noticed: Noticed = { date: false, length: -1 }

export class OwnExchange implements Exchange, BodySink {
  readonly method: string
  readonly target: string
  readonly authority: string
  readonly version: '1.1' | '1.0'
  readonly headers: HeaderList
  readonly body: BodySource
  readonly upgrade: Upgrade | undefined
  holder: ExchangeHolder | null = null
  responded = false
  /** The answer is said to its last octet. */
  answered = false
  /** Nothing more can be said: the answer is out, cut or refused. */
  over = false
  sentBytes = 0
  /** The answer behind this one, while they wait to be with the kernel. */
  next: OwnExchange | null = null
  /** Whom to pull on when the client takes bytes again. */
  source: BodySource | null = null
  private readonly connection: ServerConnection
  private framing = UNFRAMED
  private rest = 0
  private full = false

  constructor(connection: ServerConnection, head: RequestHead, body: BodySource) {
    this.connection = connection
    this.method = head.method
    this.target = head.target
    this.authority = head.authority
    this.version = head.version
    this.headers = head.headers
    this.body = body
    this.upgrade = head.notes.upgrade
      ? upgradeAsked(head.method, head.version, head.headers, head.notes)
      : undefined
  }

  get remote(): { readonly address: string; readonly port: number } {
    return this.connection.remote
  }

  inform(status: number, headers: HeaderList): void {
    if (this.over || this.responded || this.version === '1.0') return
    checkInterim(status)
    this.connection.out.text(`${statusLine(status)}${answerFields(headers, noticed)}\r\n`)
    if (status === 100) this.connection.continued()
  }

  respond(status: number, headers: HeaderList, body: Uint8Array | string | BodySource | null): void {
    if (this.over) {
      dispose(body)
      return
    }
    if (this.responded) throw new Error('Cannot answer a request twice')
    checkStatus(status)
    const lines = statusLine(status) + answerFields(headers, noticed)
    const { date, length } = noticed
    this.responded = true
    const bodiless = this.method === 'HEAD' || status === 204 || status === 304
    const head = lines + (date ? '' : this.connection.dateLine())
    if (bodiless) {
      this.respondBodiless(head, status, length, body)
      return
    }
    if (body === null || typeof body === 'string' || body instanceof Uint8Array) {
      this.respondWhole(head, body ?? '')
      return
    }
    const octets = smallBody(body)
    if (octets === undefined) this.respondStream(head, body)
    else this.respondOctets(head, octets)
  }

  switchTo(headers: HeaderList): Tunnel | null {
    if (this.over) return null
    if (this.responded || this.upgrade === undefined) throw new Error('Cannot switch protocols now')
    const tunnel = this.connection.switchTo(headers)
    this.responded = true
    this.answered = true
    this.over = true
    this.holder = null
    return tunnel
  }

  private respondBodiless(
    head: string,
    status: number,
    stated: number,
    body: Uint8Array | string | BodySource | null,
  ): void {
    const length = stated !== -1 || status === 204 ? stated : sizeOf(body)
    const end = length === -1 || status === 204 ? '\r\n' : endWithLength(length)
    this.connection.out.text(head + this.connection.persistence(true) + end)
    dispose(body)
    this.finish()
  }

  private respondWhole(head: string, body: Uint8Array | string): void {
    if (typeof body === 'string') {
      this.respondOctets(head, utf8AsLatin1(body))
      return
    }
    const { connection } = this
    connection.out.text(head + connection.persistence(true) + endWithLength(body.length))
    connection.out.bytes(body)
    this.sentBytes = body.length
    this.finish()
  }

  /** With a body as latin1 text. */
  private respondOctets(head: string, octets: string): void {
    const { connection } = this
    connection.out.text(head + connection.persistence(true) + endWithLength(octets.length) + octets)
    this.sentBytes = octets.length
    this.finish()
  }

  private respondStream(head: string, body: BodySource): void {
    const { connection } = this
    let end = '\r\n'
    if (body.length !== undefined) {
      this.framing = SIZED
      this.rest = body.length
      end = endWithLength(body.length)
    } else if (this.version === '1.1') {
      this.framing = CHUNKED
      end = 'Transfer-Encoding: chunked\r\n\r\n'
    } else this.framing = UNTIL_CLOSE
    connection.out.text(head + connection.persistence(this.framing !== UNTIL_CLOSE) + end)
    this.source = body
    body.start(this)
  }

  // ---- the sink of the answer's body

  write(chunk: Uint8Array): boolean {
    return this.writePart(chunk, 0, chunk.length)
  }

  writePart(buf: Uint8Array, from: number, to: number): boolean {
    const size = to - from
    if (this.over || this.answered || size === 0) return !this.over
    const { out } = this.connection
    this.sentBytes += size
    if (this.framing === CHUNKED) {
      out.text(`${size.toString(16)}\r\n`)
      out.part(buf, from, to)
      out.text('\r\n')
    } else {
      this.rest -= size
      if (this.framing === SIZED && this.rest < 0) return this.cutShort()
      out.part(buf, from, to)
    }
    if (!out.blocked) return true
    this.full = true
    this.connection.blocked()
    return false
  }

  end(trailers?: HeaderList): void {
    if (this.over || this.answered) return
    if (this.framing === SIZED && this.rest !== 0) {
      this.cutShort()
      return
    }
    if (this.framing === CHUNKED) this.connection.out.text(`0\r\n${trailerFields(trailers)}\r\n`)
    this.finish()
  }

  fail(fault: HttpFault): void {
    if (this.over || this.answered) return
    this.source = null
    this.connection.abandon(fault, this.framing === UNTIL_CLOSE)
  }

  private cutShort(): false {
    const fault: HttpFault = { kind: 'bad_response', message: 'The answer is not as long as was stated' }
    this.source?.cancel()
    this.connection.abandon(fault, false)
    return false
  }

  /** The client takes bytes again. */
  writable(): void {
    if (!this.full) return
    this.full = false
    this.source?.resume()
  }

  private finish(): void {
    this.answered = true
    this.source = null
    this.connection.answered()
  }

  /** Says once how it went. */
  done(fault: HttpFault | null): void {
    if (this.over) return
    this.over = true
    const source = this.source
    this.source = null
    if (fault !== null) source?.cancel()
    const { holder } = this
    this.holder = null
    holder?.exchangeOver(fault, this.sentBytes)
  }
}

function sizeOf(body: Uint8Array | string | BodySource | null): number {
  if (body === null) return -1
  if (typeof body === 'string') return Buffer.byteLength(body)
  if (body instanceof Uint8Array) return body.length
  return body.length === undefined || body.length === 0 ? -1 : body.length
}

function dispose(body: Uint8Array | string | BodySource | null): void {
  if (body !== null && typeof body === 'object' && !(body instanceof Uint8Array)) body.cancel()
}
