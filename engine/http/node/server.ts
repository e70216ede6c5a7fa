/** Listening with Node's server. Its own deadlines, counts and refusals are switched off: ours are in `server-connection.ts`. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, type Socket, Server as TcpServer } from 'node:net'
import { refusal } from '../faults.ts'
import { IDLE_CUT_MS } from '../limits.ts'
import { dateValues } from '../own/write-head.ts'
import type { HttpFault, Listener, ListenOptions, ServerHandler } from '../transport.ts'
import { ServerConnection, type ServerContext } from './server-connection.ts'

const BACKLOG = 4096

export function listen(options: ListenOptions, handler: ServerHandler): Promise<Listener> {
  const connections = new Map<Socket, ServerConnection>()
  let whenEmpty: (() => void) | null = null
  const context: ServerContext = {
    handler,
    limits: options.limits,
    clock: options.clock,
    halfClose: options.halfClose ?? 'answer',
    dateValue: dateValues(options.clock),
    trouble: options.onTrouble ?? (() => {}),
    draining: false,
  }
  const server = createServer({
    maxHeaderSize: options.limits.maxHeadBytes,
    headersTimeout: 0,
    requestTimeout: 0,
    keepAliveTimeout: 0,
    requireHostHeader: false,
    insecureHTTPParser: false,
    noDelay: true,
  })
  server.maxHeadersCount = 0
  server.timeout = 0
  // Not in the types: a client that ended its side still gets its answer.
  ;(server as unknown as { httpAllowHalfOpen: boolean }).httpAllowHalfOpen = true

  server.on('connection', (socket: Socket) => {
    const connection = new ServerConnection(socket, context)
    connections.set(socket, connection)
    socket.on('close', () => {
      connections.delete(socket)
      if (connections.size === 0) whenEmpty?.()
    })
    socket.on('error', () => {})
    if (connections.size > context.limits.maxConnections)
      connection.refuse(refusal('overloaded', 'Too many connections'))
  })
  const take = (expects: boolean) => (request: IncomingMessage, response: ServerResponse) =>
    connections.get(request.socket)?.take(request, response, expects)
  server.on('request', take(false))
  server.on('checkContinue', take(true))
  server.on('checkExpectation', take(false))
  server.on('connect', (_request: IncomingMessage, socket: Socket) =>
    connections.get(socket)?.parserFailed(refusal('unsupported_method', 'CONNECT is not offered', 405)),
  )
  server.on('clientError', (error: ParserError, socket: Socket) => {
    const fault = parserFault(error)
    if (fault !== null) connections.get(socket)?.parserFailed(fault)
  })

  function shutDoor(): void {
    if (options.door !== undefined) options.door.close()
    // Node's own close cuts idle connections at once, and a request on its way would meet a reset.
    TcpServer.prototype.close.call(server)
  }

  function drain(): Promise<void> {
    context.draining = true
    shutDoor()
    const cut = options.clock.after(IDLE_CUT_MS, () => {
      for (const connection of connections.values()) connection.closeIdle()
    })
    return new Promise<void>((resolve) => {
      whenEmpty = () => {
        cut.cancel()
        resolve()
      }
      if (connections.size === 0) whenEmpty()
    })
  }

  function listening(host: string, port: number): Listener {
    return {
      host,
      port,
      get connections() {
        return connections.size
      },
      rebind(next, limits, halfClose) {
        context.handler = next
        context.limits = limits
        context.halfClose = halfClose ?? context.halfClose
      },
      drain,
      close() {
        shutDoor()
        for (const connection of connections.values()) connection.gone('The server is closing', true)
      },
    }
  }

  const { host, port, reusePort = false, door } = options
  if (door !== undefined) {
    door.open((socket) => server.emit('connection', socket))
    // Node's server looks after its time limits from then on.
    server.emit('listening')
    return Promise.resolve(listening(door.host, door.port))
  }
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, reusePort, backlog: BACKLOG }, () => {
      server.off('error', reject)
      server.on('error', (error) => context.trouble(`The listener is in trouble: ${error.message}`))
      const address = server.address() as AddressInfo
      resolve(listening(address.address, address.port))
    })
  })
}

interface ParserError extends Error {
  readonly code?: string
  readonly rawPacket?: Buffer
}

/** What the parser's error means to the client; null if the client has simply gone. */
function parserFault(error: ParserError): HttpFault | null {
  switch (error.code) {
    case 'HPE_HEADER_OVERFLOW':
      return overflow(error.rawPacket)
    case 'HPE_INVALID_METHOD':
      return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+ /.test(error.rawPacket?.toString('latin1', 0, 300) ?? '')
        ? refusal('unsupported_method', 'The method is not known')
        : refusal('bad_request', 'The request line does not begin with a method')
    case 'HPE_INVALID_VERSION':
      return refusal('unsupported_version', 'The only versions known are HTTP/1.1 and HTTP/1.0')
    case 'ECONNRESET':
    case 'EPIPE':
    case 'HPE_INVALID_EOF_STATE':
      return null
    default:
      return refusal('bad_request', `The request is malformed: ${error.code ?? 'unknown'}`)
  }
}

function overflow(packet: Buffer | undefined): HttpFault {
  if (packet !== undefined && packet.indexOf('\r\n') === -1)
    return refusal('target_too_long', 'The request target is too long')
  return refusal('headers_too_large', 'The request head is too large')
}
