/** The upstreams of a simulated world: what each does with a call is written down in the request it is made for. */
import type {
  Client,
  ClientCall,
  ClientEvents,
  ClientOptions,
  ClientRequest,
  HttpFault,
} from '#engine/http/transport.ts'
import { SimBody } from './body.ts'
import type { SimClock } from './clock.ts'
import type { Behaviour, UpstreamFault } from './spec.ts'

export interface SimUpstreamOptions {
  readonly clock: SimClock
  readonly broken: (rule: string, what: string) => void
  readonly trace: (line: string) => void
  /** What the upstream does; marker 0 is a call that does not say for whom it is made. */
  readonly behaviour: (host: string, marker: number) => Behaviour
  /** The most calls at a time that a client may have open. */
  readonly most: (host: string) => number
  /** Whether a connection can be made just now. */
  readonly reachable: (host: string) => boolean
  /** Whether a request has ended for its client. */
  readonly isOver: (marker: number) => boolean
  /** Whether the engine has let go of what did not finish in time. */
  readonly cutOff: () => boolean
  /** Told before the engine learns of it. */
  readonly heard: (call: SimCall) => void
  readonly probed: (host: string, reached: boolean) => void
  /** The engine gave it up before it had an answer. */
  readonly givenUp: (call: SimCall) => void
}

export interface SimUpstreams {
  client(options: ClientOptions): Client
  readonly calls: readonly SimCall[]
  readonly probes: readonly { readonly host: string; readonly at: number; readonly reached: boolean }[]
  /** Clients that were not closed. */
  readonly clients: number
}

export function simUpstreams(options: SimUpstreamOptions): SimUpstreams {
  const calls: SimCall[] = []
  const probes: { host: string; at: number; reached: boolean }[] = []
  let clients = 0

  function crowd(open: ReadonlySet<SimCall>): void {
    const [first] = open
    if (first === undefined) return
    const { host } = first.request
    const count = crowdOf(open, options.isOver)
    if (count > options.most(host)) options.broken('I5', `${count} calls at a time to ${host}`)
  }

  return {
    calls,
    probes,
    get clients() {
      return clients
    },
    client() {
      const open = new Set<SimCall>()
      let closed = false
      clients++
      return {
        get openConnections() {
          return open.size
        },
        close() {
          if (!closed) clients--
          closed = true
        },
        probe({ host }, done) {
          const reached = options.reachable(host)
          probes.push({ host, at: options.clock.now(), reached })
          options.trace(`probe ${host} ${reached}`)
          options.clock.after(1, () => {
            options.probed(host, reached)
            done(reached ? null : { kind: 'connect', message: 'refused' })
          })
        },
        request(request, events) {
          const call = new SimCall(request, events, options, () => open.delete(call))
          calls.push(call)
          open.add(call)
          if (open.size > options.most(request.host)) options.clock.after(0, () => crowd(open))
          if (closed) call.refuse()
          else call.begin()
          return call
        },
      }
    },
  }
}

/** More calls at a time than there are places, once everything that happens at this moment has happened. */
function crowdOf(open: ReadonlySet<SimCall>, isOver: (marker: number) => boolean): number {
  // What a finished request still sends about is nobody's answer: it keeps no place.
  return [...open].filter(({ marker }) => marker > 0 && !isOver(marker)).length
}

/** A call as the upstream sees it. Exactly one of `head` and `fail` is told, unless it was aborted. */
export class SimCall implements ClientCall {
  readonly request: ClientRequest
  readonly marker: number
  readonly at: number
  /** What has arrived of the request's body. */
  body = ''
  state: 'sending' | 'waiting' | 'answered' | 'failed' | 'aborted' = 'sending'
  answer: SimBody | null = null
  /** When the head or the fault was told. */
  toldAt = Infinity
  status = 0
  fault: HttpFault['kind'] | null = null
  #started = false
  readonly #events: ClientEvents
  readonly #options: SimUpstreamOptions
  readonly #closed: () => void

  constructor(request: ClientRequest, events: ClientEvents, options: SimUpstreamOptions, closed: () => void) {
    this.request = request
    this.#events = events
    this.#options = options
    this.#closed = closed
    this.at = options.clock.now()
    const at = request.headers.findIndex((text, i) => i % 2 === 0 && text === 'x-marker')
    this.marker = at < 0 ? 0 : Number(request.headers[at + 1])
    options.trace(`call ${request.host} ${this.marker}`)
  }

  /** Nothing is left to happen. */
  get over(): boolean {
    if (this.state === 'answered') return this.answer!.over
    return this.state === 'failed' || this.state === 'aborted'
  }

  /** The client was closed: only what had its time and was cut off may come to this. */
  refuse(): void {
    if (!this.#options.cutOff())
      this.#options.broken('I8', `a call to ${this.request.host} by a client that was closed`)
    this.#fail({ kind: 'closed', message: 'The client is closed' })
  }

  begin(): void {
    const behaviour = this.#behaviour
    if (behaviour.kind === 'fault' && early.has(behaviour.fault))
      return this.#later(behaviour.delayMs, () => this.#fault(behaviour.fault))
    const { body } = this.request
    if (body === null || typeof body === 'string' || body instanceof Uint8Array) {
      this.body = body === null ? '' : Buffer.from(body as string).toString()
      return this.#sent()
    }
    this.#started = true
    body.start({
      write: (chunk) => {
        this.body += Buffer.from(chunk).toString()
        return true
      },
      end: () => {
        if (this.state === 'sending') this.#sent()
      },
      fail: (fault) => {
        if (this.state !== 'sending') return
        this.#fail({
          kind: 'aborted',
          message: `The request body was cut short: ${fault.message}`,
          phase: 'write',
        })
      },
    })
  }

  abort(): void {
    if (this.state === 'sending' && this.#started) this.#dropBody()
    if (this.state !== 'sending' && this.state !== 'waiting' && this.answer?.over !== false) return
    this.answer?.cancel()
    const early = this.state !== 'answered'
    this.state = 'aborted'
    if (early) this.#options.givenUp(this)
    this.#options.trace(`abort ${this.request.host} ${this.marker}`)
    this.#closed()
  }

  get #behaviour(): Behaviour {
    return this.#options.behaviour(this.request.host, this.marker)
  }

  #dropBody(): void {
    const { body } = this.request
    if (body !== null && typeof body === 'object' && !(body instanceof Uint8Array)) body.cancel()
  }

  /** The request is whole: the upstream's time runs. */
  #sent(): void {
    const behaviour = this.#behaviour
    const { firstByteMs } = this.request
    const delayMs = behaviour.kind === 'never' ? Infinity : behaviour.delayMs
    this.state = 'waiting'
    if (firstByteMs > 0 && delayMs >= firstByteMs) {
      this.#later(firstByteMs, () =>
        this.#fail({ kind: 'timeout', message: 'No answer came in time', phase: 'wait' }),
      )
    } else if (behaviour.kind === 'fault') this.#later(delayMs, () => this.#fault(behaviour.fault))
    else if (behaviour.kind === 'answer') this.#later(delayMs, () => this.#head(behaviour))
  }

  #head({ status, body }: Behaviour & { kind: 'answer' }): void {
    this.state = 'answered'
    this.status = status
    this.toldAt = this.#options.clock.now()
    this.answer = new SimBody(body, this.#options.clock, {
      idleMs: this.request.bodyIdleMs,
      broke: (it) => it.fail({ kind: 'reset', message: 'The upstream closed the connection', phase: 'body' }),
      left: (it) => it.fail({ kind: 'reset', message: 'The upstream closed the connection', phase: 'body' }),
      stalled: (it) => it.fail({ kind: 'timeout', message: 'The answer stalled', phase: 'body' }),
    })
    this.#options.trace(`head ${this.request.host} ${this.marker} ${status}`)
    if (this.answer.over) this.#closed()
    else this.answer.onEnd = () => this.#closed()
    this.#options.heard(this)
    this.#events.head(status, ['content-type', 'application/json', 'x-by', this.request.host], this.answer)
  }

  #fault(kind: UpstreamFault): void {
    this.#fail({ kind, message: `trouble: ${kind}`, phase: early.has(kind) ? 'connect' : 'wait' })
  }

  #fail(fault: HttpFault): void {
    // A body that was not started stays the caller's.
    if (this.state === 'sending' && this.#started) this.#dropBody()
    this.state = 'failed'
    this.fault = fault.kind
    this.toldAt = this.#options.clock.now()
    this.#options.trace(`fail ${this.request.host} ${this.marker} ${fault.kind}`)
    this.#closed()
    this.#options.heard(this)
    this.#events.fail(fault)
  }

  /** At once if there is nothing to wait for, as a connection that is refused. */
  #later(ms: number, then: () => void): void {
    if (ms === 0) return then()
    this.#options.clock.after(ms, () => {
      if (this.state === 'sending' || this.state === 'waiting') then()
    })
  }
}

const early: ReadonlySet<string> = new Set(['connect', 'dns', 'tls'])
