/**
 * Level B: the same worlds over real sockets. The engine speaks by a real transport, clients and upstreams are sockets of ours that send
 * in pieces cut at random places. Time is still the hand-turned clock: it moves on only when the sockets have come to rest.
 */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { ConnectTo, HttpFault, Listener, Transport } from '#engine/http/transport.ts'
import type { Chance } from './chance.ts'
import type { SimClock } from './clock.ts'
import type { Client } from './server.ts'
import type { Behaviour, BodySpec, RequestSpec } from './spec.ts'
import { fieldValue, type Message, type WireReader, wireReader } from './wire-parser.ts'

export interface SocketOptions {
  readonly clock: SimClock
  readonly chance: Chance
  readonly transport: Transport
  readonly broken: (rule: string, what: string) => void
  readonly trace: (line: string) => void
  readonly seen: (what: string) => void
  /** Connections are used for more than one request. */
  readonly reuses: boolean
  readonly behaviour: (host: string, marker: number) => Behaviour
  readonly heard: (call: WireCall) => void
  /** The engine gave it up before it had an answer. */
  readonly givenUp: (call: WireCall) => void
  /** How long the engine waits for the head of an answer; Infinity for ever. */
  readonly timeoutMs: (host: string) => number
}

/** A call as an upstream saw it. */
export interface WireCall {
  readonly request: { readonly host: string }
  readonly marker: number
  readonly at: number
  state: 'waiting' | 'answered' | 'failed' | 'aborted'
  status: number
  fault: HttpFault['kind'] | null
  toldAt: number
  over: boolean
  readonly answer: null
}

export interface Sockets {
  readonly transport: Transport
  readonly connectTo: readonly ConnectTo[]
  readonly calls: readonly WireCall[]
  /**
   * On a connection of its own or on one that was used before, perhaps while the answer to another request is still awaited
   * there. `taken` is told when it is its turn; null where nobody listens.
   */
  send(port: number, spec: RequestSpec, taken: (client: Client) => void): Client | null
  /** Nothing moves on any wire. */
  settled(): Promise<void>
  close(): Promise<void>
}

/** A connection of a client, and the requests on it that were not answered yet, first first. */
interface Connection {
  readonly socket: Socket
  readonly port: number
  readonly reader: WireReader
  readonly queue: Waiting[]
  /** What was not said yet; requests follow one another whole. */
  saying: boolean
}

interface Waiting {
  readonly client: Client
  readonly taken: (client: Client) => void
  readonly end: (how: NonNullable<Client['end']>) => void
}

/** So many rounds of the event loop without a byte: then there is none on its way. */
const quietRounds = 6

export async function openSockets(hosts: readonly string[], options: SocketOptions): Promise<Sockets> {
  const { clock, chance, transport } = options
  const calls: WireCall[] = []
  const ports = new Map<number, Listener>()
  const connections = new Set<Connection>()
  const open = new Set<Socket>()
  let moves = 0
  const moved = () => void moves++

  const servers = await Promise.all(hosts.map((host) => listening(host)))
  const connectTo = hosts.map((host, i) => ({
    host,
    port: 80,
    toHost: '127.0.0.1',
    toPort: (servers[i]!.address() as AddressInfo).port,
  }))

  return {
    transport: {
      ...transport,
      async listen(asked, handler) {
        if (ports.has(asked.port)) throw new Error(`port ${asked.port} is taken`)
        const listener = await transport.listen({ ...asked, host: '127.0.0.1', port: 0 }, handler)
        const { drain, close } = listener
        const free = () => {
          if (ports.get(asked.port) === listener) ports.delete(asked.port)
        }
        listener.drain = () => {
          free()
          return drain.call(listener)
        }
        listener.close = () => {
          free()
          close.call(listener)
        }
        ports.set(asked.port, listener)
        return listener
      },
    },
    connectTo,
    calls,
    send,
    async settled() {
      for (let quiet = 0; quiet < quietRounds; quiet++) {
        const before = moves
        await new Promise((resolve) => setImmediate(resolve))
        if (moves !== before) quiet = -1
      }
    },
    async close() {
      for (const socket of open) socket.destroy()
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
    },
  }

  function watch(socket: Socket): void {
    open.add(socket)
    socket.on('error', moved)
    socket.on('data', moved)
    socket.on('close', () => {
      moved()
      open.delete(socket)
    })
    moved()
  }

  /** In pieces, each in a turn of its own, then goes on. Nothing is said any more once the socket is gone. */
  function say(socket: Socket, text: string, then: () => void = () => {}): void {
    if (socket.destroyed) return
    moved()
    if (text === '') return then()
    const size = chance.often(0.3) ? text.length : 1 + chance.below(Math.min(text.length, 40))
    socket.write(Buffer.from(text.slice(0, size), 'latin1'))
    setImmediate(() => say(socket, text.slice(size), then))
  }

  /** The content of a message as its writer means it to come. */
  function sayBody(
    socket: Socket,
    body: BodySpec,
    ends: { whole(): void; breaks(): void; leaves(): void },
  ): void {
    const { text, sized, comes, gapMs } = body
    const piece = (part: string) =>
      sized || part === '' ? part : `${part.length.toString(16)}\r\n${part}\r\n`
    const last = sized ? '' : '0\r\n\r\n'
    if (comes === 'whole') return say(socket, piece(text) + last, ends.whole)
    const half = Math.ceil(text.length / 2)
    clock.after(gapMs, () => say(socket, piece(text.slice(0, half))))
    if (comes === 'stalls') return
    clock.after(gapMs * 2, () => {
      if (comes === 'slowly') say(socket, piece(text.slice(half)) + last, ends.whole)
      else if (!socket.destroyed) ends[comes]()
    })
  }

  // ---- clients -------------------------------------------------------------------------------------------------

  function send(port: number, spec: RequestSpec, taken: (client: Client) => void): Client | null {
    const connection = reusable(port, spec) ?? dialled(port)
    if (connection === null) return null
    const { socket, queue } = connection
    const client: Client = {
      spec,
      sentAt: clock.now(),
      got: null,
      end: null,
      endedAt: 0,
      leave: () => {
        if (client.end !== null) return
        end('left')
        connections.delete(connection)
        socket.resetAndDestroy()
      },
    }
    const end = (how: NonNullable<Client['end']>) => {
      if (client.end !== null) return
      client.end = how
      client.endedAt = clock.now()
      options.trace(`end ${spec.marker} ${how}`)
    }
    queue.push({ client, taken, end })
    if (queue.length === 1) taken(client)
    else options.seen('sockets: pipelined')
    const { body } = spec
    const framing =
      body.text === ''
        ? ''
        : body.sized
          ? `content-length: ${body.text.length}\r\n`
          : 'transfer-encoding: chunked\r\n'
    const method = body.text === '' ? 'GET' : 'POST'
    const head = `${method} /r${spec.marker} HTTP/1.1\r\nhost: localhost\r\nx-marker: ${spec.marker}\r\ncontent-type: application/json\r\n${framing}\r\n`
    connection.saying = true
    const said = () => void (connection.saying = false)
    const ends = { whole: said, breaks: () => say(socket, 'zz\r\n'), leaves: client.leave }
    say(socket, head, () => (body.text === '' ? said() : sayBody(socket, body, ends)))
    return client
  }

  /** One that the server holds open; its earlier requests are answered, or will be in turn. */
  function reusable(port: number, { body, leavesAt }: RequestSpec): Connection | null {
    if (!options.reuses || !chance.often(0.7)) return null
    for (const connection of connections) {
      const { queue, saying, socket } = connection
      if (connection.port !== port || saying || socket.destroyed) continue
      if (queue.length === 0) {
        options.seen('sockets: a connection used again')
        return connection
      }
      const behind = queue.length < 3 && body.comes === 'whole' && leavesAt === null
      if (
        behind &&
        queue.every(({ client: { spec } }) => spec.body.comes === 'whole' && spec.leavesAt === null)
      )
        return connection
    }
    return null
  }

  function dialled(port: number): Connection | null {
    const listener = ports.get(port)
    if (listener === undefined) return null
    const socket = connect(listener.port, '127.0.0.1')
    socket.setNoDelay(true)
    watch(socket)
    const connection: Connection = { socket, port, reader: wireReader(), queue: [], saying: false }
    connections.add(connection)
    socket.on('data', (bytes: Buffer) => {
      try {
        connection.reader.push(bytes)
        while (hear(connection));
      } catch (error) {
        const marker = connection.queue[0]?.client.spec.marker
        options.broken('I4', `answer to ${marker}: ${(error as Error).message}`)
        gone(connection)
      }
    })
    socket.on('end', () => gone(connection))
    socket.on('close', () => gone(connection))
    return connection
  }

  function gone(connection: Connection): void {
    connections.delete(connection)
    for (const { end } of connection.queue.splice(0)) end('cut')
  }

  /** True: a whole answer was taken out, and there may be another. */
  function hear(connection: Connection): boolean {
    const { reader, queue } = connection
    const { head } = reader
    const [first] = queue
    if (head !== null && first === undefined) throw new Error(`nobody asked: ${head.start}`)
    if (first === undefined) return false
    const { client, end } = first
    if (head !== null && client.got === null) {
      const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(head.start)?.[1])
      client.got = { status, headers: lowered(head.headers), body: '', at: clock.now() }
      options.trace(`answer ${client.spec.marker} ${status}`)
    }
    if (client.got !== null) client.got.body = reader.soFar
    const message = reader.take()
    if (message === null) return false
    client.got!.body = message.body
    queue.shift()
    end('whole')
    if (fieldValue(message.headers, 'connection') === 'close') gone(connection)
    const [next] = queue
    if (next !== undefined) next.taken(next.client)
    return true
  }

  // ---- upstreams -----------------------------------------------------------------------------------------------

  function listening(host: string): Promise<Server> {
    const server = createServer((socket) => {
      socket.setNoDelay(true)
      watch(socket)
      const reader = wireReader()
      let current: WireCall | null = null
      let wholeAt = Infinity
      socket.on('data', (bytes: Buffer) => {
        try {
          reader.push(bytes)
          const { head } = reader
          if (head !== null && (current === null || current.over)) {
            current = callOf(host, head)
            wholeAt = Infinity
          }
          const message = reader.take()
          if (message === null) return
          if (reader.head !== null) options.broken('I3', `two calls at a time on one connection to ${host}`)
          wholeAt = clock.now()
          respond(socket, current!)
        } catch (error) {
          options.broken('I4', `request to ${host}: ${(error as Error).message}`)
          socket.destroy()
        }
      })
      socket.on('close', () => {
        if (current === null || current.over) return
        current.over = true
        if (current.state === 'waiting' && clock.now() - wholeAt >= options.timeoutMs(host)) {
          current.fault = 'timeout'
          current.state = 'failed'
          options.heard(current)
        } else if (current.state === 'waiting') {
          current.state = 'aborted'
          options.givenUp(current)
        } else current.state = 'aborted'
      })
    })
    return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
  }

  function callOf(host: string, { headers }: Pick<Message, 'headers'>): WireCall {
    const marker = Number(fieldValue(headers, 'x-marker') ?? 0)
    const call: WireCall = {
      request: { host },
      marker,
      at: clock.now(),
      state: 'waiting',
      status: 0,
      fault: null,
      toldAt: Infinity,
      over: false,
      answer: null,
    }
    calls.push(call)
    options.trace(`call ${host} ${marker}`)
    return call
  }

  function respond(socket: Socket, call: WireCall): void {
    const behaviour = options.behaviour(call.request.host, call.marker)
    if (behaviour.kind === 'never') return
    clock.after(behaviour.delayMs, () => {
      if (call.over || socket.destroyed) return
      call.toldAt = clock.now()
      if (behaviour.kind === 'fault') return fail(socket, call, behaviour.fault as 'reset' | 'bad_response')
      answer(socket, call, behaviour)
    })
  }

  /** Something of an answer comes first, so that the call is certainly not made again. */
  function fail(socket: Socket, call: WireCall, fault: 'reset' | 'bad_response'): void {
    call.state = 'failed'
    call.fault = fault
    call.over = true
    options.heard(call)
    if (fault === 'bad_response') say(socket, 'HTTP/1.1 2x0 OK\r\n\r\n', () => socket.destroy())
    else say(socket, 'HTTP/1.1 2', () => socket.destroy())
  }

  function answer(socket: Socket, call: WireCall, { status, body }: Behaviour & { kind: 'answer' }): void {
    call.state = 'answered'
    call.status = status
    options.heard(call)
    const close = chance.often(0.3)
    const framing = body.sized ? `content-length: ${body.text.length}` : 'transfer-encoding: chunked'
    const head = `HTTP/1.1 ${status} Said\r\ncontent-type: application/json\r\nx-by: ${call.request.host}\r\n${framing}\r\n${close ? 'connection: close\r\n' : ''}\r\n`
    const done = () => {
      call.over = true
      if (close) socket.end()
    }
    const broken = () => {
      call.over = true
      socket.destroy()
    }
    say(socket, head, () => sayBody(socket, body, { whole: done, breaks: broken, leaves: broken }))
  }
}

function lowered(headers: readonly string[]): string[] {
  return headers.map((text, i) => (i % 2 === 0 ? text.toLowerCase() : text))
}
