/** One client's connection: requests in, one at a time; answers out, in order. */
import type { Socket } from 'node:net'
import type { Clock } from '../../clock.ts'
import { refusal } from '../faults.ts'
import { DRAIN_BYTES, LINGER_MS, ONE_WRITE_BYTES } from '../limits.ts'
import type { HeaderList, HttpFault, ServerHandler, ServerLimits } from '../transport.ts'
import { upgradeLines } from '../upgrade.ts'
import { Connection, mayHoldEarly } from './connection.ts'
import { OwnExchange } from './exchange.ts'
import { DISCARDING, DONE, FLOWING, Inbound, type InboundOwner, NO_BODY, PAUSED } from './inbound.ts'
import { BAD, MORE, newRequestHead, readRequestHead } from './request-head.ts'
import { TunnelEnd } from './tunnel-end.ts'
import { answerFields, statusLine } from './write-head.ts'

/** What the connections of one listener share. */
export interface ServerContext {
  /** These two are exchanged when a new generation takes over; a request stays with the handler that got it. */
  handler: ServerHandler
  limits: ServerLimits
  readonly clock: Clock
  halfClose: 'answer' | 'abort'
  readonly dateLine: () => string
  readonly trouble: (message: string) => void
  readonly left: (connection: ServerConnection | TunnelEnd) => void
  readonly joined?: (end: TunnelEnd) => void
  draining: boolean
}

/** Waiting for a head, or in the middle of one. */
const HEAD = 0
/** A request is in flight. */
const BUSY = 1
/** The last answer was said; what still comes in is thrown away. */
const CLOSING = 2

const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n'

const head = newRequestHead()

export class ServerConnection extends Connection implements InboundOwner {
  private readonly context: ServerContext
  private phase = HEAD
  private exchange: OwnExchange | null = null
  private handler: ServerHandler
  private inbound: Inbound | null = null
  /** The answers said whole but not yet with the kernel, from the first to the last. */
  private finished: OwnExchange | null = null
  private lastFinished: OwnExchange | null = null
  private closeAfter = false
  private expecting = false
  private headBegun = false
  private finSent = false
  /** Bytes of an incomplete head that were looked at already. */
  private scanned = 0
  private peer: { address: string; port: number } | null = null

  constructor(socket: Socket, context: ServerContext) {
    super(socket, context.clock)
    this.context = context
    this.handler = context.handler
    this.expectBytes(context.limits.headMs)
  }

  get remote(): { readonly address: string; readonly port: number } {
    this.peer ??= { address: this.socket.remoteAddress ?? '', port: this.socket.remotePort ?? 0 }
    return this.peer
  }

  get idle(): boolean {
    return this.phase === HEAD && !this.headBegun && this.finished === null
  }

  dateLine(): string {
    return this.context.dateLine()
  }

  // ---- bytes in

  protected consume(buf: Buffer, from: number, end: number): number {
    let i = from
    for (;;) {
      if (this.gone || this.phase === CLOSING) return end
      if (this.phase === HEAD) {
        if (i >= end || this.out.blocked) return i
        const to = this.readHead(buf, i, end)
        if (to === MORE) return i
        if (to !== BAD) i = to
        continue
      }
      const body = this.inbound
      if (body !== null && body.state < DONE) {
        if (i >= end || (body.state !== FLOWING && body.state !== DISCARDING))
          return this.waitForBody(body, i)
        i = this.feed(body, buf, i, end)
        continue
      }
      if (!this.exchange!.answered) {
        this.expectBytes(0)
        return i
      }
      this.nextRequest()
    }
  }

  private waitForBody(body: Inbound, at: number): number {
    const flowing = body.state === FLOWING || body.state === DISCARDING
    this.expectBytes(flowing ? this.context.limits.bodyIdleMs : 0)
    return at
  }

  private feed(body: Inbound, buf: Buffer, from: number, end: number): number {
    this.expecting = false
    const to = body.feed(buf, from, end)
    if (body.trouble !== '') this.bodyBroken(body, refusal('bad_request', body.trouble))
    else if (body.drainedEnough && this.exchange?.answered) this.startClosing()
    return to
  }

  private readHead(buf: Buffer, from: number, end: number): number {
    // An incomplete head is looked at again only when a line of it ends: a drip of bytes costs no more than a flood.
    if (this.headBegun && end - from < this.context.limits.maxHeadBytes) {
      const fresh = buf.indexOf(10, from + this.scanned)
      if (fresh === -1 || fresh >= end) {
        this.scanned = end - from
        return MORE
      }
    }
    const to = readRequestHead(buf, from, end, head, this.context.limits)
    if (to === MORE) {
      this.scanned = end - from
      if (!this.headBegun) this.expectBytes(this.context.limits.headMs)
      this.headBegun = true
      return MORE
    }
    this.headBegun = false
    this.scanned = 0
    if (to !== BAD) return to + this.begin(buf, to, end)
    this.refuse(head.fault!, head.method === 'HEAD')
    return to
  }

  /** A head is whole: its request becomes an exchange. Returns how many of the octets behind it were taken. */
  private begin(buf: Buffer, from: number, end: number): number {
    const { notes } = head
    this.phase = BUSY
    const http11 = head.version === '1.1'
    this.closeAfter = notes.close || (!http11 && !notes.keepAlive)
    const body = notes.chunked
      ? new Inbound(this, undefined, false)
      : notes.length > 0
        ? new Inbound(this, notes.length, false)
        : null
    this.inbound = body
    this.expecting = notes.expectContinue && http11 && body !== null && from >= end
    const exchange = new OwnExchange(this, head, body ?? NO_BODY)
    this.exchange = exchange
    // This one is about the server, not about anything behind it (RFC 9110 9.3.7).
    if (head.target === '*') {
      exchange.respond(204, [], null)
      return 0
    }
    body?.beside(buf, from, end)
    try {
      this.handler = this.context.handler
      this.handler.request(exchange)
    } catch (error) {
      this.handlerThrew(exchange, error)
    }
    return body === null ? 0 : body.apart()
  }

  private handlerThrew(exchange: OwnExchange, error: unknown): void {
    this.context.trouble(
      `The request handler threw: ${error instanceof Error ? error.message : String(error)}`,
    )
    if (exchange.over || exchange.answered) return
    const fault: HttpFault = { kind: 'bad_request', message: 'Internal error', status: 500 }
    if (exchange.responded) this.abandon(fault, true)
    else this.refuse(fault, exchange.method === 'HEAD')
  }

  private nextRequest(): void {
    this.exchange = null
    this.inbound = null
    if (this.closeAfter || this.context.draining) {
      this.startClosing()
      return
    }
    this.phase = HEAD
    this.expectBytes(this.context.limits.keepAliveMs)
    if (this.out.pendingBytes > ONE_WRITE_BYTES) this.out.write()
  }

  protected mayHold(held: number): boolean {
    if (this.inbound?.state === PAUSED) return false
    return (this.phase === HEAD && !this.out.blocked) || mayHoldEarly(held)
  }

  protected wantsHeld(): boolean {
    return false
  }

  // ---- the request's body

  bodyWanted(): void {
    if (this.expecting) {
      this.expecting = false
      this.out.text(CONTINUE)
    }
    this.kick()
  }

  bodyCancelled(): void {
    this.kick()
  }

  /** The interim answer was given by hand. */
  continued(): void {
    this.expecting = false
  }

  private bodyBroken(body: Inbound, fault: HttpFault): void {
    const exchange = this.exchange!
    this.closeAfter = true
    // The refusal comes first: whoever reads the body may answer, too, when it learns that it is broken.
    if (exchange.answered) this.startClosing()
    else if (!exchange.responded) this.refuse(fault, exchange.method === 'HEAD')
    body.fail(fault)
  }

  // ---- answers

  /** The line that says whether the connection lives on; it is decided here, once for each answer. */
  persistence(framed: boolean): string {
    const http10 = this.exchange!.version === '1.0'
    const rest = this.inbound === null || this.inbound.state === DONE ? 0 : this.inbound.rest
    if (!framed || this.expecting || this.ended || this.context.draining || rest > DRAIN_BYTES)
      this.closeAfter = true
    if (this.closeAfter) return 'Connection: close\r\n'
    return http10 ? 'Connection: keep-alive\r\n' : ''
  }

  /** The answer in flight is said whole. */
  answered(): void {
    const exchange = this.exchange!
    if (this.finished === null) this.finished = exchange
    else this.lastFinished!.next = exchange
    this.lastFinished = exchange
    this.out.queue()
    const body = this.inbound
    if (body !== null && body.state < DONE) {
      if (this.closeAfter) this.startClosing()
      else body.cancel()
    }
    this.kick()
  }

  /** The client goes on in another protocol. The answers before this one are out or will be: the socket keeps their order. */
  switchTo(headers: HeaderList): TunnelEnd {
    this.out.text(
      `${statusLine(101)}${answerFields(headers, { date: false, length: -1 })}${upgradeLines}\r\n`,
    )
    const { clock, limits, left, joined } = this.context
    const end = this.handOver((socket) => {
      const made = new TunnelEnd(socket, { clock, writeIdleMs: limits.writeIdleMs, onLeft: left })
      joined?.(made)
      return made
    }, null)
    this.settle(null)
    return end
  }

  /** The socket is full; how long may that last? */
  blocked(): void {
    this.expectTaken(this.context.limits.writeIdleMs)
  }

  /** The answer cannot be finished: the client must see that it is not whole. */
  abandon(fault: HttpFault, visibly: boolean): void {
    const exchange = this.exchange
    const inbound = this.inbound
    this.out.write()
    this.cut(visibly)
    this.settle(fault)
    exchange?.done(fault)
    inbound?.fail(fault)
  }

  /** Says no, behind the answers to what came before, and closes. */
  refuse(fault: HttpFault, bodiless: boolean): void {
    let answer: { status: number; headers: readonly string[]; body: string }
    let top: string
    try {
      answer = (this.exchange === null ? this.context.handler : this.handler).refuse(fault)
      top = statusLine(answer.status) + answerFields(answer.headers, { date: false, length: -1 })
    } catch (error) {
      this.context.trouble(
        `The refusal handler threw: ${error instanceof Error ? error.message : String(error)}`,
      )
      answer = { status: fault.status ?? 400, headers: [], body: '' }
      top = statusLine(answer.status)
    }
    const body = Buffer.from(answer.body)
    this.out.text(`${top}${this.dateLine()}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n`)
    if (!bodiless) this.out.bytes(body)
    const exchange = this.exchange
    this.startClosing()
    exchange?.done(fault)
  }

  /** Nothing more is answered. The client gets time to read: closing at once could reset the answer away. */
  private startClosing(): void {
    if (this.phase === CLOSING) return
    this.phase = CLOSING
    this.dropHeld()
    this.expectBytes(LINGER_MS)
    this.out.queue()
  }

  flushed(): void {
    if (this.gone) return
    if (this.finished !== null) {
      if (!this.out.waiting) this.settle(null)
      else this.settleLater()
    }
    if (this.phase === CLOSING && !this.finSent) {
      this.finSent = true
      this.out.end()
    }
  }

  private settleLater(): void {
    const last = this.lastFinished!
    this.expectTaken(this.context.limits.writeIdleMs)
    // Others may be added meanwhile; what is there now will be out then.
    this.out.afterAll(() => {
      if (!this.gone && !last.over) this.settle(null, last)
    })
  }

  /** Says of the answers up to `last` how it went. */
  private settle(fault: HttpFault | null, last = this.lastFinished): void {
    let exchange = this.finished
    if (exchange === null) return
    this.finished = last!.next
    if (this.finished === null) this.lastFinished = null
    while (exchange !== null) {
      const { next }: OwnExchange = exchange
      // Whoever keeps one of them, as an event in a window does, keeps no others.
      exchange.next = null
      exchange.done(fault)
      if (exchange === last) return
      exchange = next
    }
  }

  protected writable(): void {
    this.exchange?.writable()
  }

  // ---- endings

  protected peerEnded(): void {
    if (this.phase === CLOSING) return
    if (this.phase === HEAD) {
      this.startClosing()
      return
    }
    const body = this.inbound
    const exchange = this.exchange!
    if (body !== null && body.state < DONE) {
      if (body.state === DISCARDING) {
        this.startClosing()
        return
      }
      if (body.state === FLOWING) this.clientGone('The client closed in the middle of the body')
      return
    }
    this.closeAfter = true
    if (this.context.halfClose === 'abort' && !exchange.answered)
      this.clientGone('The client closed its side')
  }

  private clientGone(message: string): void {
    this.cut()
    this.lost({ kind: 'client_gone', message })
  }

  protected lost(fault: HttpFault): void {
    const gone: HttpFault = { kind: 'client_gone', message: fault.message, status: 499 }
    const exchange = this.exchange
    const inbound = this.inbound
    this.exchange = null
    this.inbound = null
    // The exchange is over before the body's taker hears of it: what that one answers is for nobody.
    this.settle(gone)
    exchange?.done(gone)
    inbound?.fail(gone)
  }

  protected left(): void {
    this.context.left(this)
  }

  protected readTimeout(): void {
    if (this.phase === CLOSING) {
      this.lingered()
      return
    }
    if (this.phase === HEAD) {
      if (!this.headBegun) {
        this.startClosing()
        return
      }
      this.refuse(refusal('request_timeout', 'The request head did not arrive in time'), false)
    }
    const body = this.inbound
    if (body === null || body.state >= DONE) return
    if (this.exchange!.answered) {
      this.startClosing()
      return
    }
    this.bodyBroken(body, refusal('request_timeout', 'The request body stalled'))
  }

  /** A client that still takes bytes is left to the other deadline. */
  private lingered(): void {
    if (this.out.unsent === 0) {
      this.cut()
      return
    }
    this.expectBytes(LINGER_MS)
    this.expectTaken(this.context.limits.writeIdleMs)
  }

  protected writeTimeout(): void {
    this.cut(true)
    this.lost({ kind: 'client_gone', message: 'The client takes no bytes' })
  }

  /** Cuts the connection and says so to whoever waits on it. */
  shut(): void {
    if (!this.gone) this.clientGone('The server is closing')
  }

  /** Draining: an idle connection is told to go. */
  closeIdle(): void {
    if (this.idle) this.startClosing()
  }
}
