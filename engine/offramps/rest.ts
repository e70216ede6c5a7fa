import { Observable, Subject, type Subscriber } from 'rxjs'
import { fieldOf, isRecord, type Rec, type Value } from '#dsl/value.ts'
import { CodecError } from '../codec.ts'
import { type ConfigOf, duration, either, integer, list, map, oneOf, record, size, text } from '../config.ts'
import { Event, EventId } from '../event.ts'
import type { Passenger } from '../flight.ts'
import { encodeBatch, eventsOf } from '../http/batch.ts'
import { collect, discard } from '../http/body.ts'
import { type DecodedEvent, decodeBody, encodeBody } from '../http/body-codec.ts'
import { cacheField } from '../http/cache/fields.ts'
import { Cache } from '../http/cache.ts'
import { placeOf } from '../http/dial.ts'
import { type Endpoint, EndpointError, endpointOf, namesPlace, overlay, targetOf } from '../http/endpoint.ts'
import { knownMethod } from '../http/head-rules.ts'
import { dropField, fieldIn, firstValue, hasField, lowerName, toList, toRecord } from '../http/headers.ts'
import { loopField, marked, mayReturn } from '../http/loop.ts'
import { Slots, type Waiting } from '../http/slots.ts'
import {
  type BodySource,
  type Client,
  type ClientCall,
  type HeaderList,
  type HttpFault,
  Unfit,
} from '../http/transport.ts'
import { checkSet, httpUrl, setFields, statusesOf, statusPattern } from '../http/upstreams/fields.ts'
import { type Member, placesOf } from '../http/upstreams/member.ts'
import { type Asking, type SetEvents, Upstreams } from '../http/upstreams.ts'
import type { Insight } from '../insight.ts'
import { goBack } from '../outlet.ts'
import { Payload } from '../payload.ts'
import type { At } from '../port.ts'
import { defineOfframp, type Offramp, type Place, type RampContext } from '../ramp.ts'
import { type Reason, reasons } from '../reason.ts'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE'] as const

const part = (doc: string) => text(doc)

const config = {
  endpoint: either(
    'Where requests go: a URL, or its parts. `$endpoint` goes over it, part by part or whole.',
    [
      text('A URL.', { check: httpUrl }),
      record('The parts of a URL.', {
        scheme: oneOf('', ['http', 'https'], { default: 'http' }),
        host: part('The host.'),
        port: integer('The port; absent, that of the scheme.', { min: 1, max: 65535 }),
        path: part('The path, where `$endpoint` states none.'),
        query: part('The query, without `?`.'),
        username: part('For basic authentication.'),
        password: text('For basic authentication.', { secret: true }),
        fragment: part('Never sent.'),
      }),
    ],
  ),
  ...setFields,
  cache: cacheField,
  method: oneOf('The method, where `$request.method` states none.', methods, {
    default: 'POST',
    anyCase: true,
  }),
  host: oneOf(
    'The `Host` that is sent.',
    {
      endpoint: 'that of the place the request goes to',
      request:
        '`$request.headers.host` if the event states it: what the client asked for, or what a script made of it',
    },
    { default: 'endpoint' },
  ),
  headers: map('Header fields to send, where `$request.headers` does not state them.', text('A value.'), {
    default: {},
  }),
  concurrency: integer('The most requests in flight; more wait in the queue.', { default: 256, min: 1 }),
  queue: record(
    'Events that wait for a place in flight.',
    {
      size: integer('How many may wait; more overflow.', { default: 256, min: 0 }),
      wait: duration('How long one may wait; then it overflows.', { unit: 'ms', default: '1s' }),
    },
    { default: {} },
  ),
  connect_timeout: duration('How long connecting may take.', { unit: 'ms', default: '3s' }),
  timeout: duration('How long the head of the answer may take after the request was sent; 0 for ever.', {
    unit: 'ms',
    default: '15s',
  }),
  idle_timeout: duration('How long the upstream may pause within the body of its answer; 0 for ever.', {
    unit: 'ms',
    default: '30s',
  }),
  keep_alive: duration('How long an idle connection is kept for the next request.', {
    unit: 'ms',
    default: '4s',
  }),
  max_idle: integer('How many idle connections are kept.', { default: 256, min: 0 }),
  max_body: size(
    'The longest answer that is read whole, for a script or a codec. Others are streamed and have no limit.',
    {
      default: '1MiB',
    },
  ),
  fail_on: list(
    'Statuses that count as failures for the operators that back off, as `503` or `5xx`.',
    statusPattern,
    { default: ['5xx', '429'] },
  ),
} as const

type Config = ConfigOf<typeof config>

export default defineOfframp({
  doc: `Sends each event as an HTTP/1.1 request. Linked, the answer leaves by \`out\` and failures by \`err\`, in the flight of the event they answer.`,
  config,
  defaultCodec: 'json',
  ports: ['out', 'err'],
  linkable: true,
  streams: true,
  check: checkSet,
  create: (config, context) => new RestOfframp(config, context),
})

class RestOfframp implements Offramp {
  readonly config: Config
  readonly context: RampContext
  readonly endpoint: Endpoint
  readonly client: Client
  /** Who is asked: the cache, else the set, else the client. */
  readonly asking: Asking
  readonly set: Upstreams | null
  readonly cache: Cache | null
  readonly slots: Slots
  readonly insights = new Subject<Insight>()
  /** Configured header fields, as they are added to a request that does not state them. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly #places: readonly { readonly host: string; readonly port: number }[]
  readonly #failing: ReadonlySet<number>
  #mark: string | null = null
  /** Requests mostly go to the same place. */
  #last = { host: '', port: 0, real: 0 }
  #nextEvent = 0
  #calls = 0
  #idle: (() => void) | null = null

  constructor(config: Config, context: RampContext) {
    this.config = config
    this.context = context
    this.headers = Object.entries(config.headers).filter(([name]) => !unsent.has(lowerName(name)))
    this.#failing = statusesOf(config.fail_on)
    this.client = context.transport.client({
      clock: context.clock,
      connectTo: context.connectTo,
      idleMs: config.keep_alive,
      maxIdlePerOrigin: config.max_idle,
    })
    const places = placesOf(config)
    this.#places = (places ?? []).map(({ endpoint }) => targetOf(endpoint, null))
    this.endpoint =
      places === null
        ? endpointOf(config.endpoint!)
        : { ...places[0]!.endpoint, username: null, password: null }
    this.set = places === null ? null : this.#setOf(places)
    const upstream = this.set ?? this.client
    this.cache = config.cache === undefined ? null : new Cache(upstream, config.cache, context)
    this.asking = this.cache ?? upstream
    const { size, wait } = config.queue
    this.slots = new Slots(context.clock, { most: config.concurrency, queueSize: size, waitMs: wait })
  }

  #setOf(places: NonNullable<ReturnType<typeof placesOf>>): Upstreams {
    const { clock, log, metrics, address, random } = this.context
    const tell = (kind: 'open' | 'close') => this.insights.next({ kind, about: 'place', trail: null })
    const around = { client: this.client, clock, log, metrics, address, random, failing: this.#failing, tell }
    return new Upstreams(this.config, places, around)
  }

  async open(): Promise<void> {
    this.set?.open()
  }

  status(): Value {
    const upstreams = (this.set?.status() ?? []) as unknown as Value
    return this.cache === null ? { upstreams } : { upstreams, cache: this.cache.status() as unknown as Value }
  }

  write(events: Observable<At<Event>>, place: Place): Observable<At<Event>> {
    return new Observable((out) => events.subscribe(([, event]) => new Call(this, event, out, place).start()))
  }

  /** Resolves when the last call has ended. */
  drain(): Promise<void> {
    if (this.#calls === 0) return Promise.resolve()
    return new Promise((resolve) => (this.#idle = resolve))
  }

  close(): void {
    this.cache?.close()
    this.set?.close()
    this.client.close()
  }

  /** Whether a request sent there may come back to this process. */
  mayReturn(target: { readonly host: string; readonly port: number }): boolean {
    const { connectTo } = this.context
    if (this.set !== null) return this.#places.some((place) => mayReturn(placeOf(place, connectTo).port))
    if (target.host !== this.#last.host || target.port !== this.#last.port)
      this.#last = { ...target, real: placeOf(target, connectTo).port }
    return mayReturn(this.#last.real)
  }

  /** Known by it to itself when a request comes back. */
  get mark(): string {
    this.#mark ??= this.context.random().toString(36).slice(2)
    return this.#mark
  }

  began(): void {
    this.#calls++
  }

  ended(): void {
    if (--this.#calls === 0) this.#idle?.()
  }

  nextId(): EventId {
    return new EventId(this.context.uid, 0, this.#nextEvent++)
  }

  /** Whether a status counts as a failure of the upstream. */
  counts(status: number): boolean {
    return this.#failing.has(status)
  }

  /** Tries by connecting whether the target is there again; the result goes up every link that leads here. */
  probe(target: { scheme: 'http' | 'https'; host: string; port: number }): void {
    const { log, address } = this.context
    this.client.probe({ ...target, connectMs: this.config.connect_timeout }, (fault) => {
      if (fault === null) {
        log.info({ node: address }, 'upstream can be reached again')
        this.insights.next({ kind: 'open', about: 'place', trail: null })
      } else {
        this.insights.next({
          kind: 'fail',
          about: 'place',
          trail: null,
          reason: 'upstream_unreachable',
          probe: () => this.probe(target),
        })
      }
    })
  }
}

/** One event on its way to the upstream and back. Holds its flight until what came of it was handed on. */
class Call implements Passenger, Waiting, SetEvents {
  readonly #ramp: RestOfframp
  readonly #event: Event
  readonly #out: Subscriber<At<Event>>
  readonly #place: Place
  readonly #startedMs: number
  #state: 'waiting' | 'calling' | 'answered' | 'over' = 'waiting'
  #giveUp: (() => void) | null = null
  #call: ClientCall | null = null
  #target: ReturnType<typeof targetOf> | null = null
  #request: Rec = {}
  /** The answer, streamed: whoever sends it on takes its source out. */
  #answer: Payload | null = null
  /** The request's body, streamed: ours until the transport starts it. */
  #body: BodySource | null = null

  constructor(ramp: RestOfframp, event: Event, out: Subscriber<At<Event>>, place: Place) {
    this.#ramp = ramp
    this.#event = event
    this.#out = out
    this.#place = place
    this.#startedMs = ramp.context.clock.now()
  }

  start(): void {
    const { linked, address } = this.#ramp.context
    const event = this.#event
    event.flight?.visited?.push(`${address}/in`)
    // What leaves for good goes out whatever became of the request it came of; only a body still arriving needs its client.
    if (!linked && event.payload.source === null) event.flight = null
    const flight = event.flight
    if (flight?.settled) return event.payload.takeSource()?.cancel()
    flight?.hold()
    flight?.carry(this)
    this.#ramp.began()
    this.#giveUp = this.#ramp.slots.enter(this)
  }

  refused(why: 'full' | 'late'): void {
    const text = why === 'full' ? 'the queue of the server is full' : 'the server had no place in time'
    this.#failed('overflow', `Overflow: ${text}`)
  }

  /** The request is over. A call that nobody waits for any more is cut; one whose answer came too late for it goes on. */
  over(gone: boolean): void {
    if (this.#state === 'answered') {
      this.#answer?.takeSource()?.cancel()
      if (gone) this.#call?.abort()
      this.#ramp.slots.leave()
    } else if (gone && this.#state === 'calling') {
      this.#call?.abort()
      this.#ramp.slots.leave()
      this.#event.flight?.release()
    } else if (gone && this.#state === 'waiting') {
      this.#giveUp?.()
      this.#event.flight?.release()
    } else return
    this.#state = 'over'
    this.#ramp.ended()
  }

  /** It is its turn: the request goes out. */
  go(): void {
    this.#state = 'calling'
    this.#giveUp = null
    const { asking, config, context, endpoint: base, set } = this.#ramp
    const flight = this.#event.flight
    if (flight !== null && flight.forwardedMs < 0) flight.forwardedMs = context.clock.now()
    try {
      const event = this.#event
      const batch = event.isBatch ? eventsOf(event.payload.value ?? null) : null
      if (batch !== null && context.linked)
        throw new Unfit('Cannot send a batch: a linked offramp answers one event at a time')
      const meta = batch?.[0]?.meta ?? event.meta
      const request = meta['request']
      const described = request !== undefined && isRecord(request) ? request : undefined
      const method = methodOf(described?.['method'], config.method)
      const endpoint = overlay(base, meta['endpoint'])
      const target = targetOf(endpoint, base.host)
      this.#target = target
      const asked = described?.['headers']
      const marks = this.#ramp.mayReturn(target) ? marked(asked, this.#ramp.mark) : undefined
      if (marks === null) return this.#loops()
      const contentType = firstValue(asked, 'content-type')
      const {
        body,
        contentType: made,
        recoded,
      } = batch === null
        ? encodeBody(event.payload, contentType, event.ingestNs, context)
        : encodeBatch(batch, contentType, event, context)
      const nothing = body === null || body.length === 0
      if (body !== null && typeof body === 'object' && !(body instanceof Uint8Array)) this.#body = body
      const headers = this.#headers(asked, target.authority, endpoint)
      if (marks !== undefined) {
        dropField(headers, loopField)
        headers.push(loopField, marks)
      }
      // A type that a script took away stays away, unless the bytes are of our making.
      if (made !== undefined && !nothing && (recoded || asked === undefined))
        if (!hasField(headers, 'content-type')) headers.push('content-type', made)
      if (recoded && context.postprocessors.length === 0) dropField(headers, 'content-encoding')
      this.#request = { method, headers: asked ?? {}, endpoint: endpoint as unknown as Rec }
      this.#call = asking.request(
        {
          scheme: target.scheme,
          host: target.host,
          port: target.port,
          method,
          path: target.path,
          headers,
          body: nothing ? null : body,
          connectMs: config.connect_timeout,
          firstByteMs: config.timeout,
          bodyIdleMs: config.idle_timeout,
          event: this.#event,
          pinned: set !== null && namesPlace(meta['endpoint']),
        },
        this,
      )
    } catch (error) {
      if (!(error instanceof EndpointError || error instanceof Unfit || error instanceof CodecError))
        return this.#broke(error)
      this.#ramp.slots.leave()
      this.#failed('script_error', `RequestError: ${error.message}`, 400)
    }
  }

  /** A component threw what it must not. */
  #broke(error: unknown): void {
    const { log, address } = this.#ramp.context
    const event_id = this.#event.id.toString()
    log.error({ node: address, event_id, err: error }, 'a component of the ramp failed')
    this.#ramp.slots.leave()
    this.#failed('script_error', 'EngineError: the engine failed on this event')
  }

  #loops(): void {
    this.#ramp.slots.leave()
    this.#failed('loop', 'LoopDetected: the request came back to the offramp that had sent it')
  }

  /** Host first; then what the event asks for; then the configured fields it did not mention. */
  #headers(asked: Value | undefined, authority: string, endpoint: Endpoint): string[] {
    const { host } = this.#ramp.config
    const stated = host === 'request' ? firstValue(asked, 'host') : undefined
    const headers = toList(asked, unsent, ['host', stated ?? authority])
    for (const [name, value] of this.#ramp.headers)
      if (!hasField(headers, lowerName(name))) headers.push(name, value)
    if (endpoint.username !== null && !hasField(headers, 'authorization')) {
      headers.push(
        'authorization',
        `Basic ${Buffer.from(`${endpoint.username}:${endpoint.password ?? ''}`).toString('base64')}`,
      )
    }
    return headers
  }

  /** The set chose: what is said of the answer's place is that one. */
  chosen({ endpoint, scheme, host, port, authority }: Member): void {
    this.#target = { ...this.#target!, scheme, host, port, authority }
    const { path, query } = this.#request['endpoint'] as unknown as Endpoint
    this.#request = {
      ...this.#request,
      endpoint: { ...endpoint, password: null, path, query } as unknown as Rec,
    }
  }

  head(status: number, list: HeaderList, source: BodySource): void {
    if (this.#state !== 'calling') return source.cancel()
    const { context, config } = this.#ramp
    if (!context.linked) return this.#sentOff(status, source)
    const demand = context.preprocessors.length > 0 ? 'value' : this.#place.demand('out')
    const flight = this.#event.flight
    if (flight !== null) flight.respondedMs = context.clock.now()
    if (demand === 'stream' && flight !== null) {
      const payload = new Payload(source, null, undefined, fieldIn(list, 'content-type'))
      this.#answer = payload
      this.#state = 'answered'
      this.#tell(status)
      this.#leave('out', this.#response({ payload, ingestNs: context.clock.wallNs() }, status, list))
      flight.release()
      // The request was over before this: nobody will say so again.
      if (flight.isOver && this.#state === 'answered') this.over(true)
      return
    }
    collect(source, config.max_body, (bytes, fault) => {
      if (this.#state !== 'calling') return
      if (bytes === null) return this.fail(fault!)
      this.#buffered(bytes, status, list, demand)
    })
  }

  /** Unlinked: whether it was taken is all that matters. */
  #sentOff(status: number, source: BodySource): void {
    discard(source, this.#ramp.config.max_body, () => {
      if (this.#state !== 'calling') return
      this.#state = 'over'
      this.#ramp.slots.leave()
      this.#tell(status)
      if (status >= 400) {
        const { log, address } = this.#ramp.context
        const event_id = this.#event.id.toString()
        log.warn({ node: address, event_id, status }, 'the server did not take an event')
      }
      this.#ramp.ended()
      this.#event.flight?.release()
    })
  }

  #buffered(bytes: Uint8Array, status: number, list: HeaderList, demand: 'stream' | 'bytes' | 'value'): void {
    const { context } = this.#ramp
    const contentType = fieldIn(list, 'content-type')
    const ingestNs = context.clock.wallNs()
    let events: readonly DecodedEvent[]
    try {
      const raw = { bytes, contentType, contentEncoding: fieldIn(list, 'content-encoding'), ingestNs }
      events =
        demand === 'value'
          ? decodeBody(raw, context)
          : [{ payload: new Payload(null, bytes, undefined, contentType), ingestNs }]
    } catch (error) {
      if (!(error instanceof CodecError)) return this.#broke(error)
      this.#ramp.slots.leave()
      return this.#failed('bad_upstream_response', 'BadResponse: the answer of the server cannot be decoded')
    }
    // A codec that finds no event in an answer (tremor: None) still leaves the answer.
    if (events.length === 0 && context.preprocessors.length === 0)
      events = [{ payload: Payload.of({}), ingestNs }]
    if (events.length === 0)
      this.#event.flight?.note('bad_upstream_response', 'the answer of the server holds no event')
    this.#state = 'over'
    this.#ramp.slots.leave()
    this.#tell(status)
    for (const each of events) this.#leave('out', this.#response(each, status, list))
    this.#ramp.ended()
    this.#event.flight?.release()
  }

  #response({ payload, ingestNs }: DecodedEvent, status: number, list: HeaderList): Event {
    const meta: Record<string, Value> = {}
    const correlation = fieldOf(this.#event.meta, 'correlation')
    if (correlation !== undefined) meta['correlation'] = correlation
    meta['response'] = { status, headers: toRecord(list), request: this.#request }
    const target = this.#target!
    const origin = { scheme: 'tremor-rest', host: target.host, port: target.port, path: [target.path] }
    return new Event(this.#ramp.nextId(), payload, meta, ingestNs, origin, this.#event.flight)
  }

  /** Interim answers go on to the client past the pipelines (RFC 9110 15.2); 100 answers an expectation we never send. */
  inform(status: number, list: HeaderList): void {
    if (this.#state === 'calling' && this.#ramp.context.linked && status > 101)
      this.#event.flight?.inform(status, toList(toRecord(list), nothing, []))
  }

  fail(fault: HttpFault): void {
    if (this.#state !== 'calling') return
    this.#ramp.slots.leave()
    if (fault.kind === 'bad_request')
      return this.#failed('script_error', `RequestError: ${fault.message}`, 400)
    const reason = reasonOf(fault)
    this.#ramp.context.log.warn(
      { node: this.#ramp.context.address, event_id: this.#event.id.toString(), fault: fault.kind },
      fault.message,
    )
    this.#failed(reason, words[reason] ?? fault.message)
  }

  /** The error event, on `err`: `{"error", "event_id"}` and the status an answer made of it should have. */
  #failed(reason: Reason, text: string, status: number = reasons[reason].status): void {
    this.#state = 'over'
    const flight = this.#event.flight
    flight?.note(reason, text)
    this.#event.payload.takeSource()?.cancel()
    this.#body?.cancel()
    // A request that cannot be made is the script's mistake: it says nothing about the upstream.
    if (reason !== 'script_error') this.#insight({ kind: 'fail', reason })
    if (this.#ramp.context.linked) {
      const value = { error: text, event_id: this.#event.id.toString() }
      const headers = { 'content-type': ['application/json'], server: ['temblor'] }
      const meta: Record<string, Value> = { error: text, response: { status, headers } }
      const correlation = fieldOf(this.#event.meta, 'correlation')
      if (correlation !== undefined) meta['correlation'] = correlation
      const event = new Event(
        this.#event.id,
        Payload.of(value),
        meta,
        this.#event.ingestNs,
        this.#event.origin,
        flight,
      )
      event.failure = { reason, message: text, value }
      this.#leave('err', event)
    }
    this.#ramp.ended()
    flight?.release()
  }

  #leave(port: 'out' | 'err', event: Event): void {
    event.flight?.visited?.push(`${this.#ramp.context.address}/${port}`)
    this.#out.next([port, event])
  }

  #tell(status: number): void {
    if (this.#ramp.counts(status)) this.#insight({ kind: 'fail', reason: 'upstream_status' })
    else this.#insight({ kind: 'ack' })
  }

  #insight(what: Pick<Insight, 'kind' | 'reason'>): void {
    if (this.#event.trail === null) return
    const target = this.#target
    const reachable = what.reason !== 'upstream_unreachable' && what.reason !== 'upstream_reset'
    goBack(this.#event.trail, {
      ...what,
      about: 'event',
      trail: null,
      elapsedMs: this.#ramp.context.clock.now() - this.#startedMs,
      ...(reachable || target === null ? {} : { probe: () => this.#ramp.probe(target) }),
    })
  }
}

/** Fields of the client's request that are not sent on: the transport frames by itself, `Host` is the endpoint's. */
const unsent: ReadonlySet<string> = new Set(['host', 'content-length'])
const nothing: ReadonlySet<string> = new Set()

const words: Partial<Record<Reason, string>> = {
  upstream_unreachable: 'ConnectFailed: failed to connect to the server',
  upstream_reset: 'ConnectionClosed: the server closed the connection before its answer was whole',
  upstream_timeout: 'Timeout: the server did not answer in time',
  bad_upstream_response: 'BadResponse: the answer of the server is not valid HTTP',
}

function reasonOf(fault: HttpFault): Reason {
  if (fault.kind === 'dns' || fault.kind === 'connect' || fault.kind === 'tls') return 'upstream_unreachable'
  if (fault.kind === 'timeout')
    return fault.phase === 'connect' || fault.phase === 'resolve'
      ? 'upstream_unreachable'
      : 'upstream_timeout'
  if (fault.kind === 'bad_response' || fault.kind === 'body_too_large') return 'bad_upstream_response'
  return 'upstream_reset'
}

function methodOf(value: Value | undefined, otherwise: string): string {
  if (typeof value === 'string' && knownMethod(value)) return value
  if (value === undefined || value === null) return otherwise
  const method = typeof value === 'string' ? value.trim().toUpperCase() : ''
  if (knownMethod(method)) return method
  throw new Unfit(`Cannot send method ${JSON.stringify(value)}: it is not known`)
}
