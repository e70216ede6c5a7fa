/** One place that requests go to, and its connections at rest. */
import { type Destination, type Dialer, type Dialing, dial } from '../dial.ts'
import type { ClientOptions, HttpFault } from '../transport.ts'
import { ClientConnection } from './client-connection.ts'
import { Queue } from './queue.ts'
import { newReader, readByEvents } from './read-socket.ts'
import type { TunnelEnd } from './tunnel-end.ts'

export interface Origin extends Destination {
  /** Idle connections, the last used at the end. */
  readonly idle: ClientConnection[]
  /** Who waits for one. */
  readonly queue: Queue
}

export function newOrigin(scheme: Origin['scheme'], host: string, port: number): Origin {
  return { scheme, host, port, idle: [], queue: new Queue() }
}

/** What the connections of one client share. */
export interface ClientContext extends Dialer {
  readonly options: ClientOptions
  readonly open: Set<ClientConnection | TunnelEnd>
  closing: boolean
}

/** Makes a new connection. */
export function openConnection(
  context: ClientContext,
  origin: Origin,
  connectMs: number,
  done: (fault: HttpFault | null, connection: ClientConnection | null) => void,
): Dialing {
  const reader = newReader()
  return dial(context, origin, { connectMs, onread: reader.onread }, (fault, socket) => {
    if (socket === null) {
      done(fault, null)
      return
    }
    const connection = new ClientConnection(socket, origin, context)
    if (origin.scheme === 'https') readByEvents(socket, connection)
    else reader.connection = connection
    done(null, connection)
  })
}

/** The next usable idle connection, the one used last first: the others may grow old and go. */
export function takeIdle(origin: Origin): ClientConnection | null {
  for (;;) {
    const connection = origin.idle.pop()
    if (connection === undefined) return null
    if (connection.usable) return connection
  }
}
