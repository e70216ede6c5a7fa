/** One place that requests go to: its idle connections, and how a new one is made. */
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Timer } from '../../clock.ts'
import type { ClientOptions, ConnectTo, HttpFault } from '../transport.ts'
import { ClientConnection } from './client-connection.ts'
import { newReader, readByEvents } from './read-socket.ts'
import type { Resolver } from './resolve.ts'

export interface Origin {
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly port: number
  /** Idle connections, the last used at the end. */
  readonly idle: ClientConnection[]
}

export interface Dialing {
  cancel(): void
}

/** What dialing needs to know beyond the origin. */
export interface Dialer {
  readonly options: ClientOptions
  readonly resolver: Resolver
  readonly open: Set<ClientConnection>
  closing: boolean
}

/** Connects, trying the addresses of the name one after the other. Calls back once, unless cancelled. */
export function dial(
  dialer: Dialer,
  origin: Origin,
  connectMs: number,
  done: (fault: HttpFault | null, connection: ClientConnection | null) => void,
): Dialing {
  const { clock } = dialer.options
  const { host, port } = placeOf(origin, dialer.options.connectTo)
  let phase: 'resolve' | 'connect' = 'resolve'
  let socket: Socket | null = null
  let timer: Timer | null = connectMs > 0 ? clock.after(connectMs, () => timedOut()) : null
  let open = true

  function finish(fault: HttpFault | null, connection: ClientConnection | null): void {
    if (!open) return
    open = false
    timer?.cancel()
    timer = null
    if (connection === null) socket?.destroy()
    done(fault, connection)
  }

  function timedOut(): void {
    const message =
      phase === 'resolve' ? 'The name was not resolved in time' : 'The connection was not made in time'
    finish({ kind: 'timeout', message, phase, sent: false, reused: false }, null)
  }

  function attempt(addresses: readonly string[], index: number): void {
    if (!open) return
    phase = 'connect'
    const trying = startSocket(dialer, origin, { address: addresses[index]!, port }, (error, connection) => {
      if (error === null) {
        finish(null, connection)
        return
      }
      trying.destroy()
      if (index + 1 < addresses.length) attempt(addresses, index + 1)
      else finish(connectFault(origin, error), null)
    })
    socket = trying
  }

  dialer.resolver.resolve(host, (error, addresses) => {
    if (error !== null) finish({ kind: 'dns', message: error, phase, sent: false, reused: false }, null)
    else attempt(addresses, 0)
  })
  return {
    cancel() {
      open = false
      timer?.cancel()
      socket?.destroy()
    },
  }
}

function startSocket(
  dialer: Dialer,
  origin: Origin,
  place: { address: string; port: number },
  done: (error: NodeJS.ErrnoException | null, connection: ClientConnection | null) => void,
): Socket {
  const secure = origin.scheme === 'https'
  const reader = newReader()
  const socket = secure
    ? connectTls({
        host: place.address,
        port: place.port,
        ALPNProtocols: ['http/1.1'],
        ...(isIP(origin.host) === 0 ? { servername: origin.host } : {}),
        ...dialer.options.tls,
      })
    : connectTcp({ host: place.address, port: place.port, noDelay: true, onread: reader.onread })
  const onError = (error: NodeJS.ErrnoException) => done(error, null)
  socket.on('error', onError)
  socket.once(secure ? 'secureConnect' : 'connect', () => {
    const connection = new ClientConnection(socket, origin, dialer)
    socket.off('error', onError)
    if (secure) readByEvents(socket, connection)
    else reader.connection = connection
    done(null, connection)
  })
  return socket
}

function connectFault(origin: Origin, error: NodeJS.ErrnoException): HttpFault {
  const tls = origin.scheme === 'https' && error.syscall !== 'connect'
  const kind = tls ? 'tls' : 'connect'
  const what = tls ? 'The TLS handshake failed' : 'The connection was not made'
  return {
    kind,
    message: `${what}: ${error.code ?? 'unknown'}`,
    phase: 'connect',
    sent: false,
    reused: false,
  }
}

/** Where to connect, the map of the command line considered. The first entry that fits wins, as with curl. */
export function placeOf(
  origin: { host: string; port: number },
  map: readonly ConnectTo[],
): { host: string; port: number } {
  const host = origin.host.startsWith('[') ? origin.host.slice(1, -1) : origin.host
  for (const entry of map) {
    if (entry.host !== '' && entry.host.toLowerCase() !== host.toLowerCase()) continue
    if (entry.port !== 0 && entry.port !== origin.port) continue
    return {
      host: entry.toHost === '' ? host : entry.toHost,
      port: entry.toPort === 0 ? origin.port : entry.toPort,
    }
  }
  return { host, port: origin.port }
}

/** The next usable idle connection, the one used last first: the others may grow old and go. */
export function takeIdle(origin: Origin): ClientConnection | null {
  for (;;) {
    const connection = origin.idle.pop()
    if (connection === undefined) return null
    if (connection.usable) return connection
  }
}
