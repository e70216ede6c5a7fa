/**
 * Sockets that read into one buffer of the process. The kernel's bytes are looked at before the next socket is read,
 * so nothing is allocated per read and an idle connection holds no memory for what it may say.
 */
import { Socket } from 'node:net'
import type { Connection } from './connection.ts'

const READ_BYTES = 64 * 1024
const shared = Buffer.allocUnsafeSlow(READ_BYTES)

/** The `onread` of a socket whose connection is made after it. */
export interface Reader {
  connection: Connection | null
  readonly onread: {
    readonly buffer: Uint8Array
    readonly callback: (size: number, buf: Uint8Array) => boolean
  }
}

export function newReader(): Reader {
  const reader: Reader = {
    connection: null,
    onread: {
      buffer: shared,
      callback: (size, buf) => reader.connection === null || reader.connection.bytesIn(buf as Buffer, size),
    },
  }
  return reader
}

/** Feeds a connection from a socket that knows no `onread`, such as one of TLS. */
export function readByEvents(socket: Socket, connection: Connection): void {
  socket.on('data', (chunk: Buffer) => void connection.bytesIn(chunk, chunk.length))
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
