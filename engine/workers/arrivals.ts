/** The doors of a worker: sockets that its parent listens on, and the servers in this process that take the connections. */
import type { Socket } from 'node:net'
import type { Door, Listener, ListenOptions, Transport } from '../http/transport.ts'
import type { OpenDoor, ToParent, ToWorker } from './messages.ts'

type Take = (socket: Socket) => void

export interface Arrivals {
  /** The transport, but that it listens by asking the parent. */
  readonly transport: Transport
  heard(message: Exclude<ToWorker, { kind: 'ask' | 'look' | 'lookAway' }>, connection: unknown): void
}

interface Wish {
  resolve(door: OpenDoor): void
  reject(error: Error): void
}

export function arrivals(tell: (message: ToParent) => void, transport: Transport): Arrivals {
  const wishes = new Map<number, Wish>()
  /** Who takes what comes by a door: of two configurations the older, until it closes. */
  const takers = new Map<number, Take[]>()
  /** Ports that were asked for by number: a second server in one process cannot have them either. */
  const fixed = new Set<string>()
  let nextId = 1
  let taken = 0

  return {
    transport: {
      ...transport,
      async listen(options, handler) {
        const { door, sharing } = await doorFor(options)
        if (sharing === 'turn') return transport.listen({ ...options, door }, handler)
        const { host, port } = door
        const listener = await transport.listen({ ...options, host, port, reusePort: true }, handler)
        door.open(() => {})
        return closing(listener, door)
      },
    },
    heard(message, connection) {
      switch (message.kind) {
        case 'opened':
          wishes.get(message.id)?.resolve(message.door)
          return void wishes.delete(message.id)
        case 'refused':
          wishes.get(message.id)?.reject(Object.assign(new Error(message.message), { code: message.code }))
          return void wishes.delete(message.id)
        case 'connection':
          return arrived(message.door, connection as Socket | undefined)
      }
    },
  }

  async function doorFor({ host, port, name = '' }: ListenOptions) {
    const place = `${host}:${port}`
    if (port !== 0 && fixed.has(place))
      throw Object.assign(new Error(`listen EADDRINUSE: address already in use ${place}`), {
        code: 'EADDRINUSE',
      })
    const { promise, ...wish } = Promise.withResolvers<OpenDoor>()
    const id = nextId++
    wishes.set(id, wish)
    if (port !== 0) fixed.add(place)
    tell({ kind: 'open', id, host, port, name })
    try {
      const open = await promise
      return { door: doorOf(open, () => fixed.delete(place)), sharing: open.sharing }
    } catch (error) {
      fixed.delete(place)
      throw error
    }
  }

  function doorOf({ id, host, port }: OpenDoor, closed: () => void): Door {
    let mine: Take | null = null
    return {
      host,
      port,
      open(take) {
        mine = take
        takers.set(id, [...(takers.get(id) ?? []), take])
      },
      close() {
        if (mine === null) return
        const left = (takers.get(id) ?? []).filter((take) => take !== mine)
        mine = null
        closed()
        takers.set(id, left)
        if (left.length === 0) tell({ kind: 'shut', door: id })
      },
    }
  }

  function arrived(door: number, socket: Socket | undefined): void {
    if (taken++ === 0) setImmediate(tellTaken)
    // The client may have left while its connection was on the way.
    if (socket === undefined) return
    const take = takers.get(door)?.[0]
    socket.on('error', () => {})
    socket.allowHalfOpen = true
    if (take === undefined) socket.destroy()
    else take(socket)
  }

  function tellTaken(): void {
    tell({ kind: 'took', count: taken })
    taken = 0
  }
}

/** The listener, which also says that it listens no more. */
function closing(listener: Listener, door: Door): Listener {
  return {
    host: listener.host,
    port: listener.port,
    get connections() {
      return listener.connections
    },
    rebind: (...to) => listener.rebind(...to),
    drain() {
      door.close()
      return listener.drain()
    },
    close() {
      door.close()
      listener.close()
    },
  }
}
