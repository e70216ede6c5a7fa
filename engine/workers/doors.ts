/**
 * What the parent listens on, for all workers. It accepts, and hands each connection to the next worker in turn: the kernel, choosing by a
 * hash or by who wakes first, leaves a few long-lived connections unevenly spread, and gives half of the new ones to a worker that hangs.
 */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { DoorWish, OpenDoor, Sharing, ToWorker } from './messages.ts'

/** A worker, as far as it takes connections. */
export interface Taker {
  /** It serves, and answers. */
  readonly takes: boolean
  send(message: ToWorker, connection: Socket): void
}

/** As many as the kernel will queue, and as many again that wait here for a worker. */
const BACKLOG = 4096
const MOST_WAITING = 4096
/** A worker that has not said yet that it got as many is passed over. */
const MOST_UNTOLD = 256

interface Doorway {
  readonly door: OpenDoor
  readonly server: Server
  /** Workers that have a server behind it, in turn. */
  readonly takers: Taker[]
  readonly waiting: Socket[]
}

interface Sent {
  readonly way: Doorway
  readonly socket: Socket
}

export class Doors {
  readonly #byKey = new Map<string, Promise<Doorway>>()
  readonly #byId = new Map<number, { readonly key: string; readonly way: Doorway }>()
  /** Sent, and not yet known to have arrived; the oldest first. */
  readonly #sent = new Map<Taker, Sent[]>()
  readonly #sharing: Sharing
  #nextId = 1

  constructor(sharing: Sharing) {
    this.#sharing = sharing
  }

  /** Rejects with what the system says if the port cannot be had. */
  async open({ host, port, name }: DoorWish, taker: Taker): Promise<OpenDoor> {
    const key = port === 0 ? `${host} ${name}` : `${host}:${port}`
    let opening = this.#byKey.get(key)
    if (opening === undefined) this.#byKey.set(key, (opening = this.#listen(key, { host, port })))
    const way = await opening.catch((error) => {
      this.#byKey.delete(key)
      throw error
    })
    if (!way.takers.includes(taker)) way.takers.push(taker)
    return way.door
  }

  /** The worker has no server behind it any more. */
  shut(id: number, taker: Taker): void {
    const found = this.#byId.get(id)
    if (found === undefined) return
    remove(found.way.takers, taker)
    if (found.way.takers.length === 0) this.#close(found)
  }

  /** The worker got that many. */
  took(count: number, taker: Taker): void {
    for (const { socket } of this.#sent.get(taker)?.splice(0, count) ?? []) socket.destroy()
    this.serveWaiting()
  }

  /** The worker is gone: what it did not get is for the others. Its doors stay open for whoever replaces it. */
  left(taker: Taker): void {
    const back = this.#sent.get(taker) ?? []
    this.#sent.delete(taker)
    for (const { way } of this.#byId.values()) remove(way.takers, taker)
    for (const { way, socket } of back) this.#hand(way, socket)
  }

  /** Workers have begun to serve, or caught up. */
  serveWaiting(): void {
    for (const { way } of this.#byId.values()) {
      for (const socket of way.waiting.splice(0)) this.#hand(way, socket)
    }
  }

  /** Nothing new comes in. */
  close(): void {
    for (const found of [...this.#byId.values()]) this.#close(found)
  }

  #close({ key, way }: { readonly key: string; readonly way: Doorway }): void {
    this.#byKey.delete(key)
    this.#byId.delete(way.door.id)
    way.server.close()
    for (const socket of way.waiting.splice(0)) socket.destroy()
  }

  async #listen(key: string, at: { readonly host: string; readonly port: number }): Promise<Doorway> {
    const server = createServer({ pauseOnConnect: true, noDelay: true })
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen({ ...at, backlog: BACKLOG }, () => {
        server.off('error', reject)
        // No descriptors left, for one: it goes on listening.
        server.on('error', () => {})
        resolve()
      })
    })
    const { address, port } = server.address() as AddressInfo
    const door = { sharing: this.#sharing, id: this.#nextId++, host: address, port }
    const way: Doorway = { door, server, takers: [], waiting: [] }
    this.#byId.set(door.id, { key, way })
    // It was free for us alone, so it is for those who share it.
    if (this.#sharing === 'kernel') await new Promise((resolve) => server.close(resolve))
    server.on('connection', (socket) => {
      socket.on('error', () => {})
      this.#hand(way, socket)
    })
    return way
  }

  #hand(way: Doorway, socket: Socket): void {
    if (socket.destroyed) return
    const taker = this.#next(way)
    if (taker === undefined) {
      if (way.waiting.length < MOST_WAITING) way.waiting.push(socket)
      else socket.destroy()
      return
    }
    let sent = this.#sent.get(taker)
    if (sent === undefined) this.#sent.set(taker, (sent = []))
    sent.push({ way, socket })
    taker.send({ kind: 'connection', door: way.door.id }, socket)
  }

  #next({ takers }: Doorway): Taker | undefined {
    const at = takers.findIndex((taker) => taker.takes && (this.#sent.get(taker)?.length ?? 0) < MOST_UNTOLD)
    if (at === -1) return undefined
    const [taker] = takers.splice(at, 1)
    takers.push(taker!)
    return taker
  }
}

function remove<T>(list: T[], item: T): void {
  const at = list.indexOf(item)
  if (at !== -1) list.splice(at, 1)
}
