/** Making a connection: the name looked up, its addresses tried one after the other, TLS if asked for. */
import { connect as connectTcp, isIP, type OnReadOpts, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { Clock, Timer } from '../clock.ts'
import type { Resolver } from './resolve.ts'
import { tlsTrouble } from './tls-trouble.ts'
import type { ClientOptions, ConnectTo, HttpFault } from './transport.ts'

export interface Destination {
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly port: number
}

/** What dialing needs to know beyond the destination. */
export interface Dialer {
  readonly clock: Clock
  readonly resolver: Resolver
  readonly options: Pick<ClientOptions, 'connectTo' | 'tls' | 'mayConnect'>
}

export interface DialOptions {
  /** 0 for no limit. */
  readonly connectMs: number
  /** How a plain socket reads, if not by events. */
  readonly onread?: OnReadOpts
}

export interface Dialing {
  cancel(): void
}

/** Calls back once, later, with a connected socket or what went wrong; never after `cancel`. */
export function dial(
  dialer: Dialer,
  to: Destination,
  options: DialOptions,
  done: (fault: HttpFault | null, socket: Socket | null) => void,
): Dialing {
  const { host, port } = placeOf(to, dialer.options.connectTo)
  // Where the command line leads is the operator's own doing.
  const mayConnect = isMapped(to, { host, port }) ? undefined : dialer.options.mayConnect
  let phase: 'resolve' | 'connect' = 'resolve'
  let socket: Socket | null = null
  let timer: Timer | null = null
  let open = true

  function finish(fault: HttpFault | null): void {
    if (!open) return
    open = false
    timer?.cancel()
    if (fault !== null) socket?.destroy()
    done(fault, fault === null ? socket : null)
  }

  function timedOut(): void {
    const message =
      phase === 'resolve' ? 'The name was not resolved in time' : 'The connection was not made in time'
    finish({ kind: 'timeout', message, phase, sent: false, reused: false })
  }

  function attempt(addresses: readonly string[], index: number): void {
    if (!open) return
    phase = 'connect'
    const place = { host: addresses[index]!, port }
    const trying = startSocket(dialer, to, { place, onread: options.onread }, (error) => {
      if (error === null) {
        finish(null)
        return
      }
      trying.destroy()
      if (index + 1 < addresses.length) attempt(addresses, index + 1)
      else finish(connectFault(to, error))
    })
    socket = trying
  }

  if (options.connectMs > 0) timer = dialer.clock.after(options.connectMs, timedOut)
  dialer.resolver.resolve(host, (error, addresses) => {
    const allowed = addresses.filter((address) => mayConnect?.(host, address) ?? true)
    if (error === null && allowed.length > 0) attempt(allowed, 0)
    else if (error === null) finish(forbidden())
    else finish({ kind: 'dns', message: error, phase, sent: false, reused: false })
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
  to: Destination,
  how: { place: { host: string; port: number }; onread: OnReadOpts | undefined },
  done: (error: NodeJS.ErrnoException | null) => void,
): Socket {
  const secure = to.scheme === 'https'
  const socket = secure
    ? connectTls({
        ...how.place,
        ALPNProtocols: ['http/1.1'],
        ...(isIP(to.host) === 0 ? { servername: to.host } : {}),
        ...dialer.options.tls,
      })
    : connectTcp({ ...how.place, noDelay: true, ...(how.onread === undefined ? {} : { onread: how.onread }) })
  const onError = (error: NodeJS.ErrnoException) => done(error)
  socket.on('error', onError)
  socket.once(secure ? 'secureConnect' : 'connect', () => {
    done(null)
    // Only now: whoever took the socket over listens for errors itself.
    socket.off('error', onError)
  })
  return socket
}

function connectFault(to: Destination, error: NodeJS.ErrnoException): HttpFault {
  const tls = to.scheme === 'https' && error.syscall !== 'connect'
  const what = tls ? 'The TLS handshake failed' : 'The connection was not made'
  const message = `${what}: ${error.code ?? 'unknown'}${tls ? tlsTrouble(error.code) : ''}`
  return { kind: tls ? 'tls' : 'connect', message, phase: 'connect', sent: false, reused: false }
}

function forbidden(): HttpFault {
  const message = 'The address is none that may be connected to'
  return { kind: 'connect', message, phase: 'connect', sent: false, reused: false }
}

function isMapped(to: Destination, place: { host: string; port: number }): boolean {
  return place.port !== to.port || (place.host !== to.host && `[${place.host}]` !== to.host)
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
