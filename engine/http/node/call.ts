/** One request to an upstream by undici's `dispatch`. */
import { Readable } from 'node:stream'
import type { Dispatcher } from 'undici'
import type { Timer } from '../../clock.ts'
import type { Dialing } from '../dial.ts'
import { dial } from '../dial.ts'
import { pauseOf } from '../event-stream.ts'
import { checkRequestLine, keptRequestFields } from '../fields.ts'
import { clearNotes, newNotes, noteAnswer, trailerTrouble } from '../head-rules.ts'
import { CLIENT_DEFAULTS } from '../limits.ts'
import { NO_BODY } from '../own/inbound.ts'
import type { BodySource, ClientCall, ClientEvents, ClientRequest, HttpFault } from '../transport.ts'
import { AnswerBody } from './answer-body.ts'
import { type ClientContext, discard, type Origin, type Pooled, rest, takeIdle, wrap } from './client.ts'

const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY'])
const EXPECTS_CONTENT: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH'])
const MAX_INTERIM = 32
// llhttp lets these pass.
const UNFIT_REASON = /[\x00-\x08\x0a-\x1f\x7f]/

const notes = newNotes()

export class Call implements ClientCall {
  private readonly context: ClientContext
  private readonly origin: Origin
  private readonly request: ClientRequest
  private readonly events: ClientEvents
  private fields: string[] = []
  private dialing: Dialing | null = null
  private pooled: Pooled | null = null
  private upload: Upload | null = null
  private answer: AnswerBody | null = null
  private timer: Timer | null = null
  /** `head` or `fail` was told, or the call was aborted. */
  private told = false
  /** Nothing more is to happen. */
  private settled = false
  private answering = false
  private sent = false
  private sentAll = false
  private retried = false
  private interims = 0
  private hintMs = Infinity
  private mayLive = true

  constructor(context: ClientContext, origin: Origin, request: ClientRequest, events: ClientEvents) {
    this.context = context
    this.origin = origin
    this.request = request
    this.events = events
  }

  begin(): void {
    try {
      checkRequestLine(this.request.method, this.request.path)
      this.fields = keptRequestFields(this.request.headers)
    } catch (error) {
      this.giveUp({ kind: 'bad_request', message: (error as Error).message, phase: 'write', sent: false })
      return
    }
    const pooled = takeIdle(this.origin)
    if (pooled === null) this.dial()
    else this.run(pooled)
  }

  private dial(): void {
    this.dialing = dial(this.context, this.origin, { connectMs: this.request.connectMs }, (fault, socket) => {
      this.dialing = null
      if (socket === null) this.giveUp(fault!)
      else this.run(wrap(this.context, this.origin, socket))
    })
  }

  private run(pooled: Pooled): void {
    this.pooled = pooled
    const { method, body } = this.request
    const headers = [...this.fields]
    let content: Buffer | Readable | null = null
    if (body !== null && typeof body === 'object' && !(body instanceof Uint8Array)) {
      if (body.length !== 0) content = this.upload = new Upload(body, (fault) => this.cutRequest(fault))
      if (body.length !== undefined && body.length > 0) headers.push('Content-Length', String(body.length))
    } else if (body !== null && body.length > 0) {
      content =
        typeof body === 'string' ? Buffer.from(body) : Buffer.from(body.buffer, body.byteOffset, body.length)
      headers.push('Content-Length', String(content.length))
    }
    if (content === null && EXPECTS_CONTENT.has(method)) headers.push('Content-Length', '0')
    pooled.gate.expect(method)
    try {
      pooled.undici.dispatch({ method, path: this.request.path, headers, body: content }, this.handler)
    } catch (error) {
      this.failed(error as Error)
    }
  }

  private cutRequest(fault: HttpFault): void {
    this.breakOff({ kind: 'aborted', message: fault.message, phase: 'write', sent: true })
  }

  // ---- what undici tells

  private readonly handler: Dispatcher.DispatchHandler = {
    onRequestStart: (controller) => {
      this.sent = true
      if (this.settled) controller.abort(new Error('The call was aborted'))
    },
    onRequestSent: () => {
      this.sentAll = true
      const { firstByteMs } = this.request
      if (firstByteMs === 0 || this.told || this.settled) return
      this.timer = this.context.clock.after(firstByteMs, () =>
        this.breakOff({ kind: 'timeout', message: 'No answer came in time', phase: 'wait' }),
      )
    },
    onResponseStarted: () => {
      this.answering = true
    },
    onResponseStart: (controller, status, _headers, reason = '') => {
      if (this.settled) return
      if (UNFIT_REASON.test(reason)) {
        this.breakOff({
          kind: 'bad_response',
          message: 'A control character is in the reason',
          phase: 'head',
        })
        return
      }
      const headers = texts(controller.rawHeaders)
      if (status >= 200) this.takeAnswer(controller, status, headers)
      else if (++this.interims > MAX_INTERIM)
        this.breakOff({
          kind: 'bad_response',
          message: 'The upstream sent too many interim answers',
          phase: 'head',
        })
      else this.events.inform?.(status, headers)
    },
    onResponseData: (_controller, chunk) => this.answer?.data(chunk),
    onResponseEnd: (controller) => this.ended(texts(controller.rawTrailers)),
    onResponseError: (_controller, error) => this.failed(error),
  }

  private takeAnswer(controller: Dispatcher.DispatchController, status: number, headers: string[]): void {
    const trouble = this.judge(status, headers)
    if (trouble !== null) {
      this.breakOff({ kind: 'bad_response', message: trouble, phase: 'head' })
      return
    }
    this.timer?.cancel()
    const bodiless = this.request.method === 'HEAD' || status === 204 || status === 304 || notes.length === 0
    this.mayLive &&= this.undiciKeeps(status, bodiless)
    if (!bodiless) {
      this.answer = new AnswerBody(controller, {
        length: notes.length === -1 ? undefined : notes.length,
        clock: this.context.clock,
        idleMs: pauseOf(this.request, headers),
        stalled: () => this.breakOff({ kind: 'timeout', message: 'The answer stalled', phase: 'body' }),
        cancelled: () => this.breakOff({ kind: 'aborted', message: 'Nobody wants the rest of the answer' }),
      })
    }
    this.told = true
    this.events.head(status, headers, this.answer ?? NO_BODY)
  }

  /** Whether undici goes on with the connection: it is more careful than it must be. */
  private undiciKeeps(status: number, bodiless: boolean): boolean {
    if (this.request.method === 'HEAD') return notes.keepAlive
    if (status === 204 || status === 304) return notes.length < 1 && !notes.chunked
    return bodiless || notes.chunked || notes.length !== -1
  }

  private judge(status: number, headers: string[]): string | null {
    clearNotes(notes)
    this.hintMs = Infinity
    if (headers.length / 2 > CLIENT_DEFAULTS.maxHeaders) return 'The answer has too many fields'
    for (let i = 0; i < headers.length; i += 2) {
      if (!noteAnswer(notes, headers[i]!, headers[i + 1]!)) continue
      const hint = /(?:^|[,;\s])timeout=(\d{1,6})/i.exec(headers[i + 1]!)
      if (hint !== null) this.hintMs = Number(hint[1]) * 1000 - Math.min(2000, Number(hint[1]) * 500)
    }
    this.mayLive = !notes.close
    if (notes.trouble !== null) return notes.trouble.message
    if (status < 200 || status > 999) return 'The status of the answer is not lawful'
    if (notes.chunked && notes.length !== -1) return 'Both Content-Length and Transfer-Encoding are present'
    if (notes.chunked && status === 204) return 'Transfer-Encoding is present in an answer that has no body'
    return null
  }

  private ended(trailers: string[]): void {
    if (this.settled) return
    const trouble = trailerTrouble(trailers)
    if (trouble !== null) {
      this.breakOff({
        kind: 'bad_response',
        message: trouble,
        phase: 'body',
      })
      return
    }
    this.settled = true
    const { pooled, answer } = this
    this.upload?.giveUp()
    if (pooled !== null) {
      pooled.served++
      // Undici closes by itself what cannot be used again; it says so a moment later.
      if (this.mayLive && this.sentAll) setImmediate(() => rest(this.context, pooled, this.hintMs))
      else discard(this.context, pooled)
    }
    answer?.end(trailers.length > 0 ? trailers : undefined)
  }

  private failed(error: Error): void {
    const trouble = this.pooled?.gate.trouble ?? ''
    if (trouble === '') this.breakOff(faultOf(error, this.told ? 'body' : this.answering ? 'head' : 'wait'))
    else this.breakOff({ kind: 'bad_response', message: trouble, phase: this.told ? 'body' : 'head' })
  }

  // ---- endings

  private breakOff(fault: HttpFault): void {
    if (this.settled) return
    const { pooled } = this
    const full: HttpFault = { ...fault, sent: this.sent, reused: (pooled?.served ?? 0) > 0 }
    if (this.mayRetry(full)) {
      this.retried = true
      this.sent = this.sentAll = false
      this.timer?.cancel()
      if (pooled !== null) discard(this.context, pooled)
      this.dial()
      return
    }
    this.settle()
    if (this.answer !== null) this.answer.fail(full)
    else this.giveUp(full)
  }

  private mayRetry(fault: HttpFault): boolean {
    return (
      fault.kind === 'reset' &&
      fault.reused === true &&
      !this.told &&
      !this.answering &&
      this.pooled?.gate.begun !== true &&
      !this.retried &&
      this.request.once !== true &&
      this.upload === null &&
      (IDEMPOTENT.has(this.request.method) || !this.sent)
    )
  }

  private settle(): void {
    this.settled = true
    this.timer?.cancel()
    this.dialing?.cancel()
    this.upload?.giveUp()
    if (this.pooled !== null) discard(this.context, this.pooled)
  }

  private giveUp(fault: HttpFault): void {
    this.settled = true
    if (this.told) return
    this.told = true
    this.events.fail(fault)
  }

  abort(): void {
    this.told = true
    if (!this.settled) this.settle()
  }
}

/** A source as the stream that undici reads. */
class Upload extends Readable {
  private readonly source: BodySource
  private readonly cut: (fault: HttpFault) => void
  private state: 'new' | 'open' | 'over' = 'new'

  constructor(source: BodySource, cut: (fault: HttpFault) => void) {
    super({ highWaterMark: 64 * 1024 })
    this.source = source
    this.cut = cut
    this.on('error', () => {})
  }

  override _read(): void {
    if (this.state === 'open') this.source.resume()
    if (this.state !== 'new') return
    this.state = 'open'
    this.source.start({
      // The chunk may be used again by its owner.
      write: (chunk) => this.state === 'over' || this.push(Buffer.from(chunk)),
      end: () => this.finish(),
      fail: (fault) => {
        if (this.state === 'over') return
        this.state = 'over'
        this.cut(fault)
      },
    })
  }

  private finish(): void {
    if (this.state === 'over') return
    this.state = 'over'
    this.push(null)
  }

  /** The rest is not wanted. One that was not started stays its owner's. */
  giveUp(): void {
    if (this.state === 'open') {
      this.state = 'over'
      this.source.cancel()
    }
    this.destroy()
  }
}

function texts(raw: Dispatcher.DispatchController['rawHeaders']): string[] {
  if (!Array.isArray(raw)) return []
  return raw.map((one) => (typeof one === 'string' ? one : (one as Buffer).toString('latin1')))
}

function faultOf(error: Error & { code?: string }, phase: 'wait' | 'head' | 'body'): HttpFault {
  const code = error.code ?? error.name
  const malformed =
    code.startsWith('HPE_') ||
    code === 'UND_ERR_HEADERS_OVERFLOW' ||
    code === 'ERR_ASSERTION' ||
    /^bad (response|upgrade)$/.test(error.message)
  if (code === 'UND_ERR_INVALID_ARG') return { kind: 'bad_request', message: error.message, phase: 'write' }
  if (malformed && code !== 'HPE_INVALID_EOF_STATE')
    return {
      kind: 'bad_response',
      message: `The answer is malformed: ${code}`,
      phase: phase === 'wait' ? 'head' : phase,
    }
  return { kind: 'reset', message: `The connection was lost: ${code}`, phase }
}
