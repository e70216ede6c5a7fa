/**
 * What leaves on a socket. Small things said in one turn of the event loop leave together, after all reads of that
 * turn, as one latin1 string: the kernel is entered once per message. Large chunks are copied, for the buffer they
 * come in is used again, and leave at once.
 */
import type { Socket } from 'node:net'
import { getSystemErrorName } from 'node:util'
import { writeThisTurn } from '../../turn.ts'
import { ONE_WRITE_BYTES } from '../limits.ts'
import { latin1, writeLatin1 } from './latin1.ts'
import { type Handle, LATER, NOT_SO, straightHandle, writeStraight } from './straight-write.ts'

const SLAB_BYTES = 80 * 1024
const MAX_FREE_SLABS = 64
const freeSlabs: Buffer[] = []

/** Whose bytes leave here. */
export interface OutboxOwner {
  /** What was said in this turn was handed to the socket. */
  flushed(): void
  /** The socket takes more, after `blocked`. */
  drained(): void
}

export class Outbox {
  /** More is waiting than the socket takes; `onDrained` follows. */
  blocked = false
  private readonly socket: Socket
  private readonly owner: OutboxOwner
  private readonly handle: Handle | null
  private pending = ''
  private queued = false
  /** Octets handed to the socket. */
  sent = 0
  /** Messages written past the stream that the kernel has not taken whole. */
  private underWay = 0
  /** Something was handed to the stream above the handle, and may still be there. */
  private streamed = true
  /** Nothing more leaves here. */
  private closed = false

  constructor(socket: Socket, owner: OutboxOwner) {
    this.socket = socket
    this.owner = owner
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
    if (this.closed || !this.socket.writable) return
    this.sent += chunk.length
    this.streamed = true
    if (!this.socket.write(chunk, done) && this.inStream) this.blocked = true
  }

  /** What the stream holds must not be overtaken. */
  private get inStream(): boolean {
    if (this.streamed && this.socket.writableLength === 0) this.streamed = false
    return this.streamed
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
    if (this.closed || (this.handle !== null && !this.inStream && this.straight(this.handle, text))) return
    if (!this.socket.writable) return
    this.sent += text.length
    this.streamed = true
    if (!this.socket.write(text, 'latin1') && this.inStream) this.blocked = true
  }

  /** False: it is for the stream to write. */
  private straight(handle: Handle, text: string): boolean {
    const result = writeStraight(handle, text, this.onTaken)
    if (result === NOT_SO) return false
    if (result < 0) {
      // Also where Node has closed the handle already, which it says in its own time.
      this.socket.destroy(systemError(result))
      return true
    }
    this.sent += text.length
    if (result === LATER) {
      this.underWay++
      this.blocked = true
    }
    return true
  }

  private readonly onTaken = () => {
    if (--this.underWay === 0 && !this.inStream) this.drained()
  }

  flush(): void {
    this.queued = false
    if (this.pending !== '') this.write()
    this.owner.flushed()
  }

  /** Ends our side of the connection, behind what was said. */
  end(): void {
    this.write()
    this.closed = true
    this.socket.end()
  }

  /** Octets that the kernel has not taken yet, for telling a stalled reader from a slow one. */
  get unsent(): number {
    const handle = (this.socket as unknown as { _handle?: { writeQueueSize?: number } })._handle
    // Bytes of a write under way leave the handle's queue one by one, the stream's length only as a whole.
    return this.waiting ? (handle?.writeQueueSize ?? this.socket.writableLength) : 0
  }

  /** Something handed to the socket is not with the kernel yet. */
  get waiting(): boolean {
    return this.underWay > 0 || this.inStream
  }

  /** Octets said but not yet handed to the socket. */
  get pendingBytes(): number {
    return this.pending.length
  }

  /** Forgets what was said but not handed to the socket, and whatever is said from now on. */
  close(): void {
    this.closed = true
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
    this.owner.drained()
  }
}

function systemError(number: number): Error {
  return Object.assign(new Error('write failed'), { code: getSystemErrorName(number) })
}

function release(slab: Buffer): void {
  if (freeSlabs.length < MAX_FREE_SLABS) freeSlabs.push(slab)
}
