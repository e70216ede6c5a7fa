/**
 * What leaves on a socket. Small things said in one turn of the event loop leave together, after all reads of that
 * turn, as one latin1 string: the kernel is entered once per message. Large chunks are copied, for the buffer they
 * come in is used again, and leave at once.
 */
import type { Socket } from 'node:net'
import { getSystemErrorName } from 'node:util'
import { ONE_WRITE_BYTES } from '../limits.ts'
import { latin1, writeLatin1 } from './latin1.ts'
import { type Handle, LATER, NOT_SO, straightHandle, writeStraight } from './straight-write.ts'
import { writeThisTurn } from './turn.ts'

const SLAB_BYTES = 80 * 1024
const MAX_FREE_SLABS = 64
const freeSlabs: Buffer[] = []

export class Outbox {
  /** More is waiting than the socket takes; `onDrained` follows. */
  blocked = false
  private readonly socket: Socket
  private readonly onFlushed: () => void
  private readonly onDrained: () => void
  private readonly handle: Handle | null
  private pending = ''
  private queued = false
  /** Octets handed to the socket. */
  sent = 0
  /** Messages written past the stream that the kernel has not taken whole. */
  private underWay = 0

  constructor(socket: Socket, onFlushed: () => void, onDrained: () => void) {
    this.socket = socket
    this.onFlushed = onFlushed
    this.onDrained = onDrained
    this.handle = straightHandle(socket)
    socket.on('drain', () => this.drained())
  }

  /** Adds a latin1 text. */
  text(text: string): void {
    this.pending += text
    if (!this.queued) this.queue()
  }

  /** Adds octets. They may be changed once this returns. */
  bytes(bytes: Uint8Array): void {
    this.part(bytes, 0, bytes.length)
  }

  /** Adds a part of a buffer. */
  part(buf: Uint8Array, from: number, to: number): void {
    if (this.pending.length + to - from <= ONE_WRITE_BYTES) this.text(latin1(buf, from, to))
    else this.large(buf.subarray(from, to))
  }

  private large(bytes: Uint8Array): void {
    const { length } = bytes
    if (this.pending.length + length > SLAB_BYTES) this.write()
    if (length > SLAB_BYTES) {
      this.send(Buffer.from(bytes), undefined)
      return
    }
    const slab = freeSlabs.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES)
    const at = this.pending.length
    if (at > 0) writeLatin1(slab, this.pending)
    slab.set(bytes, at)
    this.pending = ''
    this.send(slab.subarray(0, at + length), () => release(slab))
  }

  private send(chunk: Buffer, done: (() => void) | undefined): void {
    if (!this.socket.writable) return
    this.sent += chunk.length
    if (!this.socket.write(chunk, done) && this.socket.writableLength > 0) this.blocked = true
  }

  /** Something is to be told to `onFlushed` though nothing may be left to write. */
  queue(): void {
    if (this.queued) return
    this.queued = true
    writeThisTurn(this)
  }

  /** Hands everything to the socket now. */
  write(): void {
    const text = this.pending
    if (text === '') return
    this.pending = ''
    if (!this.socket.writable) return
    this.sent += text.length
    if (this.handle !== null && this.socket.writableLength === 0 && this.straight(this.handle, text)) return
    if (!this.socket.write(text, 'latin1') && this.socket.writableLength > 0) this.blocked = true
  }

  /** False: it is for the stream to write. */
  private straight(handle: Handle, text: string): boolean {
    const result = writeStraight(handle, text, this.onTaken)
    if (result === LATER) {
      this.underWay++
      this.blocked = true
    } else if (result < 0) this.socket.destroy(systemError(result))
    return result !== NOT_SO
  }

  private readonly onTaken = () => {
    if (--this.underWay === 0 && this.socket.writableLength === 0) this.drained()
  }

  flush(): void {
    this.queued = false
    this.write()
    this.onFlushed()
  }

  /** Octets that the kernel has not taken yet, for telling a stalled reader from a slow one. */
  get unsent(): number {
    const handle = (this.socket as unknown as { _handle?: { writeQueueSize?: number } })._handle
    // Bytes of a write under way leave the handle's queue one by one, the stream's length only as a whole.
    return this.waiting ? (handle?.writeQueueSize ?? this.socket.writableLength) : 0
  }

  /** Something handed to the socket is not with the kernel yet. */
  get waiting(): boolean {
    return this.underWay > 0 || this.socket.writableLength > 0
  }

  /** Octets said but not yet handed to the socket. */
  get pendingBytes(): number {
    return this.pending.length
  }

  /** Forgets what was said but not handed to the socket. */
  discard(): void {
    this.pending = ''
  }

  /** Calls back once all that was handed to the socket is with the kernel. */
  afterAll(done: () => void): void {
    this.socket.write('', 'latin1', done)
  }

  /** The socket takes more. */
  drained(): void {
    if (!this.blocked || this.underWay > 0) return
    this.blocked = false
    this.onDrained()
  }
}

function systemError(number: number): Error {
  return Object.assign(new Error('write failed'), { code: getSystemErrorName(number) })
}

function release(slab: Buffer): void {
  if (freeSlabs.length < MAX_FREE_SLABS) freeSlabs.push(slab)
}
