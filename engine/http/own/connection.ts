/**
 * What both ends of HTTP have in common: bytes in, held while nobody can take them; bytes out, batched; and two
 * deadlines on one timer that is set again only when it fires too early or too late.
 */
import type { Socket } from 'node:net'
import type { Clock, Timer } from '../../clock.ts'
import { EARLY_BYTES } from '../limits.ts'
import type { HttpFault } from '../transport.ts'
import { Outbox, type OutboxOwner } from './outbox.ts'

const NOTHING = Buffer.alloc(0)
/** How often it is looked whether a peer that is slow to take bytes has taken some. */
const LOOK_MS = 1000

export abstract class Connection implements OutboxOwner {
  readonly socket: Socket
  readonly clock: Clock
  readonly out: Outbox
  /** The peer will send no more. */
  ended = false
  /** And it said so itself. */
  endedCleanly = false
  /** The socket is closed, or as good as. */
  gone = false
  /** What was read and waits for its turn: it comes before whatever else the socket has to tell. */
  unread: { use(): void } | null = null
  private held: Buffer | null = null
  private reading = true
  private pumping = false
  private readBy = Infinity
  private writeBy = Infinity
  private writeMs = 0
  private lastUnsent = 0
  private takenAt = 0
  private timer: Timer | null = null
  private timerDue = Infinity
  private error: Error | null = null
  /** Whose bytes they are since this one was left. */
  private successor: Connection | null = null

  constructor(socket: Socket, clock: Clock) {
    this.socket = socket
    this.clock = clock
    this.out = new Outbox(socket, this)
    socket.on('error', (error) => {
      this.error = error
    })
    socket.on('end', () => this.end())
    socket.on('close', () => this.closed())
  }

  /** The socket broke, and will say that it is closed. */
  protected get failed(): boolean {
    return this.error !== null
  }

  /** Takes bytes and returns the index up to which they were used. Called again with the rest and what came since. */
  protected abstract consume(buf: Buffer, from: number, end: number): number
  /** More bytes may be read and held. */
  protected abstract mayHold(held: number): boolean
  /** The peer ended its side, and what can be used now of what it sent was used. Called again after each `kick`. */
  protected abstract peerEnded(): void
  /** Bytes that came before the connection was lost are still wanted. */
  protected abstract wantsHeld(): boolean
  protected abstract lost(fault: HttpFault): void
  abstract flushed(): void
  protected abstract readTimeout(): void
  protected abstract writeTimeout(): void

  /** Bytes from the socket; the buffer is used again once this returns. */
  bytesIn(buf: Buffer, from: number, to: number): boolean {
    if (this.gone) return this.successor === null || this.successor.bytesIn(buf, from, to)
    const held = this.held
    if (held === null) this.pump(buf, from, to, false)
    else {
      this.held = null
      const all = Buffer.concat([held, buf.subarray(from, to)], held.length + to - from)
      this.pump(all, 0, all.length, true)
    }
    return this.reading
  }

  /** Something changed that may let held bytes be used. */
  kick(): void {
    if (this.pumping || this.gone) return
    const held = this.held ?? NOTHING
    this.held = null
    this.pump(held, 0, held.length, true)
  }

  get heldBytes(): number {
    return this.held === null ? 0 : this.held.length
  }

  /** No further bytes are used. */
  dropHeld(): void {
    this.held = null
  }

  private pump(buf: Buffer, from: number, end: number, ours: boolean): void {
    this.pumping = true
    const to = this.consume(buf, from, end)
    this.pumping = false
    if (this.gone) return
    if (to < end) this.held = ours ? buf.subarray(to, end) : Buffer.from(buf.subarray(to, end))
    if (this.ended) this.peerEnded()
    if (!this.gone) this.setReading(this.mayHold(this.heldBytes))
  }

  private setReading(reading: boolean): void {
    if (reading === this.reading) return
    this.reading = reading
    if (this.socket.destroyed) return
    if (reading) this.socket.resume()
    else this.socket.pause()
  }

  private end(): void {
    this.unread?.use()
    this.ended = true
    this.endedCleanly = true
    this.kick()
  }

  drained(): void {
    this.writeBy = Infinity
    if (this.gone) {
      // What was written before the socket was left has gone out: that is what the next one was waiting for.
      this.successor?.out.drained()
      return
    }
    this.writable()
    this.kick()
  }

  /** The socket takes bytes again. */
  protected abstract writable(): void

  private closed(): void {
    this.unread?.use()
    if (this.gone) return
    if (this.held !== null && this.wantsHeld()) {
      this.ended = true
      return
    }
    this.leave()
    this.lost({ kind: 'reset', message: reason(this.error) })
  }

  /** Cuts the connection, forgetting what was not yet handed to the socket; `lost` is not called. With `visibly`, by a reset, so that no end of data can be read into it. */
  cut(visibly = false): void {
    if (this.gone) return
    this.leave()
    if (visibly) this.socket.resetAndDestroy()
    else this.socket.destroy()
  }

  /**
   * Leaves the socket to another connection: what was said is written, what is held is its to use, and so is `early`, bytes
   * that were being consumed. Nothing of this one is called any more but `left`.
   */
  protected handOver<T extends Connection>(make: (socket: Socket) => T, early: Buffer | null): T {
    this.out.write()
    const next = make(this.socket)
    next.held = early === null ? this.held : early.length === 0 ? null : early
    next.reading = this.reading
    next.ended = this.ended
    next.endedCleanly = this.endedCleanly
    next.out.blocked = this.out.blocked
    this.successor = next
    this.leave()
    return next
  }

  private leave(): void {
    this.gone = true
    this.held = null
    this.out.close()
    this.timer?.cancel()
    this.timer = null
    this.left()
  }

  /** The connection is no more: leave the lists it is in. */
  protected abstract left(): void

  // ---- deadlines

  /** `readTimeout` is called if this is not called again within so many milliseconds; 0 for never. */
  expectBytes(ms: number): void {
    this.readBy = ms === 0 ? Infinity : this.clock.now() + ms
    if (this.readBy < this.timerDue) this.arm(this.readBy)
  }

  /** `writeTimeout` is called if the peer takes nothing for so many milliseconds. */
  expectTaken(ms: number): void {
    if (ms === 0 || this.writeBy !== Infinity) return
    this.writeMs = ms
    this.takenAt = this.clock.now()
    this.lastUnsent = this.out.unsent
    this.writeBy = this.nextLook(this.takenAt)
    if (this.writeBy < this.timerDue) this.arm(this.writeBy)
  }

  private arm(at: number): void {
    this.timer?.cancel()
    this.timerDue = at
    this.timer = this.clock.at(at, this.onTimer)
  }

  private readonly onTimer = () => {
    this.timer = null
    this.timerDue = Infinity
    const now = this.clock.now()
    if (now >= this.writeBy) this.checkTaken(now)
    if (!this.gone && now >= this.readBy) {
      this.readBy = Infinity
      this.readTimeout()
    }
    const next = Math.min(this.readBy, this.writeBy)
    if (!this.gone && next !== Infinity && next < this.timerDue) this.arm(next)
  }

  /** Looked at more often than the deadline alone would have it: when the peer last took something is known to a second. */
  private nextLook(now: number): number {
    return Math.min(now + Math.min(LOOK_MS, this.writeMs / 4), this.takenAt + this.writeMs)
  }

  private checkTaken(now: number): void {
    const unsent = this.out.unsent
    this.writeBy = Infinity
    if (unsent === 0) return
    if (unsent !== this.lastUnsent) {
      this.lastUnsent = unsent
      this.takenAt = now
    } else if (now - this.takenAt >= this.writeMs) {
      this.writeTimeout()
      return
    }
    this.writeBy = this.nextLook(now)
  }
}

/** Bytes of later messages are held up to a bound. */
export function mayHoldEarly(held: number): boolean {
  return held < EARLY_BYTES
}

function reason(error: Error | null): string {
  const code = (error as NodeJS.ErrnoException | null)?.code
  return code === undefined ? 'The connection was closed' : `The connection was lost: ${code}`
}
