/** One request, one answer: what the REST onramp does with each exchange it is handed. */
import type { Subscriber } from 'rxjs'
import type { Origin } from '#dsl/program.ts'
import { isRecord, type Rec, type Value } from '#dsl/value.ts'
import { CodecError, TooLarge } from '../codec.ts'
import { type Described, Event, type EventId } from '../event.ts'
import { Flight, type FlightEnd } from '../flight.ts'
import { Payload } from '../payload.ts'
import type { At, Port } from '../port.ts'
import type { Place, RampContext } from '../ramp.ts'
import { type Reason, reasons } from '../reason.ts'
import { accessLine, sampled } from './access-log.ts'
import { engineAnswer, type StatusOverrides } from './answer.ts'
import { collect } from './body.ts'
import { type DecodedEvent, decodeBody, encodeBody } from './body-codec.ts'
import type { Cors } from './cors.ts'
import type { Forwarding } from './forwarded.ts'
import { firstValue, lacking, toList } from './headers.ts'
import { contentEncodingOf, contentTypeOf, listOf, passedOn } from './kept.ts'
import { RequestMeta } from './request-meta.ts'
import { ResponseMeta } from './response-meta.ts'
import type { ServerMetrics } from './server-metrics.ts'
import {
  type BodySource,
  type Exchange,
  type ExchangeHolder,
  type HeaderList,
  type HttpFault,
  type Tunnel,
  Unfit,
} from './transport.ts'
import { join, type TunnelEnded } from './tunnel.ts'

/** What a request needs of its onramp. */
export interface Front {
  readonly config: {
    readonly max_body: number
    readonly upgrade: 'websocket' | 'off'
    /** Milliseconds. */
    readonly tunnel_idle: number
    /** A number is the share of requests that are logged. */
    readonly access_log: 'off' | 'on' | number
  }
  readonly context: RampContext
  readonly overrides: StatusOverrides
  readonly metrics: ServerMetrics
  readonly forwarding: Forwarding | null
  readonly cors: Cors | null
  /** Where events come from, as tremor states it. */
  origin(authority: string): Origin
}

/** Refusals of the transport by what the engine calls them; others are bad requests. */
export const refusals: Partial<Record<HttpFault['kind'], Reason>> = {
  request_timeout: 'request_timeout',
  body_too_large: 'body_too_large',
  headers_too_large: 'headers_too_large',
  overloaded: 'overflow',
}

interface Answer {
  readonly status: number
  readonly headers: HeaderList
  /** The pipeline said which header fields there are. */
  readonly described: boolean
  readonly contentType: string | undefined
}

/** One request on its way: the end of its flight, and the writer of its one answer. */
export class Request implements FlightEnd, ExchangeHolder {
  readonly #ramp: Front
  readonly #exchange: Exchange
  readonly #out: Subscriber<At<Event>>
  readonly #place: Place
  readonly #id: EventId
  readonly #flight: Flight
  readonly #meta: RequestMeta
  readonly #contentType: string
  readonly #ingestNs: bigint
  #status = 0

  constructor(
    ramp: Front,
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
    const upgrade = ramp.config.upgrade === 'off' ? null : (exchange.upgrade ?? null)
    this.#meta = new RequestMeta(exchange, ramp.forwarding, upgrade)
    this.#contentType = contentTypeOf(exchange.headers)
    this.#flight = new Flight(this, clock.now())
    if (upgrade !== null && linked) this.#flight.upgrade = upgrade
    if (ramp.config.access_log !== 'off') this.#flight.visited = [`${ramp.context.address}/out`]
    current.place.enter()
    exchange.holder = this
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
      const contentEncoding = contentEncodingOf(this.#exchange.headers)
      const raw = { bytes, contentType: this.#contentType, contentEncoding, ingestNs: this.#ingestNs }
      events = decodeBody(raw, this.#ramp.context, this.#place.touches('out'))
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
      ...this.#meta.describe(),
      error: message,
      response: { status, headers: { 'content-type': ['application/json'] } },
    }
    context.log.debug({ node: context.address, event_id: this.#id.toString() }, message)
    this.#emit('err', Payload.of(value), meta, { reason, message, value })
  }

  #emit(
    port: Port,
    payload: Payload,
    meta: Rec | Described = this.#meta,
    failure: Event['failure'] = null,
  ): void {
    const event = this.#event(payload, meta, this.#ingestNs)
    event.failure = failure
    this.#out.next([port, event])
    this.#flight.release()
  }

  #event(payload: Payload, meta: Rec | Described, ingestNs: bigint): Event {
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
    const { overrides } = this.#ramp
    const { failure, described: upstream } = event
    if (failure === null && upstream instanceof ResponseMeta) return this.#passOn(event, upstream)
    const response = event.meta['response']
    const described = response !== undefined && isRecord(response) ? response : undefined
    if (failure !== null && described === undefined) {
      this.#flight.reason = failure.reason
      if (failure.value === event.payload.value || failure.value === null)
        return this.dead(failure.reason, failure.message)
    }
    if (described?.['status'] === 101) return this.#switch(toList(described['headers'], nothing, []))
    const status = statusOf(
      described?.['status'],
      failure === null ? 200 : (overrides[failure.reason] ?? reasons[failure.reason].status),
    )
    const asked = described?.['headers']
    if (failure !== null) {
      this.#flight.reason = failure.reason
      if (failure.reason === 'script_error') return this.#scriptError(status, asked, failure.message)
    }
    const stated = listOf(asked, null)
    const headers = failure === null ? stated : [...stated, 'temblor-reason', failure.reason]
    this.#send(event, {
      status,
      headers,
      described: asked !== undefined,
      contentType: firstValue(asked, 'content-type'),
    })
  }

  /** The answer of an upstream that no script thought better of. */
  #passOn(event: Event, { status, came }: ResponseMeta): void {
    const headers = passedOn(came)
    if (status === 101) return this.#switch(headers)
    this.#send(event, {
      status: statusOf(status, 200),
      headers,
      described: true,
      contentType: contentTypeOf(came) || undefined,
    })
  }

  #send(event: Event, { status, headers: stated, described, contentType }: Answer): void {
    const { context } = this.#ramp
    let headers = stated
    const body = encodeBody(event.payload, contentType, event.ingestNs, context)
    // A type that a script took away stays away, unless the bytes are of our making.
    if (body.contentType !== undefined && contentType === undefined && (body.recoded || !described))
      headers = [...headers, 'content-type', body.contentType]
    if (body.recoded) {
      // What an answer to HEAD said of its length was about the bytes that came.
      headers = lacking(headers, 'content-length')
      if (context.postprocessors.length === 0) headers = lacking(headers, 'content-encoding')
    }
    try {
      this.#respond(status, headers, body.body)
    } catch (error) {
      // Taken out of the event and not sent: nobody else would let go of it.
      if (isSource(body.body)) body.body.cancel()
      throw error
    }
  }

  /** The upstream switched protocols, and no script thought better of it: the two connections are one from here on. */
  #switch(headers: readonly string[]): void {
    const { context, config, metrics } = this.#ramp
    const { clock } = context
    const upstream = this.#flight.takeTunnel()
    if (upstream === null) throw new Unfit('Cannot answer with status 101: no upstream switched protocols')
    const client = this.#switchClient(upstream, headers)
    if (client === null) return upstream.cut()
    this.#status = 101
    metrics.request(this.#exchange.method, 101, clock.now() - this.#flight.startedMs)
    metrics.joined()
    const joinedMs = clock.now()
    join({ client, upstream }, { clock, idleMs: config.tunnel_idle }, (ended) => {
      metrics.parted(ended, clock.now() - joinedMs)
      this.#parted(ended)
    })
  }

  #switchClient(upstream: Tunnel, headers: readonly string[]): Tunnel | null {
    try {
      return this.#exchange.switchTo!(headers)
    } catch (error) {
      upstream.cut()
      throw error
    }
  }

  #parted({ fault, fromClient, fromUpstream }: TunnelEnded): void {
    this.#flight.over(fault !== null)
    this.#place.leave()
    const elapsed = this.#ramp.context.clock.now() - this.#flight.startedMs
    if (this.#ramp.config.access_log !== 'off') this.#log(fault, fromUpstream, elapsed, fromClient)
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

  exchangeOver(fault: HttpFault | null, bytes: number): void {
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

  #log(fault: HttpFault | null, bytes: number, elapsed: number, received?: number): void {
    const { context, config } = this.#ramp
    if (typeof config.access_log === 'number' && !sampled(this.#id.event, config.access_log)) return
    const { reason, visited } = this.#flight
    const outcome = {
      status: this.#status,
      bytes,
      ...(received === undefined ? {} : { received }),
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
