import { Observable, type Subscriber } from 'rxjs'
import type { Origin } from '#dsl/program.ts'
import { fieldOf } from '#dsl/value.ts'
import { type ConfigOf, duration, either, integer, map, number, oneOf, size, text } from '../config.ts'
import { type Event, EventId } from '../event.ts'
import { engineAnswer, type StatusOverrides } from '../http/answer.ts'
import { type Cors, checkCors, corsField, corsOf } from '../http/cors.ts'
import { type Forwarding, forwardedField, forwardingOf } from '../http/forwarded.ts'
import { defaultServerLimits } from '../http/limits.ts'
import { listenTrouble } from '../http/listen-trouble.ts'
import { listensNoMore, listensOn } from '../http/loop.ts'
import { Request, refusals } from '../http/rest-request.ts'
import { type ServerMetrics, serverMetrics } from '../http/server-metrics.ts'
import type { Exchange, HttpFault, Listener, ServerHandler, ServerLimits } from '../http/transport.ts'
import type { At, Port } from '../port.ts'
import { defineOnramp, type Onramp, type Place, type RampContext } from '../ramp.ts'
import { reasons } from '../reason.ts'

const defaultLimits = defaultServerLimits()

const config = {
  host: text('The address to listen on.', { default: '0.0.0.0' }),
  port: integer('The port to listen on; 0 takes any free one.', { default: 8000, min: 0, max: 65535 }),
  max_body: size(
    'The longest body that is read whole, for a script or a codec. Bodies nobody reads are streamed and have no limit.',
    {
      default: '1MiB',
    },
  ),
  max_head: size('The longest head of a request.', { default: defaultLimits.maxHeadBytes }),
  max_headers: integer('The most header fields a request may have.', {
    default: defaultLimits.maxHeaders,
    min: 1,
  }),
  max_connections: integer(
    'The most connections held at a time; absent, what the limit of open files allows.',
    { min: 1 },
  ),
  head_timeout: duration('How long the head of a request may take to arrive.', {
    unit: 'ms',
    default: defaultLimits.headMs,
  }),
  body_timeout: duration('How long a client may pause while it sends a body.', {
    unit: 'ms',
    default: defaultLimits.bodyIdleMs,
  }),
  keep_alive: duration('How long a connection is held open between requests.', {
    unit: 'ms',
    default: defaultLimits.keepAliveMs,
  }),
  write_timeout: duration('How long a client may take no bytes of its answer.', {
    unit: 'ms',
    default: defaultLimits.writeIdleMs,
  }),
  half_close: oneOf(
    'What it means that a client closes its side of the connection behind a request.',
    {
      abort: 'it has left: its upstream call is cut, as when the connection is reset',
      answer: 'it still reads: it is answered; that it has left shows only when nobody takes the answer',
    },
    { default: 'abort' },
  ),
  status: map(
    'The status of answers the engine makes itself, by reason.',
    integer('A status.', { min: 400, max: 599 }),
    {
      default: {},
      check: (map: Readonly<Record<string, number>>) => {
        const unknown = Object.keys(map).find((reason) => !Object.hasOwn(reasons, reason))
        return unknown && `has no reason "${unknown}"; known are ${Object.keys(reasons).join(', ')}`
      },
    },
  ),
  upgrade: oneOf(
    'Whether a client may ask to go on in another protocol.',
    {
      websocket:
        'WebSocket: `$request.upgrade` says so, the offramp asks its upstream, and after a 101 both connections are one',
      off: 'no: such a request is one like any other',
    },
    { default: 'websocket' },
  ),
  tunnel_idle: duration(
    'How long nothing may move, in neither direction, on a connection that went over to another protocol; 0 for ever.',
    { unit: 'ms', default: '5m' },
  ),
  forwarded: forwardedField,
  cors: corsField,
  access_log: either(
    'One line for each request: `on`, `off`, or a share of them such as 0.01.',
    [oneOf('', ['off', 'on']), number('', { min: 0, max: 1 })],
    { default: 'off' },
  ),
} as const

type Config = ConfigOf<typeof config>

export default defineOnramp({
  doc: `An HTTP/1.1 server. Linked, each request is answered by the event that comes back to it, or by the engine if none can;
unlinked, with 202 as soon as the body is read.`,
  config,
  defaultCodec: 'json',
  ports: ['out', 'err'],
  linkable: true,
  check: ({ cors }) => checkCors(cors),
  create: (config, context) => new RestOnramp(config, context),
})

class RestOnramp implements Onramp {
  readonly config: Config
  readonly context: RampContext
  readonly overrides: StatusOverrides
  readonly metrics: ServerMetrics
  readonly forwarding: Forwarding | null
  readonly cors: Cors | null
  readonly #handler: ServerHandler = {
    request: (exchange) => this.#take(exchange),
    refuse: (fault) => this.#refuse(fault),
  }
  #listener: Listener | null = null
  #current: { readonly out: Subscriber<At<Event>>; readonly place: Place } | null = null
  #nextEvent = 0
  #origin: Origin | null = null
  #draining = false
  #drained: Promise<void> | null = null

  constructor(config: Config, context: RampContext) {
    this.config = config
    this.context = context
    this.overrides = config.status as StatusOverrides
    this.metrics = serverMetrics(context.metrics, context.address)
    this.forwarding = config.forwarded === undefined ? null : forwardingOf(config.forwarded)
    this.cors = config.cors === undefined ? null : corsOf(config.cors)
  }

  async open(): Promise<void> {
    const { host, port, half_close: halfClose } = this.config
    const { clock, transport, log, address } = this.context
    const onTrouble = (message: string) => log.error({ node: address }, message)
    const options = { name: address, host, port, limits: this.#limits(), clock, halfClose, onTrouble }
    this.#listener = await transport.listen(options, this.#handler).catch((error) => {
      throw listenTrouble(error, { host, port })
    })
    listensOn(this.#listener.port)
  }

  canTakeOver(before: Onramp): boolean {
    if (!(before instanceof RestOnramp) || before.#listener === null) return false
    const { host, port } = before.config
    return this.config.port !== 0 && host === this.config.host && port === this.config.port
  }

  takeOver(before: Onramp): void {
    const from = before as RestOnramp
    this.#listener = from.#listener
    this.#nextEvent = from.#nextEvent
    from.#listener = null
    this.#listener!.rebind(this.#handler, this.#limits(), this.config.half_close)
  }

  #limits(): ServerLimits {
    return {
      ...defaultLimits,
      maxHeadBytes: this.config.max_head,
      maxHeaders: this.config.max_headers,
      maxConnections: this.config.max_connections ?? defaultLimits.maxConnections,
      headMs: this.config.head_timeout,
      bodyIdleMs: this.config.body_timeout,
      keepAliveMs: this.config.keep_alive,
      writeIdleMs: this.config.write_timeout,
    }
  }

  get listens(): string {
    const listener = this.#listener
    if (listener === null) return ''
    return `http://${listener.host.includes(':') ? `[${listener.host}]` : listener.host}:${listener.port}`
  }

  events(place: Place): Observable<At<Event>> {
    return new Observable((out) => {
      const mine = { out, place }
      this.#current = mine
      return () => {
        if (this.#current === mine) this.#current = null
      }
    })
  }

  /** Where events come from, as tremor states it. The same few authorities come with every request. */
  origin(authority: string): Origin {
    if (this.#origin === null || this.#origin.host !== authority) {
      const host = authority || 'tremor-rest-client-host.remote'
      this.#origin = { scheme: 'tremor-rest', host, port: null, path: [''] }
    }
    return this.#origin
  }

  /** An event came back as an answer. It belongs to the request whose flight it has; others are not ours to answer. */
  reply(event: Event, via: Port): void {
    if (event.flight === null) {
      this.context.log.warn(
        { node: this.context.address, event_id: event.id.toString() },
        'an event arrived as an answer, but no request waits for it',
      )
      return
    }
    if (via === 'err' && event.failure === null && fieldOf(event.meta, 'response') === undefined)
      event.failure = { reason: 'script_error', message: 'the pipeline reported an error', value: null }
    if (!event.flight.answer(event)) this.metrics.late()
  }

  drain(): Promise<void> {
    this.#draining = true
    this.#forgetPort()
    this.#drained ??= this.#listener?.drain() ?? Promise.resolve()
    return this.#drained
  }

  close(): void {
    this.#forgetPort()
    this.#listener?.close()
  }

  #forgetPort(): void {
    if (this.#listener !== null) listensNoMore(this.#listener.port)
  }

  #take(exchange: Exchange): void {
    const current = this.#current
    if (current === null || this.#draining) {
      const answer = engineAnswer('draining', 'the engine is shutting down', { overrides: this.overrides })
      exchange.respond(answer.status, answer.headers, answer.body)
      return
    }
    const id = new EventId(this.context.uid, this.context.worker ?? 0, this.#nextEvent++)
    new Request(this, exchange, current, id).start()
  }

  #refuse(fault: HttpFault): { status: number; headers: readonly string[]; body: string } {
    this.metrics.refused(fault.kind)
    const reason = refusals[fault.kind] ?? 'bad_request'
    const answer = engineAnswer(reason, fault.message, { overrides: this.overrides })
    // Overrides are for the reason's own status: a target too long stays 414 whatever other bad requests are told.
    const own = fault.status === undefined || fault.status === reasons[reason].status
    return own ? answer : { ...answer, status: fault.status }
  }
}
