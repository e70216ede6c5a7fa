/** Listening: accepts connections, counts them, and lets them go. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { refusal } from '../faults.ts'
import { IDLE_CUT_MS } from '../limits.ts'
import type { Listener, ListenOptions, ServerHandler } from '../transport.ts'
import { adopt } from './read-socket.ts'
import { ServerConnection, type ServerContext } from './server-connection.ts'
import type { TunnelEnd } from './tunnel-end.ts'
import { dateLines } from './write-head.ts'

/** As many as the kernel will queue. */
const BACKLOG = 4096

export function listen(options: ListenOptions, handler: ServerHandler): Promise<Listener> {
  const connections = new Set<ServerConnection | TunnelEnd>()
  let whenEmpty: (() => void) | null = null
  const context: ServerContext = {
    handler,
    limits: options.limits,
    clock: options.clock,
    halfClose: options.halfClose ?? 'answer',
    dateLine: dateLines(options.clock),
    trouble: options.onTrouble ?? (() => {}),
    left(connection) {
      connections.delete(connection)
      if (connections.size === 0) whenEmpty?.()
    },
    joined: (end) => connections.add(end),
    draining: false,
  }
  const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true })
  server.on('connection', (accepted: Socket) => adopt(accepted, accept))

  function accept(socket: Socket): ServerConnection {
    const connection = new ServerConnection(socket, context)
    connections.add(connection)
    if (connections.size > context.limits.maxConnections)
      connection.refuse(refusal('overloaded', 'Too many connections'), false)
    return connection
  }

  function drain(): Promise<void> {
    context.draining = true
    shutDoor()
    // Cut at once, an idle client whose next request is on its way would see a reset.
    const cut = options.clock.after(IDLE_CUT_MS, () => {
      for (const connection of connections) connection.closeIdle()
    })
    return new Promise<void>((resolve) => {
      whenEmpty = () => {
        cut.cancel()
        resolve()
      }
      if (connections.size === 0) whenEmpty()
    })
  }

  function shutDoor(): void {
    if (options.door === undefined) server.close()
    else options.door.close()
  }

  function close(): void {
    shutDoor()
    for (const connection of connections) connection.shut()
  }

  return started(server, options, context).then(({ host, port }): Listener => {
    return {
      host,
      port,
      get connections() {
        return connections.size
      },
      rebind(handler, limits, halfClose) {
        context.handler = handler
        context.limits = limits
        context.halfClose = halfClose ?? context.halfClose
      },
      drain,
      close,
    }
  })
}

function started(
  server: Server,
  options: ListenOptions,
  context: ServerContext,
): Promise<{ readonly host: string; readonly port: number }> {
  const { host, port, reusePort = false, door } = options
  if (door !== undefined) {
    door.open((socket) => server.emit('connection', socket))
    return Promise.resolve(door)
  }
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port, reusePort, backlog: BACKLOG }, () => {
      server.off('error', reject)
      // No descriptors left, for one: whoever is connected is served on.
      server.on('error', (error) => context.trouble(`The listener is in trouble: ${error.message}`))
      const { address, port } = server.address() as AddressInfo
      resolve({ host: address, port })
    })
  })
}
