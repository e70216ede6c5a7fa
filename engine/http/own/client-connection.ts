/** A connection to an upstream: carries one call at a time, and rests in its origin's pool in between. */
import type { Socket } from 'node:net'
import { pauseOf } from '../event-stream.ts'
import { CLIENT_DEFAULTS } from '../limits.ts'
import type { BodySource, HttpFault } from '../transport.ts'
import { switchTrouble } from '../upgrade.ts'
import type { Call } from './call.ts'
import { Connection, mayHoldEarly } from './connection.ts'
import { DISCARDING, DONE, FLOWING, Inbound, type InboundOwner, NO_BODY, PAUSED, WAITING } from './inbound.ts'
import type { ClientContext, Origin } from './origin.ts'
import { newResponseHead, readResponseHead } from './response-head.ts'
import { BAD, MORE } from './scan.ts'
import { TunnelEnd } from './tunnel-end.ts'

/** In the pool, or on its way there. */
const IDLE = 0
const AWAITING_HEAD = 1
const BODY = 2

const MAX_INTERIM = 32

const head = newResponseHead()

export class ClientConnection extends Connection implements InboundOwner {
  private readonly origin: Origin
  private readonly context: ClientContext
  private phase = IDLE
  private call: Call | null = null
  /** The call asks for no content: noted where the request is at hand, since by the time of the answer it has long left the caches. */
  private headOnly = false
  private inbound: Inbound | null = null
  /** It was at rest, or another call's: the upstream may have closed it meanwhile. */
  private used = false
  private mayLive = false
  private hintMs = Infinity
  /** How long the body of this answer may pause; unknown while all of it is there. */
  private bodyIdleMs = 0
  private interims = 0
  /** Of the answer to the present call, something has come. */
  private answering = false
  private carriedAt = 0
  /** Bytes of an incomplete head that were looked at already. */
  private scanned = 0

  constructor(socket: Socket, origin: Origin, context: ClientContext) {
    super(socket, context.clock)
    this.origin = origin
    this.context = context
    context.open.add(this)
  }

  get usable(): boolean {
    return !this.gone && !this.ended && !this.failed && this.phase === IDLE
  }

  /** Takes on a call; its bytes follow by `out`. */
  carry(call: Call): void {
    this.phase = AWAITING_HEAD
    this.call = call
    this.headOnly = call.request.method === 'HEAD'
    this.answering = false
    this.interims = 0
    this.carriedAt = this.out.sent
    this.expectBytes(0)
  }

  /** The request is said whole: now the upstream's time runs. */
  sentWhole(): void {
    const ms = this.call?.request.firstByteMs ?? 0
    if (this.phase === AWAITING_HEAD) this.expectBytes(ms)
  }

  awaitTaken(): void {
    this.expectTaken(this.call?.request.firstByteMs ?? 0)
  }

  // ---- bytes in

  protected consume(buf: Buffer, from: number, end: number): number {
    let i = from
    for (;;) {
      if (this.gone) return end
      if (this.phase === BODY) {
        const body = this.inbound!
        if (body.state >= DONE) {
          this.complete(i < end)
          continue
        }
        if (i >= end || (body.state !== FLOWING && body.state !== DISCARDING))
          return this.waitForBody(body, i)
        i = body.feed(buf, i, end)
        if (body.trouble !== '') this.broken(body.trouble, 'body')
        continue
      }
      if (i >= end) return i
      // Nobody asked for these: they must never reach the next request.
      if (this.phase === IDLE) {
        this.cut()
        return end
      }
      const to = this.readHead(buf, i, end)
      if (to === MORE) return i
      i = to
    }
  }

  private waitForBody(body: Inbound, at: number): number {
    if (body.state === DISCARDING) this.cut()
    else this.expectBytes(body.state === FLOWING ? this.bodyIdleMs : 0)
    return at
  }

  private readHead(buf: Buffer, from: number, end: number): number {
    // An incomplete head is looked at again only when a line of it ends.
    if (this.scanned > 0 && end - from < CLIENT_DEFAULTS.maxHeadBytes) {
      const fresh = buf.indexOf(10, from + this.scanned)
      this.scanned = end - from
      if (fresh === -1 || fresh >= end) return MORE
    }
    this.answering = true
    const to = readResponseHead(buf, from, end, head, CLIENT_DEFAULTS)
    this.scanned = to === MORE ? end - from : 0
    if (to === MORE) return MORE
    if (to === BAD) {
      this.broken(head.trouble, 'head')
      return end
    }
    if (head.status >= 200) return to + this.takeAnswer(buf, to, end)
    if (head.status === 101) this.takeSwitch(Buffer.from(buf.subarray(to, end)))
    else this.takeInterim()
    return to
  }

  private takeInterim(): void {
    if (++this.interims > MAX_INTERIM) {
      this.broken('The upstream sent too many interim answers', 'head')
      return
    }
    // 100 is about the request's body and meant for us alone.
    if (head.status !== 100) this.call!.events.inform?.(head.status, head.headers)
  }

  /** The upstream goes on in the protocol that was asked for: its socket is no longer ours. */
  private takeSwitch(early: Buffer): void {
    const call = this.call!
    const { request } = call
    if (request.upgrade === undefined || call.told || call.events.switched === undefined) {
      this.broken('The upstream switched protocols unasked', 'head')
      return
    }
    const trouble = switchTrouble(request.headers, head.headers)
    if (trouble !== null) {
      this.broken(trouble, 'head')
      return
    }
    const { open, clock } = this.context
    const end = this.handOver((socket) => {
      const onLeft = (end: TunnelEnd) => open.delete(end)
      return new TunnelEnd(socket, { clock, writeIdleMs: CLIENT_DEFAULTS.bodyIdleMs, onLeft })
    }, early)
    open.add(end)
    this.call = null
    call.switched(head.headers, end)
  }

  /** Returns how many of the octets behind the head were taken. */
  private takeAnswer(buf: Buffer, from: number, end: number): number {
    const behind = end - from
    const call = this.call!
    const { notes, status } = head
    this.mayLive = !notes.close && (head.minor === 1 || notes.keepAlive)
    this.hintMs = head.keepAliveHint === -1 ? Infinity : beforeHint(head.keepAliveHint * 1000)
    const bodiless = this.headOnly || status === 204 || status === 304
    const headers = head.headers
    this.phase = BODY
    if (bodiless || notes.length === 0) {
      // Back to the pool first: what the answer sets off may ask again at once.
      this.complete(behind > 0)
      this.tell(call, status, headers, NO_BODY)
      return 0
    }
    const untilClose = !notes.chunked && notes.length === -1
    if (untilClose) this.mayLive = false
    if (notes.length === -1 || notes.length > behind) this.bodyIdleMs = pauseOf(call.request, headers)
    const inbound = new Inbound(this, notes.length === -1 ? undefined : notes.length, untilClose)
    this.inbound = inbound
    inbound.beside(buf, from, end)
    this.tell(call, status, headers, inbound)
    return inbound.apart()
  }

  private tell(call: Call, status: number, headers: string[], body: BodySource): void {
    if (call.told) return
    call.told = true
    call.events.head(status, headers, body)
  }

  /** The answer is whole. */
  private complete(moreCame: boolean): void {
    const call = this.call
    this.call = null
    this.inbound = null
    this.phase = IDLE
    // An answer before the request's end: the rest of the request was given up, so the connection is of no more use.
    const live = this.mayLive && call?.sentAll === true && !moreCame && !this.ended && !this.context.closing
    if (live) this.rest()
    else this.cut()
    call?.release()
  }

  /** For whoever waits, else into the pool. */
  rest(): void {
    const { idle, queue } = this.origin
    this.used = true
    if (!this.context.closing && this.usable && queue.give(this)) return
    const ms = Math.min(this.context.options.idleMs, this.hintMs)
    if (this.context.closing || ms <= 0 || idle.length >= this.context.options.maxIdlePerOrigin) {
      this.cut()
      return
    }
    idle.push(this)
    this.expectBytes(ms)
  }

  protected mayHold(held: number): boolean {
    if (this.phase !== BODY) return true
    // What nobody takes stays with the kernel: held here it would be a copy for each time a reader falls behind.
    return this.inbound?.state !== PAUSED && mayHoldEarly(held)
  }

  protected wantsHeld(): boolean {
    return this.phase === BODY
  }

  // ---- the answer's body

  bodyWanted(): void {
    this.kick()
  }

  bodyCancelled(): void {
    this.kick()
  }

  // ---- endings

  /** The call was aborted. */
  abort(call: Call): void {
    if (this.call === call) this.cut()
  }

  /** The request cannot be sent to its end. */
  breakOff(fault: HttpFault): void {
    this.cut(true)
    this.lost(fault)
  }

  private broken(message: string, phase: 'head' | 'body'): void {
    this.cut()
    this.fail({ kind: 'bad_response', message, phase, sent: true, reused: this.used })
  }

  protected peerEnded(): void {
    if (this.phase === IDLE) {
      this.cut()
      return
    }
    const body = this.inbound
    // Its taker has not seen all that came; the end is told behind it.
    if (body !== null && (body.state === PAUSED || body.state === WAITING)) return
    this.cut()
    this.lost({ kind: 'reset', message: 'The upstream closed the connection' })
  }

  protected lost(fault: HttpFault): void {
    const phase = this.phase === BODY ? 'body' : this.answering ? 'head' : 'wait'
    const sent = this.out.sent > this.carriedAt
    this.fail({ ...fault, phase: fault.phase ?? phase, sent, reused: this.used })
  }

  private fail(fault: HttpFault): void {
    const call = this.call
    const body = this.inbound
    this.call = null
    this.inbound = null
    this.phase = IDLE
    if (body !== null) {
      body.close(fault, this.endedCleanly)
      call?.release()
    } else call?.lost(fault, !this.answering && (fault.kind === 'reset' || fault.kind === 'closed'))
  }

  protected left(): void {
    this.context.open.delete(this)
    if (this.phase !== IDLE) return
    const at = this.origin.idle.indexOf(this)
    if (at !== -1) this.origin.idle.splice(at, 1)
  }

  protected readTimeout(): void {
    if (this.phase === IDLE) {
      this.cut()
      return
    }
    const message = this.phase === BODY ? 'The answer stalled' : 'No answer came in time'
    this.cut()
    this.lost({ kind: 'timeout', message })
  }

  protected writeTimeout(): void {
    this.cut()
    this.lost({ kind: 'timeout', message: 'The upstream takes no bytes', phase: 'write' })
  }

  protected writable(): void {
    this.call?.writable()
  }

  flushed(): void {
    if (!this.gone && this.call !== null && this.out.waiting) this.awaitTaken()
  }
}

/** An idle connection is given up a while before the upstream does, lest a request meets its closing. */
function beforeHint(ms: number): number {
  return ms - Math.min(2000, ms / 2)
}
