/** The client's side of a simulated world: listeners, and requests that are sent, answered or given up. */
import {
  type BodySink,
  type BodySource,
  type Exchange,
  type HeaderList,
  type HttpFault,
  type Listener,
  type ListenOptions,
  type ServerHandler,
  type ServerLimits,
  Unfit,
} from '#engine/http/transport.ts'
import { SimBody } from './body.ts'
import type { Chance } from './chance.ts'
import type { SimClock } from './clock.ts'
import type { RequestSpec } from './spec.ts'

export interface Got {
  readonly status: number
  readonly headers: HeaderList
  body: string
  /** Milliseconds from the start. */
  readonly at: number
}

/** What the client of one request has seen. */
export interface Client {
  readonly spec: RequestSpec
  readonly sentAt: number
  /** The answer; there must never be a second. */
  got: Got | null
  /** How it ended for the client; null while it waits or reads. */
  end: 'whole' | 'cut' | 'left' | null
  endedAt: number
  readonly leave: () => void
}

export interface SimServerOptions {
  readonly clock: SimClock
  readonly chance: Chance
  readonly broken: (rule: string, what: string) => void
  readonly trace: (line: string) => void
}

export interface SimServer {
  listen(options: ListenOptions, handler: ServerHandler): Promise<Listener>
  /** Null if nothing listens there. */
  send(port: number, spec: RequestSpec): Client | null
  readonly listening: number
}

interface Bound {
  handler: ServerHandler
  limits: ServerLimits
  readonly open: Set<SimExchange>
  readonly whenEmpty: (() => void)[]
}

export function simServer(options: SimServerOptions): SimServer {
  const bound = new Map<number, Bound>()
  /** Nothing listens there any more, so that another may. */
  const draining = new Set<number>()
  return {
    get listening() {
      return bound.size
    },
    async listen({ host, port, limits }, handler) {
      if (bound.has(port) && !draining.delete(port)) throw new Error(`port ${port} is taken`)
      const one: Bound = { handler, limits, open: new Set(), whenEmpty: [] }
      bound.set(port, one)
      return {
        host,
        port,
        connections: 0,
        rebind(handler, limits) {
          one.handler = handler
          one.limits = limits
        },
        // Requests on connections that are open already go on arriving, so that the handler must refuse them.
        drain: () => {
          draining.add(port)
          return new Promise((resolve) => {
            one.whenEmpty.push(resolve)
            if (one.open.size === 0) resolve()
          })
        },
        close() {
          if (bound.get(port) === one) {
            bound.delete(port)
            draining.delete(port)
          }
          for (const exchange of [...one.open]) exchange.shut()
        },
      }
    },
    send(port, spec) {
      const one = bound.get(port)
      if (one === undefined) return null
      const exchange = new SimExchange(spec, one, options)
      one.open.add(exchange)
      exchange.begin()
      return exchange.client
    },
  }
}

/** One request and its one answer, keeping what `engine/http/transport.ts` promises, in the order our own transport keeps it. */
class SimExchange implements Exchange {
  readonly client: Client
  readonly method: string
  readonly target: string
  readonly authority = 'localhost'
  readonly version = '1.1'
  readonly headers: HeaderList
  readonly remote = { address: '127.0.0.1', port: 1 }
  readonly body: SimBody
  holder: Exchange['holder'] = null
  readonly #bound: Bound
  readonly #handler: ServerHandler
  readonly #options: SimServerOptions
  #answered = false
  #over = false
  #source: BodySource | null = null

  constructor(spec: RequestSpec, bound: Bound, options: SimServerOptions) {
    const sentAt = options.clock.now()
    this.client = { spec, sentAt, got: null, end: null, endedAt: 0, leave: () => this.#left('it left') }
    this.method = spec.body.text === '' ? 'GET' : 'POST'
    this.target = `/r${spec.marker}`
    this.headers = ['host', 'localhost', 'x-marker', String(spec.marker), 'content-type', 'application/json']
    this.#bound = bound
    this.#handler = bound.handler
    this.#options = options
    this.body = new SimBody(spec.body, options.clock, {
      idleMs: bound.limits.bodyIdleMs,
      broke: () => this.#bodyBroken({ kind: 'bad_request', message: 'The body is broken', status: 400 }),
      stalled: () => this.#bodyBroken({ kind: 'request_timeout', message: 'It stalled', status: 408 }),
      left: () => this.#left('it left in the middle of its body'),
    })
  }

  begin(): void {
    this.#handler.request(this)
  }

  inform(): void {}

  respond(status: number, headers: HeaderList, body: Uint8Array | string | BodySource | null): void {
    const { clock, broken, trace } = this.#options
    if (this.#over) return dispose(body)
    if (this.client.got !== null) {
      broken('I1', `two answers: ${this.client.got.status}, then ${status}`)
      throw new Error('Cannot answer a request twice')
    }
    if (status < 200) throw new RangeError(`Cannot answer with status ${status}`)
    for (const text of headers)
      if (/[\r\n]/.test(text)) throw new Unfit('Cannot send a header with a line break')
    this.client.got = { status, headers, body: '', at: clock.now() }
    trace(`answer ${this.client.spec.marker} ${status}`)
    if (body === null || typeof body === 'string' || body instanceof Uint8Array) {
      this.client.got.body = body === null ? '' : Buffer.from(body as string).toString()
      return this.#finish()
    }
    this.#source = body
    body.start(this.#sink())
  }

  #sink(): BodySink {
    return {
      write: (chunk) => {
        if (!this.#over && !this.#answered) this.client.got!.body += Buffer.from(chunk).toString()
        return !this.#over && !this.#tires()
      },
      end: () => {
        if (!this.#over && !this.#answered) this.#finish()
      },
      fail: (fault) => {
        if (this.#over || this.#answered) return
        this.#source = null
        this.body.fail(fault)
        this.#done(fault, 'cut')
      },
    }
  }

  /** A slow client has enough for a while. */
  #tires(): boolean {
    const { readsEveryMs, marker } = this.client.spec
    if (readsEveryMs === 0) return false
    this.#options.trace(`slow ${marker}`)
    this.#options.clock.after(readsEveryMs, () => this.#source?.resume())
    return true
  }

  /** The last octet is said; that it has left the house is known at once or a little later. */
  #finish(): void {
    this.#answered = true
    this.#source = null
    this.body.cancel()
    if (this.#options.chance.often(0.5)) this.#done(null, 'whole')
    else this.#options.clock.after(this.#options.chance.below(4), () => this.#done(null, 'whole'))
  }

  /** The refusal comes first, then whoever reads the body learns of it. */
  #bodyBroken(fault: HttpFault): void {
    if (this.client.got === null) {
      const refusal = this.#handler.refuse(fault)
      this.client.got = { ...refusal, at: this.#options.clock.now() }
      this.#answered = true
      this.#options.trace(`refuse ${this.client.spec.marker} ${refusal.status}`)
      this.#done(fault, 'whole')
    }
    this.body.fail(fault)
  }

  #left(why: string): void {
    if (this.#over) return
    const fault: HttpFault = { kind: 'client_gone', message: `The client is gone: ${why}`, status: 499 }
    this.#done(fault, this.#answered ? 'whole' : 'left')
    this.body.fail(fault)
  }

  shut(): void {
    if (this.#over) return
    const fault: HttpFault = { kind: 'client_gone', message: 'The server is closing', status: 499 }
    this.#done(fault, this.#answered ? 'whole' : 'cut')
    this.body.fail(fault)
  }

  #done(fault: HttpFault | null, end: NonNullable<Client['end']>): void {
    if (this.#over) return
    this.#over = true
    const source = this.#source
    this.#source = null
    if (fault !== null) source?.cancel()
    this.client.end = end
    this.client.endedAt = this.#options.clock.now()
    this.#options.trace(`end ${this.client.spec.marker} ${end}`)
    const { holder } = this
    this.holder = null
    holder?.exchangeOver(fault, this.client.got?.body.length ?? 0)
    this.#bound.open.delete(this)
    if (this.#bound.open.size === 0) for (const resolve of this.#bound.whenEmpty) resolve()
  }
}

function dispose(body: Uint8Array | string | BodySource | null): void {
  if (body !== null && typeof body === 'object' && !(body instanceof Uint8Array)) body.cancel()
}
