/** One end of a tunnel: a socket that has left HTTP behind. Bytes in as a body that ends with the connection, bytes out as they come. */
import type { Socket } from 'node:net'
import type { Clock } from '../../clock.ts'
import type { BodySink, BodySource, HttpFault, Tunnel } from '../transport.ts'
import { Connection } from './connection.ts'
import { DONE, FLOWING, Inbound, type InboundOwner } from './inbound.ts'

export interface TunnelOptions {
  readonly clock: Clock
  /** A peer that takes no bytes for so many milliseconds is cut off. */
  readonly writeIdleMs: number
  /** The connection is no more. */
  readonly onLeft: (end: TunnelEnd) => void
}

export class TunnelEnd extends Connection implements Tunnel, InboundOwner {
  readonly #options: TunnelOptions
  readonly #inbound = new Inbound(this, undefined, true)
  #sending: BodySource | null = null
  #full = false
  #sentAll = false
  #finSent = false

  constructor(socket: Socket, options: TunnelOptions) {
    super(socket, options.clock)
    // The end of one direction is not the end of the other.
    socket.allowHalfOpen = true
    this.#options = options
  }

  get source(): BodySource {
    return this.#inbound
  }

  send(source: BodySource): void {
    this.#sending = source
    source.start(this.#sink)
  }

  // ---- bytes in

  protected consume(buf: Buffer, from: number, end: number): number {
    return this.#inbound.state === FLOWING ? this.#inbound.feed(buf, from, end) : from
  }

  /** One read more than is taken, at most. */
  protected mayHold(held: number): boolean {
    return held === 0
  }

  protected wantsHeld(): boolean {
    return this.#inbound.state < DONE
  }

  bodyWanted(): void {
    this.kick()
  }

  bodyCancelled(): void {
    this.cut()
  }

  protected peerEnded(): void {
    if (this.#inbound.state !== FLOWING) return
    if (this.endedCleanly) {
      this.#inbound.close({ kind: 'reset', message: 'The connection was lost' }, true)
      this.#closeIfDone()
      return
    }
    this.cut()
    this.lost({ kind: 'reset', message: 'The connection was lost' })
  }

  // ---- bytes out

  readonly #sink: BodySink = {
    write: (chunk) => this.#write(chunk),
    end: () => {
      this.#sentAll = true
      if (!this.gone) this.out.queue()
    },
    // What was to be sent broke off: so does this.
    fail: () => this.cut(true),
  }

  #write(chunk: Uint8Array): boolean {
    if (this.gone) return true
    this.out.bytes(chunk)
    if (!this.out.blocked) return true
    this.#full = true
    this.expectTaken(this.#options.writeIdleMs)
    return false
  }

  protected writable(): void {
    if (!this.#full) return
    this.#full = false
    this.#sending?.resume()
  }

  flushed(): void {
    if (this.gone) return
    if (this.socket.writableLength > 0) this.expectTaken(this.#options.writeIdleMs)
    if (!this.#sentAll || this.#finSent) return
    this.#finSent = true
    this.out.end()
    this.#closeIfDone()
  }

  // ---- endings

  /** Both directions are closed: once all is with the kernel, so is the socket. */
  #closeIfDone(): void {
    if (this.#finSent && this.#inbound.state >= DONE && this.socket.writableFinished) this.cut()
    else if (this.#finSent && this.#inbound.state >= DONE) this.socket.once('finish', () => this.cut())
  }

  protected lost(fault: HttpFault): void {
    this.#inbound.fail(fault)
    const sending = this.#sending
    this.#sending = null
    if (!this.#sentAll) sending?.cancel()
  }

  protected left(): void {
    this.#options.onLeft(this)
  }

  /** Idleness is judged over both directions, by whoever joined them. */
  protected readTimeout(): void {}

  protected writeTimeout(): void {
    this.cut(true)
    this.lost({ kind: 'timeout', message: 'The peer takes no bytes' })
  }

  /** The listener closes. */
  shut(): void {
    if (this.gone) return
    this.cut()
    this.lost({ kind: 'closed', message: 'The server is closing' })
  }

  closeIdle(): void {}
}
