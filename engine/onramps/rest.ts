import { Observable, type Subscriber } from 'rxjs'
import type { Origin } from '#dsl/program.ts'
import { fieldOf, isRecord, type Rec, type Value } from '#dsl/value.ts'
import { CodecError, TooLarge } from '../codec.ts'
import { type ConfigOf, duration, either, integer, map, number, oneOf, size, text } from '../config.ts'
import { Event, EventId } from '../event.ts'
import { Flight, type FlightEnd } from '../flight.ts'
import { accessLine, sampled } from '../http/access-log.ts'
import { engineAnswer, type StatusOverrides } from '../http/answer.ts'
import { collect } from '../http/body.ts'
import { type DecodedEvent, decodeBody, encodeBody } from '../http/body-codec.ts'
import { type Cors, checkCors, corsField, corsOf } from '../http/cors.ts'
import { type Forwarding, forwardedField, forwardingOf } from '../http/forwarded.ts'
import { dropField, fieldIn, firstValue, toList } from '../http/headers.ts'
import { defaultServerLimits } from '../http/limits.ts'
import { listensNoMore, listensOn } from '../http/loop.ts'
import { requestMeta } from '../http/request-meta.ts'
import { type ServerMetrics, serverMetrics } from '../http/server-metrics.ts'
import {
  type BodySource,
  type Exchange,
  type HttpFault,
  type Listener,
  type ServerHandler,
  type ServerLimits,
  Unfit,
} from '../http/transport.ts'
import { Payload } from '../payload.ts'
import type { At, Port } from '../port.ts'
import { defineOnramp, type Onramp, type Place, type RampContext } from '../ramp.ts'
import { type Reason, reasons } from '../reason.ts'

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
    const options = { host, port, limits: this.#limits(), clock, halfClose, onTrouble }
    this.#listener = await transport.listen(options, this.#handler)
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
    const id = new EventId(this.context.uid, 0, this.#nextEvent++)
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

const refusals: Partial<Record<HttpFault['kind'], Reason>> = {
  request_timeout: 'request_timeout',
  body_too_large: 'body_too_large',
  headers_too_large: 'headers_too_large',
  overloaded: 'overflow',
}

/** One request on its way: the end of its flight, and the writer of its one answer. */
class Request implements FlightEnd {
  readonly #ramp: RestOnramp
  readonly #exchange: Exchange
  readonly #out: Subscriber<At<Event>>
  readonly #place: Place
  readonly #id: EventId
  readonly #flight: Flight
  readonly #meta: Rec
  readonly #contentType: string
  readonly #ingestNs: bigint
  #status = 0

  constructor(
    ramp: RestOnramp,
    exchange: Exchange,
    current: { out: Subscriber<At<Event>>; place: Place },
    id: EventId,
  ) {
    const { clock, linked, deadlineMs } = ramp.context
    this.#ramp = ramp
    this.#exchange = exchange
    this.#out = current.out
    this.#place = current.place
    this.#id = id
    this.#ingestNs = clock.wallNs()
    const request = requestMeta(exchange, ramp.forwarding)
    this.#meta = { request }
    this.#contentType = fieldIn(exchange.headers, 'content-type')
    this.#flight = new Flight(this, clock.now())
    if (ramp.config.access_log !== 'off') this.#flight.visited = [`${ramp.context.address}/out`]
    current.place.enter()
    exchange.onDone = (fault, bytes) => this.#done(fault, bytes)
    if (linked && deadlineMs !== null) this.#flight.arm(clock, deadlineMs)
  }

  start(): void {
    const { context, config, cors } = this.#ramp
    const preflight = cors === null ? null : cors.preflight(this.#exchange)
    if (preflight !== null) {
      this.#status = 204
      this.#exchange.respond(204, preflight, null)
      return this.#flight.abandon()
    }
    const demand = context.preprocessors.length > 0 || !context.linked ? 'value' : this.#place.demand('out')
    const body = this.#exchange.body
    if (demand === 'stream') return this.#emit('out', new Payload(body, null, undefined, this.#contentType))
    if (body.length === 0) return this.#arrived(new Uint8Array(0), demand)
    collect(body, config.max_body, (bytes, fault) => {
      if (bytes !== null) return this.#arrived(bytes, demand)
      if (fault!.kind === 'client_gone') return this.#flight.abandon()
      this.#flight.fail(refusals[fault!.kind] ?? 'bad_request', fault!.message)
    })
  }

  /** The body is whole: it becomes no event, one, or several that share the request. */
  #arrived(bytes: Uint8Array, demand: 'bytes' | 'value'): void {
    if (demand === 'bytes') return this.#emit('out', new Payload(null, bytes, undefined, this.#contentType))
    let events: readonly DecodedEvent[]
    try {
      const contentEncoding = fieldIn(this.#exchange.headers, 'content-encoding')
      const raw = { bytes, contentType: this.#contentType, contentEncoding, ingestNs: this.#ingestNs }
      events = decodeBody(raw, this.#ramp.context)
    } catch (error) {
      return error instanceof CodecError ? this.#undecodable(error) : this.#broke(error)
    }
    if (!this.#ramp.context.linked) {
      this.#respond(202, [], null)
      this.#flight.abandon()
    } else if (events.length === 0) return this.#flight.fail('bad_request', 'the body holds no event')
    for (const { payload, ingestNs } of events)
      this.#out.next(['out', this.#event(payload, this.#meta, ingestNs)])
    this.#flight.release()
  }

  /** A component threw what it must not. */
  #broke(error: unknown): void {
    const { log, address } = this.#ramp.context
    log.error({ node: address, event_id: this.#id.toString(), err: error }, 'a component of the ramp failed')
    this.#flight.fail('script_error', 'the engine failed on this event')
  }

  /** Port `err`, with what tremor says there, and the request besides, so that an error pipeline can answer. */
  #undecodable(error: CodecError): void {
    const { context, overrides } = this.#ramp
    const { message } = error
    const reason = error instanceof TooLarge ? 'body_too_large' : 'bad_request'
    this.#flight.note(reason, message)
    if (!this.#place.linked('err')) return this.#flight.release()
    const value = { error: message, event_id: this.#id.event, source_id: this.#id.source }
    const status = overrides[reason] ?? reasons[reason].status
    const meta = {
      ...this.#meta,
      error: message,
      response: { status, headers: { 'content-type': ['application/json'] } },
    }
    context.log.debug({ node: context.address, event_id: this.#id.toString() }, message)
    this.#emit('err', Payload.of(value), meta, { reason, message, value })
  }

  #emit(port: Port, payload: Payload, meta: Rec = this.#meta, failure: Event['failure'] = null): void {
    const event = this.#event(payload, meta, this.#ingestNs)
    event.failure = failure
    this.#out.next([port, event])
    this.#flight.release()
  }

  #event(payload: Payload, meta: Rec, ingestNs: bigint): Event {
    const flight = this.#ramp.context.linked ? this.#flight : null
    return new Event(this.#id, payload, meta, ingestNs, this.#ramp.origin(this.#exchange.authority), flight)
  }

  // ---- the one answer ----------------------------------------------------------------------------------------

  inform(status: number, headers: readonly string[]): void {
    this.#exchange.inform(status, headers)
  }

  reply(event: Event): void {
    try {
      if (event.isBatch) throw new Unfit('Cannot answer with a batch: an answer is one event')
      this.#answer(event)
    } catch (error) {
      const { log, address } = this.#ramp.context
      const event_id = this.#id.toString()
      if (error instanceof Unfit || error instanceof CodecError)
        log.warn({ node: address, event_id }, error.message)
      else log.error({ node: address, event_id, err: error }, 'the answer failed')
      this.#flight.reason = 'script_error'
      this.dead('script_error', 'the answer that the pipeline made cannot be sent')
    }
  }

  #answer(event: Event): void {
    const { context, overrides } = this.#ramp
    const failure = event.failure
    const response = event.meta['response']
    const described = response !== undefined && isRecord(response) ? response : undefined
    if (failure !== null && described === undefined) {
      this.#flight.reason = failure.reason
      if (failure.value === event.payload.value || failure.value === null)
        return this.dead(failure.reason, failure.message)
    }
    const status = statusOf(
      described?.['status'],
      failure === null ? 200 : (overrides[failure.reason] ?? reasons[failure.reason].status),
    )
    const asked = described?.['headers']
    if (failure !== null) {
      this.#flight.reason = failure.reason
      if (failure.reason === 'script_error') return this.#scriptError(status, asked, failure.message)
    }
    const headers = toList(asked, nothing, [])
    if (failure !== null) headers.push('temblor-reason', failure.reason)
    const contentType = firstValue(asked, 'content-type')
    const body = encodeBody(event.payload, contentType, event.ingestNs, context)
    // A type that a script took away stays away, unless the bytes are of our making.
    if (body.contentType !== undefined && contentType === undefined && (body.recoded || asked === undefined))
      headers.push('content-type', body.contentType)
    if (body.recoded) {
      // What an answer to HEAD said of its length was about the bytes that came.
      dropField(headers, 'content-length')
      if (context.postprocessors.length === 0) dropField(headers, 'content-encoding')
    }
    try {
      this.#respond(status, headers, body.body)
    } catch (error) {
      // Taken out of the event and not sent: nobody else would let go of it.
      if (isSource(body.body)) body.body.cancel()
      throw error
    }
  }

  /** What a client learns of a failed script is one line; headers that the pipeline set stay. */
  #scriptError(status: number, asked: Value | undefined, message: string): void {
    const answer = engineAnswer('script_error', message, { eventId: this.#id.toString() })
    this.#respond(status, [...toList(asked, contentHeaders, []), ...answer.headers], answer.body)
  }

  dead(reason: Reason, message: string): void {
    const answer = engineAnswer(reason, message, {
      eventId: this.#id.toString(),
      overrides: this.#ramp.overrides,
    })
    this.#ramp.metrics.answered(reason)
    this.#respond(answer.status, answer.headers, answer.body)
  }

  #respond(status: number, headers: readonly string[], body: Parameters<Exchange['respond']>[2]): void {
    this.#status = status
    const { cors } = this.#ramp
    const list = cors === null ? headers : cors.answered(this.#exchange, headers)
    this.#exchange.respond(status, list, body)
  }

  #done(fault: HttpFault | null, bytes: number): void {
    const { context, config } = this.#ramp
    if (!this.#flight.settled) this.#flight.abandon()
    else this.#flight.over(fault !== null)
    this.#place.leave()
    const now = context.clock.now()
    const { startedMs, forwardedMs, respondedMs } = this.#flight
    const elapsed = now - startedMs
    this.#ramp.metrics.request(this.#exchange.method, fault === null ? this.#status : 499, elapsed)
    if (forwardedMs >= 0) this.#ramp.metrics.before(forwardedMs - startedMs)
    if (respondedMs >= 0 && fault === null) this.#ramp.metrics.behind(now - respondedMs)
    if (config.access_log !== 'off') this.#log(fault, bytes, elapsed)
  }

  #log(fault: HttpFault | null, bytes: number, elapsed: number): void {
    const { context, config } = this.#ramp
    if (typeof config.access_log === 'number' && !sampled(this.#id.event, config.access_log)) return
    const { reason, visited } = this.#flight
    const outcome = {
      status: this.#status,
      bytes,
      elapsedMs: elapsed,
      reason,
      visited,
      cut: fault?.kind ?? null,
    }
    context.log.info(accessLine(context.address, this.#id, this.#exchange, outcome), 'request')
  }
}

const nothing: ReadonlySet<string> = new Set()

const contentHeaders: ReadonlySet<string> = new Set([
  'content-type',
  'content-encoding',
  'cache-control',
  'temblor-reason',
])

function isSource(body: Parameters<Exchange['respond']>[2]): body is BodySource {
  return body !== null && typeof body === 'object' && !(body instanceof Uint8Array)
}

function statusOf(value: Value | undefined, otherwise: number): number {
  if (value === undefined || value === null) return otherwise
  if (typeof value === 'number' && Number.isInteger(value) && value >= 200 && value <= 599) return value
  throw new Unfit(`Cannot answer with status ${JSON.stringify(value)}: it is not an integer from 200 to 599`)
}
