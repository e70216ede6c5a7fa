/**
 * Sockets that read into one buffer of the process, so nothing is allocated per read and an idle connection holds no memory for what it
 * may say. What was read is used when all sockets of the turn were read (`turn.ts`).
 */
import { Socket } from 'node:net'
import { readThisTurn } from '../../turn.ts'
import type { Connection } from './connection.ts'

const READ_BYTES = 64 * 1024
const shared = Buffer.allocUnsafeSlow(READ_BYTES)

/** What was read in this turn and waits for all sockets to have been read. */
const arena = Buffer.allocUnsafeSlow(256 * 1024)
/** Longer reads, as of a body that streams, are not worth a copy: they are used at once. */
const MOST_OCTETS = 8 * 1024
let used = 0
let waiting = 0

/** The `onread` of a socket whose connection is made after it. */
export class Reader {
  connection: Connection | null = null
  private from = 0
  private to = 0
  readonly onread = {
    buffer: shared as Uint8Array,
    callback: (size: number, buf: Uint8Array): boolean => this.take(buf as Buffer, size),
  }

  private take(buf: Buffer, size: number): boolean {
    const { connection } = this
    if (connection === null) return true
    this.use()
    if (size > MOST_OCTETS || used + size > arena.length) return connection.bytesIn(buf, 0, size)
    buf.copy(arena, used, 0, size)
    this.from = used
    this.to = used += size
    waiting++
    connection.unread = this
    readThisTurn(this)
    return true
  }

  /** Gives the connection what was read, if it has not been given yet. */
  use(): void {
    const { connection, from, to } = this
    if (to === 0) return
    this.to = 0
    connection!.unread = null
    connection!.bytesIn(arena, from, to)
    if (--waiting === 0) used = 0
  }
}

export function newReader(): Reader {
  return new Reader()
}

/** Feeds a connection from a socket that knows no `onread`, such as one of TLS. */
export function readByEvents(socket: Socket, connection: Connection): void {
  socket.on('data', (chunk: Buffer) => void connection.bytesIn(chunk, 0, chunk.length))
}

interface Accepted {
  _handle: unknown
  server: unknown
  _server: unknown
}

/**
 * Wraps an accepted, paused socket anew so that it reads into the shared buffer: a server has no option for that.
 * Where Node's socket shows no handle, the accepted socket itself is used, at the cost of an allocation per read.
 */
export function adopt(accepted: Socket, make: (socket: Socket) => Connection): void {
  const bare = accepted as unknown as Accepted
  if (bare._handle === null || bare._handle === undefined || typeof bare._handle !== 'object') {
    readByEvents(accepted, make(accepted))
    return
  }
  const reader = newReader()
  const socket = new Socket({
    handle: bare._handle,
    allowHalfOpen: true,
    readable: true,
    writable: true,
    onread: reader.onread,
  } as unknown as ConstructorParameters<typeof Socket>[0])
  const renewed = socket as unknown as Accepted
  // The server counts its connections by these.
  renewed.server = bare.server
  renewed._server = bare._server
  bare._handle = null
  bare._server = null
  reader.connection = make(socket)
  socket.resume()
}
