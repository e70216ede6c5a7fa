/**
 * What Node's server leaves to be done on a connection: one request in flight at a time, refusals in order, deadlines
 * by our clock, and time for the client to read the last answer.
 */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Clock, Timer } from '../../clock.ts'
import { refusal } from '../faults.ts'
import { keptAnswerFields } from '../fields.ts'
import { clearNotes, headTrouble, knownMethod, newNotes, note, readTarget } from '../head-rules.ts'
import { DRAIN_BYTES, LINGER_MS } from '../limits.ts'
import type { HttpFault, ServerHandler, ServerLimits } from '../transport.ts'
import { NodeExchange } from './exchange.ts'
import { RequestBody } from './request-body.ts'
import { RequestGate } from './request-gate.ts'

export interface ServerContext {
  handler: ServerHandler
  limits: ServerLimits
  readonly clock: Clock
  halfClose: 'answer' | 'abort'
  readonly dateValue: () => string
  readonly trouble: (message: string) => void
  draining: boolean
}

interface Waiting {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly expects: boolean
}

// What llhttp lets pass in a target and a URI has no place for.
const UNFIT_TARGET = /[^\x21-\x22\x24-\x7e]/
const notes = newNotes()

export class ServerConnection {
  readonly context: ServerContext
  readonly remote: { readonly address: string; readonly port: number }
  private readonly socket: Socket
  private handler: ServerHandler
  private exchange: NodeExchange | null = null
  private readonly waiting: Waiting[] = []
  /** What stands behind the requests that are waiting. */
  private refusal: HttpFault | null = null
  private closing = false
  private closeAfter = false
  private expecting = false
  private headBegun = false
  private ended = false
  private left = false
  private timer: Timer | null = null
  private readonly gate = new RequestGate()

  constructor(socket: Socket, context: ServerContext) {
    this.socket = socket
    this.context = context
    this.handler = context.handler
    this.remote = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 }
    this.after(context.limits.headMs, () => this.headTimeout())
    this.standBeforeParser()
    socket.on('end', () => this.halfClosed())
    socket.on('close', () => this.gone('The connection was closed', false))
    // Node would destroy the socket behind the last answer, and a client still sending would be reset.
    socket.destroySoon = () => this.startClosing()
  }

  get idle(): boolean {
    return this.exchange === null && !this.headBegun && !this.closing
  }

  get unsent(): number {
    const handle = (this.socket as unknown as { _handle?: { writeQueueSize?: number } })._handle
    return this.socket.writableLength === 0 ? 0 : (handle?.writeQueueSize ?? this.socket.writableLength)
  }

  dateValue(): string {
    return this.context.dateValue()
  }

  private after(ms: number, fire: () => void): void {
    this.timer?.cancel()
    this.timer = this.context.clock.after(ms, fire)
  }

  /** Node's parser gets what the gate lets pass, and nothing else. */
  private standBeforeParser(): void {
    const parsers = this.socket.listeners('data') as ((bytes: Buffer) => void)[]
    for (const parser of parsers) this.socket.off('data', parser)
    this.socket.on('data', (fresh: Buffer) => {
      if (this.gate.fault !== null) return
      const lawful = this.gate.push(fresh, this.context.limits)
      if (lawful.length > 0) for (const parser of parsers) parser.call(this.socket, lawful)
      if (this.gate.fault !== null) this.parserFailed(this.gate.fault)
      this.heard()
    })
  }

  private heard(): void {
    // Here and not where a request is taken: Node's parser resumes the socket at the end of each.
    if (this.waiting.length > 0) this.socket.pause()
    if (this.exchange !== null || this.headBegun || this.closing) return
    this.headBegun = true
    this.after(this.context.limits.headMs, () => this.headTimeout())
  }

  private headTimeout(): void {
    if (this.headBegun) this.refuse(refusal('request_timeout', 'The request head did not arrive in time'))
    else this.startClosing()
  }

  // ---- requests

  /** A head was read. */
  take(request: IncomingMessage, response: ServerResponse, expects: boolean): void {
    if (this.closing || this.closeAfter) return
    this.headBegun = false
    this.timer?.cancel()
    if (this.exchange === null) {
      this.begin({ request, response, expects })
      return
    }
    this.waiting.push({ request, response, expects })
  }

  private begin(one: Waiting): void {
    const { request, response } = one
    const read = this.judge(request)
    if ('kind' in read) {
      this.refuse(read)
      return
    }
    const version = request.httpVersion
    this.closeAfter = notes.close || (version === '1.0' && !notes.keepAlive)
    const length = notes.chunked ? undefined : Math.max(0, notes.length)
    const body = length === 0 ? null : this.bodyOf(request, length)
    this.expecting = one.expects && body !== null && version === '1.1'
    const exchange = new NodeExchange(this, request, response, { ...read, target: read.path, body })
    this.exchange = exchange
    if (read.path === '*') {
      exchange.respond(204, [], null)
      return
    }
    this.handler = this.context.handler
    try {
      this.handler.request(exchange)
    } catch (error) {
      this.handlerThrew(exchange, error)
    }
  }

  private bodyOf(request: IncomingMessage, length: number | undefined): RequestBody {
    const body: RequestBody = new RequestBody(request, {
      length,
      clock: this.context.clock,
      idleMs: this.context.limits.bodyIdleMs,
      wanted: () => this.goOn(),
      broken: (fault) => this.bodyBroken(body, fault),
    })
    return body
  }

  private goOn(): void {
    if (!this.expecting) return
    this.expecting = false
    this.interim(100, [])
  }

  private judge(request: IncomingMessage): { path: string; authority: string } | HttpFault {
    const { rawHeaders, method = '', url = '' } = request
    if (request.httpVersion !== '1.1' && request.httpVersion !== '1.0')
      return refusal('unsupported_version', 'The only versions known are HTTP/1.1 and HTTP/1.0')
    if (!knownMethod(method)) return refusal('unsupported_method', 'The method is not known')
    if (url.length > this.context.limits.maxTargetBytes)
      return refusal('target_too_long', 'The request target is too long')
    if (rawHeaders.length / 2 > this.context.limits.maxHeaders)
      return refusal('headers_too_large', `More than ${this.context.limits.maxHeaders} fields`)
    if (UNFIT_TARGET.test(url))
      return refusal('bad_request', 'The request target holds a character that is not allowed')
    clearNotes(notes)
    for (let i = 0; i < rawHeaders.length; i += 2) note(notes, rawHeaders[i]!, rawHeaders[i + 1]!)
    const trouble = headTrouble(notes, request.httpVersion)
    return trouble ?? readTarget(method, url, notes.host)
  }

  private handlerThrew(exchange: NodeExchange, error: unknown): void {
    this.context.trouble(
      `The request handler threw: ${error instanceof Error ? error.message : String(error)}`,
    )
    if (exchange.over || exchange.answered) return
    const fault: HttpFault = { kind: 'bad_request', message: 'Internal error', status: 500 }
    if (exchange.responded) this.abandon(fault)
    else this.refuse(fault)
  }

  /** Node's parser gave up on the connection. */
  parserFailed(fault: HttpFault): void {
    const exchange = this.exchange
    const body = exchange?.requestBody ?? null
    if (exchange !== null && body !== null && !body.parsed && this.waiting.length === 0)
      this.bodyBroken(body, fault)
    else if (exchange === null) this.refuse(fault)
    else this.refusal ??= fault
  }

  private bodyBroken(body: RequestBody, fault: HttpFault): void {
    const { exchange } = this
    this.closeAfter = true
    if (exchange === null || exchange.requestBody !== body || exchange.answered) this.startClosing()
    else if (!exchange.responded) this.refuse(fault)
    body.fail(fault)
  }

  // ---- answers

  persistence(exchange: NodeExchange, framed: boolean): string {
    const body = exchange.requestBody
    const rest = body === null || body.whole ? 0 : (body.length ?? 0)
    if (!framed || this.expecting || this.ended || this.context.draining || rest > DRAIN_BYTES + 64 * 1024)
      this.closeAfter = true
    if (this.closeAfter) return 'close'
    return exchange.version === '1.0' ? 'keep-alive' : ''
  }

  answered(exchange: NodeExchange): void {
    const body = exchange.requestBody
    if (body !== null && !body.whole && !this.closeAfter) body.cancel()
    setImmediate(() => this.next(exchange))
  }

  /** The next request, once the answer is out and the rest of the body is in. */
  private next(exchange: NodeExchange): void {
    if (this.left || this.closing || this.exchange !== exchange) return
    const body = exchange.requestBody
    if (this.closeAfter || this.context.draining || (body !== null && body.thrownAway > DRAIN_BYTES)) {
      this.startClosing()
      return
    }
    if (!exchange.over || (body !== null && !body.whole)) {
      setImmediate(() => this.next(exchange))
      return
    }
    this.exchange = null
    const following = this.waiting.shift()
    if (following !== undefined) this.begin(following)
    else if (this.refusal !== null) this.refuse(this.refusal)
    else {
      this.after(this.context.limits.keepAliveMs, () => this.startClosing())
      this.socket.resume()
    }
  }

  /** Writes an interim answer; Node's own calls know only some of them. */
  interim(status: number, fields: readonly string[]): void {
    if (status === 100) this.expecting = false
    this.socket.write(headText(status, fields), 'latin1')
  }

  /** Says no, behind the answers to what came before, and closes. */
  refuse(fault: HttpFault): void {
    if (this.closing || this.left) return
    const handler = this.exchange === null ? this.context.handler : this.handler
    let text: string
    try {
      const answer = handler.refuse(fault)
      const body = Buffer.from(answer.body)
      const { list } = keptAnswerFields(answer.headers)
      list.push('Date', this.dateValue(), 'Content-Length', String(body.length), 'Connection', 'close')
      text = headText(answer.status, list)
      if (!this.bodiless) text += body.toString('latin1')
    } catch (error) {
      this.context.trouble(
        `The refusal handler threw: ${error instanceof Error ? error.message : String(error)}`,
      )
      text = headText(fault.status ?? 400, ['Content-Length', '0', 'Connection', 'close'])
    }
    this.socket.write(text, 'latin1')
    const { exchange } = this
    this.startClosing()
    exchange?.done(fault)
  }

  /** The request that is refused is a HEAD. */
  private get bodiless(): boolean {
    if (this.exchange !== null) return this.exchange.method === 'HEAD'
    return this.gate.fault !== null && this.gate.bodiless
  }

  /** The answer cannot be finished: the client must see that it is not whole. */
  abandon(fault: HttpFault): void {
    const { exchange } = this
    this.leave()
    this.socket.resetAndDestroy()
    exchange?.done(fault)
    exchange?.requestBody?.fail(fault)
  }

  private startClosing(): void {
    if (this.closing) return
    this.closing = true
    this.socket.end()
    this.socket.resume()
    this.after(LINGER_MS, () => this.socket.destroy())
  }

  // ---- endings

  private halfClosed(): void {
    this.ended = true
    const { exchange } = this
    if (exchange === null) {
      this.startClosing()
      return
    }
    this.closeAfter = true
    const body = exchange.requestBody
    if (body !== null && !body.whole && body.started && !exchange.answered) {
      // What was read already is with the body's taker in a turn or two.
      setImmediate(() => setImmediate(() => this.cutMidway(body)))
    } else if (this.context.halfClose === 'abort' && !exchange.answered)
      this.gone('The client closed its side', true)
  }

  private cutMidway(body: RequestBody): void {
    if (!body.whole) this.gone('The client closed in the middle of the body', true)
  }

  gone(message: string, cut: boolean): void {
    if (this.left) return
    this.leave()
    if (cut) this.socket.destroy()
    const fault: HttpFault = { kind: 'client_gone', message, status: 499 }
    const { exchange } = this
    exchange?.done(fault)
    exchange?.requestBody?.fail(fault)
  }

  private leave(): void {
    this.left = true
    this.timer?.cancel()
    this.waiting.length = 0
  }

  closeIdle(): void {
    if (this.idle) this.startClosing()
  }
}

function headText(status: number, fields: readonly string[]): string {
  let text = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Status'}\r\n`
  for (let i = 0; i < fields.length; i += 2) text += `${fields[i]}: ${fields[i + 1]}\r\n`
  return `${text}\r\n`
}
