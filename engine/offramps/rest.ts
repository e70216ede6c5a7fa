import { Observable, Subject } from 'rxjs'
import type { Origin } from '#dsl/program.ts'
import type { Value } from '#dsl/value.ts'
import { type ConfigOf, duration, either, integer, list, map, oneOf, record, size, text } from '../config.ts'
import { type Event, EventId } from '../event.ts'
import { cacheField } from '../http/cache/fields.ts'
import { Cache } from '../http/cache.ts'
import { destinations, destinationTrouble } from '../http/destinations.ts'
import { placeOf } from '../http/dial.ts'
import { type Endpoint, endpointOf, type Target, targetOf } from '../http/endpoint.ts'
import { firstValue, lowerName } from '../http/headers.ts'
import { unsent } from '../http/kept.ts'
import { mayReturn } from '../http/loop.ts'
import { Call, type Caller } from '../http/rest-call.ts'
import { Slots } from '../http/slots.ts'
import type { Client } from '../http/transport.ts'
import { checkSet, httpUrl, setFields, statusesOf, statusPattern } from '../http/upstreams/fields.ts'
import { placesOf } from '../http/upstreams/member.ts'
import { type Asking, Upstreams } from '../http/upstreams.ts'
import type { Insight } from '../insight.ts'
import type { At } from '../port.ts'
import { defineOfframp, type Offramp, type Place, type RampContext } from '../ramp.ts'

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
  destinations: list(
    'Where else than to the configured places `$endpoint` may lead: hosts, in which `*` stands for any text, and networks such as `10.0.0.0/8`. A pattern leads to public addresses only, whatever its names resolve to. Absent, anywhere: then a script must not make `$endpoint` of what a client sent.',
    text('A host, an address or a network.', { check: destinationTrouble }),
  ),
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
  headers: map(
    'Header fields to send, where `$request.headers` does not state them. `Host` is sent instead of the authority of the endpoint.',
    text('A value.'),
    { default: {} },
  ),
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
  stream_idle_timeout: duration(
    'The same of a `text/event-stream`, which may have nothing to say for long; 0 for ever. Such an answer takes no place in `concurrency`.',
    { unit: 'ms', default: '5m' },
  ),
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

class RestOfframp implements Offramp, Caller {
  readonly config: Config
  readonly context: RampContext
  readonly endpoint: Endpoint
  readonly target: Target | null
  readonly client: Client
  /** Who is asked: the cache, else the set, else the client. */
  readonly asking: Asking
  readonly set: Upstreams | null
  readonly cache: Cache | null
  readonly slots: Slots
  readonly insights = new Subject<Insight>()
  /** Configured header fields, as they are added to a request that does not state them. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly hostField: string | undefined
  /** Where the set's members really are. */
  readonly #ports: readonly number[]
  readonly #failing: ReadonlySet<number>
  #mark: string | null = null
  /** Requests mostly go to the same place. */
  #last = { host: '', port: 0, real: 0 }
  #origin: Origin = { scheme: 'tremor-rest', host: '', port: null, path: [''] }
  #nextEvent = 0
  #calls = 0
  #idle: (() => void) | null = null

  constructor(config: Config, context: RampContext) {
    this.config = config
    this.context = context
    this.headers = Object.entries(config.headers).filter(([name]) => !unsent.has(lowerName(name)))
    this.hostField = firstValue(config.headers, 'host')
    this.#failing = statusesOf(config.fail_on)
    const places = placesOf(config)
    const own = places?.map(({ endpoint }) => endpoint.host) ?? [endpointOf(config.endpoint!).host]
    this.client = context.transport.client({
      clock: context.clock,
      connectTo: context.connectTo,
      idleMs: config.keep_alive,
      maxIdlePerOrigin: config.max_idle,
      mayConnect: config.destinations && destinations(config.destinations, own),
    })
    this.#ports = (places ?? []).map(({ endpoint }) => placeOf(targetOf(endpoint), context.connectTo).port)
    this.endpoint =
      places === null
        ? endpointOf(config.endpoint!)
        : { ...places[0]!.endpoint, username: null, password: null }
    this.target = this.endpoint.host === null ? null : targetOf(this.endpoint)
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
    await this.cache?.open()
    this.set?.open()
  }

  status(): Value {
    const upstreams = (this.set?.status() ?? []) as unknown as Value
    return this.cache === null ? { upstreams } : { upstreams, cache: this.cache.status() as unknown as Value }
  }

  purge({
    url,
    tag,
  }: {
    readonly url?: string | undefined
    readonly tag?: string | undefined
  }): number | undefined {
    if (this.cache === null) return undefined
    if (url !== undefined) return this.cache.purgeUrl(url)
    return tag !== undefined ? this.cache.purgeTag(tag) : this.cache.purgeAll()
  }

  write(events: Observable<At<Event>>, place: Place): Observable<At<Event>> {
    return new Observable((out) => events.subscribe(([, event]) => new Call(this, event, out, place).start()))
  }

  /** Resolves when the last call has ended. */
  drain(): Promise<void> {
    const idle =
      this.#calls === 0 ? Promise.resolve() : new Promise<void>((resolve) => (this.#idle = resolve))
    return this.cache === null ? idle : idle.then(() => this.cache?.settled())
  }

  close(): void {
    this.cache?.close()
    this.set?.close()
    this.client.close()
  }

  /** Whether a request sent there may come back to this process. */
  mayReturn(target: { readonly host: string; readonly port: number }): boolean {
    if (this.set !== null) return this.#ports.some(mayReturn)
    if (target.host !== this.#last.host || target.port !== this.#last.port)
      this.#last = { ...target, real: placeOf(target, this.context.connectTo).port }
    return mayReturn(this.#last.real)
  }

  /** Where an answer comes from, as tremor states it. The same few are asked the same. */
  origin({ host, port }: { readonly host: string; readonly port: number }, path: string): Origin {
    const last = this.#origin
    if (last.host !== host || last.port !== port || last.path[0] !== path)
      this.#origin = { scheme: 'tremor-rest', host, port, path: [path] }
    return this.#origin
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
    return new EventId(this.context.uid, this.context.worker ?? 0, this.#nextEvent++)
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
