/** One event, one request, one answer: what the REST offramp does with each event it is handed. */
import type { Subscriber } from 'rxjs'
import type { Origin } from '#dsl/program.ts'
import { fieldOf, type Value } from '#dsl/value.ts'
import { CodecError } from '../codec.ts'
import { Event, type EventId } from '../event.ts'
import type { Passenger } from '../flight.ts'
import { goBack } from '../outlet.ts'
import { Payload } from '../payload.ts'
import type { At } from '../port.ts'
import type { Place, RampContext } from '../ramp.ts'
import { type Reason, reasons } from '../reason.ts'
import { encodeBatch, eventsOf } from './batch.ts'
import { collect, discard } from './body.ts'
import { type DecodedEvent, decodeBody, encodeBody } from './body-codec.ts'
import { EndpointError } from './endpoint.ts'
import { isEventStream } from './event-stream.ts'
import { hasField, lacking, toList, toRecord } from './headers.ts'
import { contentEncodingOf, contentTypeOf } from './kept.ts'
import { loopField, marked } from './loop.ts'
import { ResponseMeta } from './response-meta.ts'
import type { Slots, Waiting } from './slots.ts'
import {
  type BodySource,
  type ClientCall,
  type HeaderList,
  type HttpFault,
  type Tunnel,
  Unfit,
} from './transport.ts'
import type { Member } from './upstreams/member.ts'
import type { Asking, SetEvents, Upstreams } from './upstreams.ts'
import { type Wanted, type Wants, wantedBy } from './wanted.ts'

/** What a call needs of its offramp. */
export interface Caller extends Wants {
  readonly config: Wants['config'] & {
    readonly connect_timeout: number
    readonly timeout: number
    readonly idle_timeout: number
    readonly stream_idle_timeout: number
    readonly max_body: number
  }
  readonly context: RampContext
  readonly asking: Asking
  readonly set: Upstreams | null
  readonly slots: Slots
  /** Known by it to itself when a request comes back. */
  readonly mark: string
  began(): void
  ended(): void
  nextId(): EventId
  /** Whether a status counts as a failure of the upstream. */
  counts(status: number): boolean
  /** Whether a request sent there may come back to this process. */
  mayReturn(target: { readonly host: string; readonly port: number }): boolean
  /** Where its answer comes from, as tremor states it. */
  origin(upstream: { readonly host: string; readonly port: number }, path: string): Origin
  /** Tries by connecting whether the target is there again. */
  probe(target: { scheme: 'http' | 'https'; host: string; port: number }): void
}

/** One event on its way to the upstream and back. Holds its flight until what came of it was handed on. */
export class Call implements Passenger, Waiting, SetEvents {
  readonly #ramp: Caller
  readonly #event: Event
  readonly #out: Subscriber<At<Event>>
  readonly #place: Place
  readonly #startedMs: number
  #state: 'waiting' | 'calling' | 'answered' | 'over' = 'waiting'
  #giveUp: (() => void) | null = null
  #call: ClientCall | null = null
  #wanted: Wanted | null = null
  /** The answer, streamed: whoever sends it on takes its source out. */
  #answer: Payload | null = null
  /** An event stream may go on for hours: it does not keep a place that requests wait for. */
  #holdsPlace = true
  /** The request's body, streamed: ours until the transport starts it. */
  #body: BodySource | null = null

  constructor(ramp: Caller, event: Event, out: Subscriber<At<Event>>, place: Place) {
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
      this.#leavePlace()
    } else if (gone && this.#state === 'calling') {
      this.#call?.abort()
      this.#blame()
      this.#ramp.slots.leave()
      this.#event.flight?.release()
    } else if (gone && this.#state === 'waiting') {
      this.#giveUp?.()
      this.#event.flight?.release()
    } else return
    this.#state = 'over'
    this.#ramp.ended()
  }

  /**
   * The request's time ran out while it was here: a failure of the upstream, if most of the time was spent here, and no client
   * was still sending what it waits for.
   */
  #blame(): void {
    const flight = this.#event.flight
    if (flight?.reason !== 'deadline' || (this.#body !== null && this.#body.length !== 0)) return
    const now = this.#ramp.context.clock.now()
    if ((now - this.#startedMs) * 2 >= now - flight.startedMs) this.#insight('fail', 'deadline')
  }

  /** It is its turn: the request goes out. */
  go(): void {
    this.#state = 'calling'
    this.#giveUp = null
    const { asking, config, context, set } = this.#ramp
    const flight = this.#event.flight
    if (flight !== null && flight.forwardedMs < 0) flight.forwardedMs = context.clock.now()
    try {
      const event = this.#event
      const batch = event.isBatch ? eventsOf(event.payload.value ?? null) : null
      if (batch !== null && context.linked)
        throw new Unfit('Cannot send a batch: a linked offramp answers one event at a time')
      const wanted = wantedBy(event, batch?.[0]?.meta, this.#ramp)
      this.#wanted = wanted
      const { method, upstream, path } = wanted
      const marks = this.#ramp.mayReturn(upstream)
        ? marked(wanted.stated(loopField) ?? '', this.#ramp.mark)
        : undefined
      if (marks === null) return this.#loops()
      const contentType = wanted.stated('content-type')
      const {
        body,
        contentType: made,
        recoded,
      } = batch === null
        ? encodeBody(event.payload, contentType, event.ingestNs, context)
        : encodeBatch(batch, contentType, event, context)
      const nothing = body === null || body.length === 0
      if (body !== null && typeof body === 'object' && !(body instanceof Uint8Array)) this.#body = body
      let headers = wanted.fields()
      if (marks !== undefined) headers = [...lacking(headers, loopField), loopField, marks]
      // A type that a script took away stays away, unless the bytes are of our making.
      if (made !== undefined && !nothing && (recoded || !wanted.statesFields))
        if (contentType === undefined && !hasField(headers, 'content-type'))
          headers = [...headers, 'content-type', made]
      if (recoded && context.postprocessors.length === 0) headers = lacking(headers, 'content-encoding')
      const upgrade = wanted.upgrades ? (flight?.upgrade ?? undefined) : undefined
      this.#call = asking.request(
        {
          scheme: upstream.scheme,
          host: upstream.host,
          port: upstream.port,
          method,
          path,
          headers,
          body: nothing || upgrade !== undefined ? null : body,
          upgrade,
          connectMs: config.connect_timeout,
          firstByteMs: config.timeout,
          bodyIdleMs: config.idle_timeout,
          streamIdleMs: config.stream_idle_timeout,
          event: this.#event,
          pinned: set !== null && wanted.pinned,
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

  chosen(member: Member): void {
    this.#wanted?.chosen(member)
  }

  head(status: number, list: HeaderList, source: BodySource): void {
    if (this.#state !== 'calling') return source.cancel()
    const { context, config } = this.#ramp
    if (!context.linked) return this.#sentOff(status, source)
    const demand = context.preprocessors.length > 0 ? 'value' : this.#place.demand('out')
    const flight = this.#event.flight
    if (flight !== null) flight.respondedMs = context.clock.now()
    if (demand === 'stream' && flight !== null && !flight.shared) {
      const payload = new Payload(source, null, undefined, contentTypeOf(list))
      this.#answer = payload
      this.#state = 'answered'
      if (isEventStream(list)) this.#leavePlace()
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

  #leavePlace(): void {
    if (this.#holdsPlace) this.#ramp.slots.leave()
    this.#holdsPlace = false
  }

  /** The upstream goes on in the protocol that was asked for: its answer is an event as any other, and the connection waits for it. */
  switched(list: HeaderList, tunnel: Tunnel): void {
    if (this.#state !== 'calling') return tunnel.cut()
    const { context } = this.#ramp
    const flight = this.#event.flight
    if (!context.linked || flight === null || !flight.offer(tunnel)) {
      tunnel.cut()
      return this.fail({ kind: 'bad_response', message: 'The upstream switched protocols for nobody' })
    }
    flight.respondedMs = context.clock.now()
    const demand = context.preprocessors.length > 0 ? 'value' : this.#place.demand('out')
    this.#buffered(new Uint8Array(0), 101, list, demand)
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
    const contentType = contentTypeOf(list)
    const ingestNs = context.clock.wallNs()
    let events: readonly DecodedEvent[]
    try {
      const raw = { bytes, contentType, contentEncoding: contentEncodingOf(list), ingestNs }
      events =
        demand === 'value'
          ? decodeBody(raw, context, this.#place.touches('out'))
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
    const wanted = this.#wanted!
    const meta = new ResponseMeta(status, list, wanted)
    const origin = this.#ramp.origin(wanted.upstream, wanted.path)
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
      {
        node: this.#ramp.context.address,
        event_id: this.#event.id.toString(),
        fault: fault.kind,
        ...(this.#wanted === null ? {} : { upstream: this.#wanted.upstream.authority }),
      },
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
    if (reason !== 'script_error') this.#insight('fail', reason)
    if (this.#ramp.context.linked) {
      const value = { error: text, event_id: this.#event.id.toString() }
      const headers = { 'content-type': ['application/json'], server: ['temblor'] }
      const meta: Record<string, Value> = { error: text, response: { status, headers } }
      const correlation =
        this.#wanted === null ? fieldOf(this.#event.meta, 'correlation') : this.#wanted.correlation
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
    if (this.#ramp.counts(status)) this.#insight('fail', 'upstream_status')
    else this.#insight('ack')
  }

  #insight(kind: 'ack' | 'fail', reason?: Reason | 'upstream_status'): void {
    if (this.#event.trail === null) return
    const upstream = this.#wanted?.upstream
    const elapsedMs = this.#ramp.context.clock.now() - this.#startedMs
    const insight = { kind, about: 'event', trail: null, elapsedMs } as const
    if (reason === undefined) return goBack(this.#event.trail, insight)
    const broken = reason === 'upstream_unreachable' || reason === 'upstream_reset'
    const probe = broken && upstream !== undefined ? { probe: () => this.#ramp.probe(upstream) } : {}
    goBack(this.#event.trail, { ...insight, reason, ...probe })
  }
}

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
