/**
 * What a set does when a real connection breaks, state by state: a first upstream that breaks it just then, and a second that is
 * well. What comes of a request is what its client and the two upstreams saw.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { wheelClock } from '#engine/clock-wheel.ts'
import { checkConfig } from '#engine/config.ts'
import { Event, EventId } from '#engine/event.ts'
import type { BodySource, Transport } from '#engine/http/transport.ts'
import { setFields, statusesOf } from '#engine/http/upstreams/fields.ts'
import { placesOf } from '#engine/http/upstreams/member.ts'
import { Upstreams } from '#engine/http/upstreams.ts'
import { silentLog } from '#engine/log.ts'
import { createMetrics } from '#engine/metrics.ts'
import { Payload } from '#engine/payload.ts'

type Moment = 'accept' | 'first bytes' | 'whole request'

export interface BreakingState {
  readonly name: string
  /** When the upstream acts; null: nothing listens. */
  readonly at: Moment | null
  /** What it still says. */
  readonly says?: string
  readonly how: 'reset' | 'close'
  /** On a connection that has served a request before. */
  readonly reused?: boolean
  /** Whether a byte was sent before is a race. */
  readonly race?: boolean
  /** Only where there is a body to be in the middle of. */
  readonly body?: boolean
}

const head = 'HTTP/1.1 200 OK\r\n'

export const states: readonly BreakingState[] = [
  { name: 'refused: nothing listens', at: null, how: 'reset' },
  { name: 'reset as it is accepted', at: 'accept', how: 'reset', race: true },
  { name: 'closed as it is accepted', at: 'accept', how: 'close', race: true },
  { name: 'reused: closed as the request arrives', at: 'first bytes', how: 'close', reused: true },
  { name: 'reused: reset as the request arrives', at: 'first bytes', how: 'reset', reused: true },
  { name: 'reset within the body of the request', at: 'first bytes', how: 'reset', body: true },
  { name: 'reset after the request', at: 'whole request', how: 'reset' },
  { name: 'closed after the request', at: 'whole request', how: 'close' },
  { name: 'closed within the status line', at: 'whole request', says: 'HTTP/1.1 20', how: 'close' },
  { name: 'closed within the head', at: 'whole request', says: `${head}Content-Le`, how: 'close' },
  { name: 'not HTTP', at: 'whole request', says: 'hello\r\n\r\n', how: 'close' },
  {
    name: 'closed after the head',
    at: 'whole request',
    says: `${head}Content-Length: 9\r\n\r\n`,
    how: 'close',
  },
  {
    name: 'closed within a stated length',
    at: 'whole request',
    says: `${head}Content-Length: 9\r\n\r\nfour`,
    how: 'close',
  },
  {
    name: 'closed within a chunk',
    at: 'whole request',
    says: `${head}Transfer-Encoding: chunked\r\n\r\n9\r\nfour`,
    how: 'close',
  },
  {
    name: 'closed before the last chunk',
    at: 'whole request',
    says: `${head}Transfer-Encoding: chunked\r\n\r\n4\r\nfour\r\n`,
    how: 'close',
  },
]

export interface Sending {
  readonly name: string
  readonly method: string
  readonly octets: number
  readonly streamed: boolean
}

export const sendings: readonly Sending[] = [
  { name: 'GET', method: 'GET', octets: 0, streamed: false },
  { name: 'PUT, 1 KiB held', method: 'PUT', octets: 1024, streamed: false },
  { name: 'PUT, 1 KiB streamed', method: 'PUT', octets: 1024, streamed: true },
  { name: 'PUT, 1 MiB streamed', method: 'PUT', octets: 1 << 20, streamed: true },
  { name: 'POST, no body', method: 'POST', octets: 0, streamed: false },
  { name: 'POST, 1 KiB held', method: 'POST', octets: 1024, streamed: false },
  { name: 'POST, 1 MiB streamed', method: 'POST', octets: 1 << 20, streamed: true },
]

export interface Seen {
  /** What the client got. */
  readonly result: string
  /** The first upstream got bytes of it. */
  readonly seen: boolean
  /** The second upstream got the request, whole. */
  readonly again: boolean
  readonly decision: string
}

/** One cell of the table, played over real sockets. */
export async function play(transport: Transport, state: BreakingState, sending: Sending): Promise<Seen> {
  const clock = wheelClock()
  const breaker = await breaking(state)
  const well = await answering(sending.octets)
  const metrics = createMetrics()
  const client = transport.client({ clock, connectTo: [], idleMs: 4000, maxIdlePerOrigin: 4 })
  const endpoints = [breaker, well].map(({ port }) => ({ url: `http://127.0.0.1:${port}`, weight: 1 }))
  const span = { source: { name: 'table.yaml', text: '' }, start: 0, end: 0 }
  const { config } = checkConfig(
    setFields,
    { endpoints, retry: { on: ['unreachable', 'reset', 'bad_response'], backoff: { base: 0 } } },
    () => span,
  )
  const around = {
    client,
    clock,
    log: silentLog,
    metrics,
    address: '/offramp/table/01',
    random: () => 0.5,
    failing: statusesOf(['5xx']),
    tell: () => {},
  }
  const set = new Upstreams(config!, placesOf(config!)!, around)
  try {
    if (state.reused) {
      await ask(set, { name: '', method: 'GET', octets: 0, streamed: false })
      // The connection is put by in a later turn of the loop.
      for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate)
      set.members[0]!.turn = 1
      set.members[1]!.turn = -1
    }
    const before = well.requests
    const octets = breaker.octets
    const result = await ask(set, sending)
    const text = await metrics.render()
    const decided = /retries_total\{[^}]*decision="(\w+)"\} [1-9]/.exec(text)
    const seen = breaker.octets > octets
    return { result, seen, again: well.requests > before, decision: decided?.[1] ?? 'an answer had begun' }
  } finally {
    set.close()
    client.close()
    breaker.close()
    well.close()
    clock.close()
  }
}

function ask(set: Upstreams, { method, octets, streamed }: Sending): Promise<string> {
  const first = set.members[0]!
  const event = new Event(new EventId(1, 0, 0), Payload.of(null), {}, 0n, null, null)
  const body = octets === 0 ? null : streamed ? stream(octets) : Buffer.alloc(octets, 'x')
  return new Promise((resolve) => {
    set.request(
      {
        scheme: 'http',
        host: first.host,
        port: first.port,
        method,
        path: '/',
        headers: ['host', first.authority],
        body,
        connectMs: 10_000,
        firstByteMs: 10_000,
        bodyIdleMs: 10_000,
        event,
        pinned: false,
      },
      {
        head: (status, _headers, answer) =>
          answer.start({
            write: () => true,
            end: () => resolve(String(status)),
            fail: () => resolve(`${status}, cut`),
          }),
        fail: (fault) => resolve(fault.kind),
      },
    )
  })
}

/** So many octets, in pieces, as fast as they are taken. */
function stream(octets: number): BodySource {
  let left = octets
  let sink: Parameters<BodySource['start']>[0] | null = null
  const pour = () => {
    while (sink !== null && left > 0) {
      const size = Math.min(left, 16 * 1024)
      left -= size
      if (!sink.write(Buffer.alloc(size, 'x'))) return
    }
    const done = sink
    sink = null
    done?.end()
  }
  return {
    length: octets,
    start(to) {
      sink = to
      pour()
    },
    resume: () => setImmediate(pour),
    cancel() {
      sink = null
    },
  }
}

interface Peer {
  readonly port: number
  /** Octets that arrived. */
  octets: number
  readonly requests: number
  close(): void
}

async function breaking(state: BreakingState): Promise<Peer> {
  // A port that was given back might be another's by now; nobody listens on this one.
  if (state.at === null) return { port: 1, octets: 0, requests: 0, close() {} }
  return listening((socket) => {
    let asked = 0
    const act = () => {
      if (state.says !== undefined) socket.write(state.says)
      if (state.how === 'reset') setImmediate(() => socket.resetAndDestroy())
      else socket.end()
    }
    if (state.at === 'accept') return act()
    onRequests(socket, {
      bytes: () => {
        if (state.at === 'first bytes' && asked === (state.reused ? 1 : 0)) act()
      },
      whole: () => {
        asked++
        if (state.reused && asked === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
        else if (state.at === 'whole request') act()
      },
    })
  })
}

async function answering(octets: number): Promise<Peer> {
  let requests = 0
  const peer = await listening((socket) =>
    onRequests(socket, {
      bytes() {},
      whole(size) {
        if (size === octets) requests++
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
      },
    }),
  )
  return {
    port: peer.port,
    octets: 0,
    get requests() {
      return requests
    },
    close: peer.close,
  }
}

/** Tells of bytes before it tells of a request that they make whole. */
function onRequests(socket: Socket, told: { bytes(): void; whole(octets: number): void }): void {
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
    told.bytes()
    for (;;) {
      const end = text.indexOf('\r\n\r\n')
      if (end < 0) return
      const length = Number(/content-length: (\d+)/i.exec(text.slice(0, end))?.[1] ?? 0)
      if (text.length < end + 4 + length) return
      text = text.slice(end + 4 + length)
      told.whole(length)
    }
  })
}

function listening(connected: (socket: Socket) => void): Promise<Peer> {
  const sockets = new Set<Socket>()
  let count = (_octets: number) => {}
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('data', (chunk) => count(chunk.length))
    socket.on('end', () => socket.end())
    connected(socket)
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const peer: Peer = {
        port: typeof address === 'object' && address !== null ? address.port : 0,
        octets: 0,
        requests: 0,
        close() {
          server.close()
          for (const socket of sockets) socket.destroy()
        },
      }
      count = (octets) => {
        peer.octets += octets
      }
      resolve(peer)
    })
  })
}
