/**
 * A proxy of the bare transport between a client and an upstream that both speak raw bytes. Everything above the
 * transport is left out: what goes in at one end and comes out at the other is the transport's doing alone.
 */
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Clock } from '#engine/clock.ts'
import { wheelClock } from '#engine/clock-wheel.ts'
import { plainRefusal } from '#engine/http/faults.ts'
import { defaultServerLimits } from '#engine/http/limits.ts'
import type {
  Client,
  ClientOptions,
  Exchange,
  HttpFault,
  Listener,
  ListenOptions,
  ServerHandler,
  ServerLimits,
  Transport,
} from '#engine/http/transport.ts'

/** One connection as the upstream sees it. */
export interface UpstreamSide {
  readonly socket: Socket
  received: string
  /** The client side closed it. */
  closed: boolean
}

export interface Upstream {
  readonly port: number
  readonly sides: UpstreamSide[]
  close(): void
}

/** Called with each bit of bytes that comes; what was received so far is on the side. */
export type Behaviour = (side: UpstreamSide, fresh: string) => void

export async function upstream(behave: Behaviour): Promise<Upstream> {
  const sides: UpstreamSide[] = []
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const side: UpstreamSide = { socket, received: '', closed: false }
    sides.push(side)
    socket.on('data', (chunk: Buffer) => {
      side.received += chunk.toString('latin1')
      behave(side, chunk.toString('latin1'))
    })
    socket.on('error', () => {})
    socket.on('end', () => {
      side.closed = true
      socket.end()
    })
    socket.on('close', () => {
      side.closed = true
    })
  })
  const port = await listening(server)
  return {
    port,
    sides,
    close() {
      server.close()
      for (const side of sides) side.socket.destroy()
    },
  }
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
}

/** One request as cut out of what an upstream received. */
export interface Forwarded {
  readonly head: string
  readonly body: string
}

/** Answers each whole request with a 200 whose content is `answer`, and keeps what came. */
export async function recorder(answer = 'ok'): Promise<Upstream & { readonly requests: Forwarded[] }> {
  const requests: Forwarded[] = []
  const taken = new WeakMap<UpstreamSide, number>()
  const made = await upstream((side) => {
    for (;;) {
      const from = taken.get(side) ?? 0
      const found = cutRequest(side.received, from)
      if (found === null) return
      taken.set(side, found.to)
      requests.push(found.request)
      const head = `HTTP/1.1 200 OK\r\nContent-Length: ${answer.length}\r\n\r\n`
      side.socket.write(head + (found.request.head.startsWith('HEAD ') ? '' : answer), 'latin1')
    }
  })
  return { ...made, requests }
}

/** What our own client sends is plain: length or chunked without extensions. */
function cutRequest(text: string, from: number): { request: Forwarded; to: number } | null {
  const headTo = text.indexOf('\r\n\r\n', from)
  if (headTo === -1) return null
  const head = text.slice(from, headTo + 2)
  const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(head)
  if (length !== null) {
    const to = headTo + 4 + Number(length[1])
    return to > text.length ? null : { request: { head, body: text.slice(headTo + 4, to) }, to }
  }
  if (!/\r\ntransfer-encoding: *chunked\r\n/i.test(head))
    return { request: { head, body: '' }, to: headTo + 4 }
  let body = ''
  for (let at = headTo + 4; ; ) {
    const lineTo = text.indexOf('\r\n', at)
    if (lineTo === -1) return null
    const size = Number.parseInt(text.slice(at, lineTo), 16)
    if (size === 0) {
      const to = text.startsWith('\r\n', lineTo + 2) ? lineTo + 4 : text.indexOf('\r\n\r\n', lineTo) + 4
      return to < 4 || to > text.length ? null : { request: { head, body }, to }
    }
    if (lineTo + 4 + size > text.length) return null
    body += text.slice(lineTo + 2, lineTo + 2 + size)
    at = lineTo + 4 + size
  }
}

// ---- the proxy

export interface Rig {
  readonly listener: Listener
  readonly client: Client
  /** Faults told to the holder, with octets sent; null for answers written whole. */
  readonly done: (readonly [HttpFault | null, number])[]
  /** Faults of the client side. */
  readonly failed: HttpFault[]
  /** Most requests that were in the handler's hands at once. */
  mostAtOnce: number
  /** What the engine told about trouble of its own. */
  readonly troubles: string[]
  close(): void
}

export interface RigOptions {
  readonly upstream: number
  readonly clock?: Clock
  readonly limits?: Partial<ServerLimits>
  readonly listen?: Partial<ListenOptions>
  readonly client?: Partial<ClientOptions>
  readonly firstByteMs?: number
  readonly bodyIdleMs?: number
  readonly connectMs?: number
  /** In place of the proxy's own handler; it is given the rig's way to forward. */
  readonly handle?: (exchange: Exchange, forward: (exchange: Exchange) => void) => void
}

export async function rig(transport: Transport, options: RigOptions): Promise<Rig> {
  const clock = options.clock ?? wheelClock()
  const client = transport.client({
    clock,
    connectTo: [],
    idleMs: 4000,
    maxIdlePerOrigin: 64,
    ...options.client,
  })
  let atOnce = 0
  const done: Rig['done'] = []
  const failed: HttpFault[] = []
  const troubles: string[] = []

  function forward(exchange: Exchange): void {
    const call = client.request(
      {
        scheme: 'http',
        host: '127.0.0.1',
        port: options.upstream,
        method: exchange.method,
        path: exchange.target,
        headers: withHost(exchange.headers, exchange.authority),
        body: exchange.body,
        connectMs: options.connectMs ?? 2000,
        firstByteMs: options.firstByteMs ?? 5000,
        bodyIdleMs: options.bodyIdleMs ?? 5000,
      },
      {
        inform: (status, headers) => exchange.inform(status, headers),
        head(status, headers, body) {
          atOnce--
          exchange.respond(status, headers, body)
        },
        fail(fault) {
          atOnce--
          failed.push(fault)
          exchange.respond(fault.kind === 'timeout' ? 504 : 502, ['x-fault', fault.kind], fault.kind)
        },
      },
    )
    exchange.holder = {
      exchangeOver(fault, sentBytes) {
        done.push([fault, sentBytes])
        if (fault !== null) call.abort()
      },
    }
  }

  const handler: ServerHandler = {
    request(exchange) {
      made.mostAtOnce = Math.max(made.mostAtOnce, ++atOnce)
      if (options.handle === undefined) forward(exchange)
      else options.handle(exchange, forward)
    },
    refuse: plainRefusal,
  }
  const listener = await transport.listen(
    {
      host: '127.0.0.1',
      port: 0,
      clock,
      limits: { ...defaultServerLimits(), ...options.limits },
      onTrouble: (message) => troubles.push(message),
      ...options.listen,
    },
    handler,
  )
  const made: Rig = {
    listener,
    client,
    done,
    failed,
    troubles,
    mostAtOnce: 0,
    close() {
      listener.close()
      client.close()
      if ('close' in clock) (clock as { close(): void }).close()
    },
  }
  return made
}

/** As an offramp would: the authority that the request was routed by is the one that goes out. */
function withHost(headers: readonly string[], authority: string): string[] {
  const out = ['Host', authority]
  for (let i = 0; i < headers.length; i += 2)
    if (headers[i]!.toLowerCase() !== 'host') out.push(headers[i]!, headers[i + 1]!)
  return out
}

// ---- the client

export interface RawClient {
  readonly socket: Socket
  received: string
  /** The server ended or cut the connection. */
  closed: boolean
  /** It was cut by a reset. */
  reset: boolean
  write(text: string): void
  /** Resolves once `enough` holds or the connection is closed; fails after three seconds with what was received. */
  until(enough: (client: RawClient) => boolean): Promise<void>
}

export function dial(port: number, options: { allowHalfOpen?: boolean } = {}): Promise<RawClient> {
  return new Promise((resolve, reject) => {
    let wake = () => {}
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, ...options })
    const made: RawClient = {
      socket,
      received: '',
      closed: false,
      reset: false,
      write: (text) => void socket.write(text, 'latin1'),
      until: (enough) =>
        new Promise<void>((told, failed) => {
          const limit = setTimeout(
            () => failed(new Error(`Waited in vain; received ${JSON.stringify(made.received.slice(-500))}`)),
            3000,
          )
          wake = () => {
            if (!enough(made) && !made.closed) return
            clearTimeout(limit)
            wake = () => {}
            told()
          }
          wake()
        }),
    }
    socket.once('connect', () => resolve(made))
    socket.on('data', (chunk: Buffer) => {
      made.received += chunk.toString('latin1')
      wake()
    })
    socket.on('end', () => {
      made.closed = true
      wake()
    })
    socket.on('error', (error: NodeJS.ErrnoException) => {
      made.reset = error.code === 'ECONNRESET'
      reject(error)
    })
    socket.on('close', () => {
      made.closed = true
      wake()
    })
  })
}

/** The status codes of the final answers in what a client received, in order. */
export function statuses(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n/g)]
    .map((match) => Number(match[1]))
    .filter((s) => s >= 200)
}

/** Sends bytes, perhaps in two parts, and gathers answers until so many came or the server closes. */
export async function converse(
  port: number,
  parts: readonly string[],
  answers: number,
): Promise<{ received: string; closed: boolean }> {
  const client = await dial(port)
  for (const [at, part] of parts.entries()) {
    if (at > 0) await turnOfTheLoop()
    client.write(part)
  }
  await client.until((one) => statuses(one.received).length >= answers)
  // Whether it then closes shows within a few turns: the FIN follows the answer at once.
  for (let i = 0; i < 4 && !client.closed; i++) await turnOfTheLoop()
  client.socket.destroy()
  return { received: client.received, closed: client.closed }
}

export function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Neither all of the stated length nor the last chunk is there. */
export function isCut(text: string): boolean {
  const length = /content-length: (\d+)\r\n/i.exec(text)
  if (length !== null) return text.length - text.indexOf('\r\n\r\n') - 4 < Number(length[1])
  return !text.endsWith('0\r\n\r\n')
}
