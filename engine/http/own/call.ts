/** One request to an upstream and what becomes of it. Exactly one of `head` and `fail` is told. */

import type { Dialing } from '../dial.ts'
import type {
  BodySink,
  BodySource,
  ClientCall,
  ClientEvents,
  ClientRequest,
  HeaderList,
  HttpFault,
  Tunnel,
} from '../transport.ts'
import { upgradeLines } from '../upgrade.ts'
import type { ClientConnection } from './client-connection.ts'
import { endWithLength } from './end-of-head.ts'
import { utf8AsLatin1 } from './latin1.ts'
import { type ClientContext, type Origin, openConnection, takeIdle } from './origin.ts'
import type { Waiter } from './queue.ts'
import { smallBody } from './small-body.ts'
import { requestHead, trailerFields } from './write-head.ts'

const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE', 'QUERY'])

export class Call implements ClientCall, BodySink, Waiter {
  readonly request: ClientRequest
  readonly events: ClientEvents
  /** The last octet of the request was said. */
  sentAll = false
  /** `head` or `fail` was told, or the call was aborted. */
  told = false
  private readonly context: ClientContext
  private readonly origin: Origin
  private head = ''
  /** The whole content as latin1 text or octets; null if it comes from a source. */
  private whole: string | Uint8Array | null = ''
  private source: BodySource | null = null
  private sourceOpen = false
  private chunked = false
  private rest = 0
  private full = false
  private retried = false
  private dialing: Dialing | null = null
  private connection: ClientConnection | null = null

  constructor(context: ClientContext, origin: Origin, request: ClientRequest, events: ClientEvents) {
    this.context = context
    this.origin = origin
    this.request = request
    this.events = events
  }

  begin(): void {
    const { method, path, headers, upgrade } = this.request
    try {
      this.head = requestHead(method, path, headers) + (upgrade === undefined ? '' : upgradeLines)
    } catch (error) {
      this.giveUp({ kind: 'bad_request', message: (error as Error).message, phase: 'write', sent: false })
      return
    }
    const connection = takeIdle(this.origin)
    this.prepareBody(connection !== null)
    if (connection === null) this.origin.queue.join(this)
    else this.run(connection)
  }

  /** A body is taken out of its source only if it can leave: where no connection can be made it is for another attempt. */
  private prepareBody(leavesNow: boolean): void {
    const { method, body } = this.request
    let size = 0
    if (typeof body === 'string') {
      this.whole = utf8AsLatin1(body)
      size = this.whole.length
    } else if (body instanceof Uint8Array) {
      this.whole = body
      size = body.length
    } else if (body !== null && body.length !== 0) {
      this.whole = (leavesNow ? smallBody(body) : undefined) ?? null
      if (this.whole === null) this.source = body
      this.chunked = body.length === undefined
      this.rest = size = body.length ?? 0
    }
    if (this.chunked) this.head += 'Transfer-Encoding: chunked\r\n\r\n'
    else this.head += size > 0 || expectsContent(method) ? endWithLength(size) : '\r\n'
  }

  dial(): void {
    const { queue } = this.origin
    let dialing: Dialing | null = null
    let ended = false
    dialing = openConnection(this.context, this.origin, this.request.connectMs, (fault, connection) => {
      ended = true
      if (dialing !== null && queue.spare.delete(dialing)) connection?.rest()
      else this.dialed(fault, connection)
    })
    if (!ended) this.dialing = dialing
  }

  private dialed(fault: HttpFault | null, connection: ClientConnection | null): void {
    this.dialing = null
    this.origin.queue.leave(this)
    if (connection === null) this.giveUp(fault!)
    else this.run(connection)
  }

  run(connection: ClientConnection): void {
    this.connection = connection
    if (this.dialing !== null) {
      // What was begun for this call is for the next.
      this.origin.queue.spare.add(this.dialing)
      this.dialing = null
    }
    connection.carry(this)
    connection.out.text(this.head)
    if (this.whole !== null) {
      if (typeof this.whole === 'string') connection.out.text(this.whole)
      else connection.out.bytes(this.whole)
      this.sentWhole()
      return
    }
    this.sourceOpen = true
    connection.awaitTaken()
    this.source!.start(this)
  }

  private sentWhole(): void {
    this.sentAll = true
    this.connection?.sentWhole()
  }

  // ---- the sink of the request's body

  write(chunk: Uint8Array): boolean {
    return this.writePart(chunk, 0, chunk.length)
  }

  writePart(buf: Uint8Array, from: number, to: number): boolean {
    const connection = this.connection
    const size = to - from
    if (connection === null || !this.sourceOpen || size === 0) return connection !== null
    const { out } = connection
    if (this.chunked) {
      out.text(`${size.toString(16)}\r\n`)
      out.part(buf, from, to)
      out.text('\r\n')
    } else {
      this.rest -= size
      if (this.rest < 0) return this.misframed()
      out.part(buf, from, to)
    }
    if (!out.blocked) return true
    this.full = true
    connection.awaitTaken()
    return false
  }

  end(trailers?: HeaderList): void {
    if (!this.sourceOpen) return
    if (!this.chunked && this.rest !== 0) {
      this.misframed()
      return
    }
    this.sourceOpen = false
    if (this.connection === null) return
    if (this.chunked) this.connection.out.text(`0\r\n${trailerFields(trailers)}\r\n`)
    this.sentWhole()
  }

  /** The request's body was cut short: the upstream must not take what it has for the whole. */
  fail(fault: HttpFault): void {
    if (!this.sourceOpen) return
    this.sourceOpen = false
    this.connection?.breakOff({
      kind: 'aborted',
      message: `The request body was cut short: ${fault.message}`,
      phase: 'write',
      sent: true,
    })
  }

  private misframed(): false {
    const source = this.source
    this.sourceOpen = false
    source?.cancel()
    this.connection?.breakOff({
      kind: 'aborted',
      message: 'The request body is not as long as was stated',
      phase: 'write',
      sent: true,
    })
    return false
  }

  /** The upstream takes bytes again. */
  writable(): void {
    if (!this.full) return
    this.full = false
    if (this.sourceOpen) this.source!.resume()
  }

  // ---- endings

  /** The connection went over to another protocol, and to another owner. */
  switched(headers: HeaderList, tunnel: Tunnel): void {
    this.told = true
    this.connection = null
    this.events.switched!(headers, tunnel)
  }

  /** The connection is done with this call, well or not: whatever is left of the request's body is not wanted. */
  release(): void {
    this.connection = null
    if (!this.sourceOpen) return
    this.sourceOpen = false
    this.source!.cancel()
  }

  /** The connection broke before a head came. Only what certainly had no effect, or may have it twice, goes again. */
  lost(fault: HttpFault, untouched: boolean): void {
    const again =
      untouched && fault.reused === true && !this.retried && this.whole !== null && this.request.once !== true
    if (this.told || !again || !(IDEMPOTENT.has(this.request.method) || fault.sent === false)) {
      this.release()
      this.giveUp(fault)
      return
    }
    this.retried = true
    this.sentAll = false
    this.connection = null
    this.dial()
  }

  private giveUp(fault: HttpFault): void {
    if (this.told) return
    this.told = true
    this.events.fail(fault)
  }

  abort(): void {
    const connection = this.connection
    this.told = true
    this.origin.queue.leave(this)
    this.dialing?.cancel()
    this.dialing = null
    if (connection === null) return
    this.release()
    connection.abort(this)
  }
}

/** Requests of these methods say so when they have no content (RFC 9110 8.6). */
function expectsContent(method: string): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH'
}
