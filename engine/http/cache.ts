/**
 * A shared cache (RFC 9111) before an upstream or a set of them. It stands where a client stands: what it is asked it answers from memory, or
 * asks on, keeping what may be kept. Requests for one URL that come while it is being fetched wait for that fetch.
 *
 *     request -> key -> kept? -- fresh ------------------------------> answer (304, 206 of it)
 *                         |----- stale, may be given --> answer, and a fetch behind it
 *                         +----- else --> join the fetch of the key, or begin one --> answer, kept
 */
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Cell, Metrics } from '../metrics.ts'
import { conditionalAnswer } from './cache/answer.ts'
import { type Directives, directivesOf, secondsOf, speaksToCaches } from './cache/directives.ts'
import { Disk } from './cache/disk.ts'
import { type Entry, fieldsNow } from './cache/entry.ts'
import { Fetch } from './cache/fetch.ts'
import type { CacheConfig } from './cache/fields.ts'
import { ageMs, type Policy } from './cache/policy.ts'
import { bytesSource } from './cache/shared-body.ts'
import { Store } from './cache/store.ts'
import { normal } from './cache/vary.ts'
import { type Forwarded, marking, Visit } from './cache/visit.ts'
import { fieldIn } from './headers.ts'
import type { ClientCall, HeaderList } from './transport.ts'
import type { Asked, Asking, SetEvents } from './upstreams.ts'

/** What became of a request, for the metric. */
const outcomes = ['hit', 'stale', 'collapsed', 'revalidated', 'miss', 'bypass', 'stale_if_error'] as const
export type Outcome = (typeof outcomes)[number]

export interface CacheSurroundings {
  readonly log: Log
  readonly clock: Clock
  readonly metrics: Metrics
  /** `/offramp/shop/01` */
  readonly address: string
  /** Which of several processes this is, from 1: each has a folder of its own on a disk. */
  readonly worker?: number | undefined
}

export class Cache implements Asking {
  readonly config: CacheConfig
  readonly store: Store
  /** Under way, by key. */
  readonly fetches = new Map<string, Fetch>()
  /** How often something was purged: what was asked for before is not kept after. */
  purges = 0
  readonly #inner: Asking
  readonly #clock: Clock
  #wallNs = -1n
  #wallMs = 0
  readonly #keyHeaders: readonly string[]
  readonly #outcomes: Readonly<Record<Outcome, Cell>>
  readonly #forget: () => void
  readonly #disk: Disk | null

  constructor(
    inner: Asking,
    config: CacheConfig,
    { clock, metrics, address, log, worker }: CacheSurroundings,
  ) {
    this.#inner = inner
    this.#clock = clock
    this.config = config
    const { disk, max_bytes: maxBytes, max_variants: maxVariants } = config
    const folder = disk === undefined ? '' : join(disk.folder, folderName(address, worker))
    this.#disk = disk === undefined ? null : new Disk({ folder, maxBytes: disk.max_bytes, maxVariants, log })
    this.store = new Store({ maxBytes, maxVariants, disk: this.#disk })
    this.#keyHeaders = config.key_headers.map((name) => name.toLowerCase())
    const counter = metrics.counter(
      'temblor_cache_requests_total',
      'Requests that a cache was asked, by outcome.',
      ['node', 'outcome'],
    )
    const cells = outcomes.map((outcome) => [outcome, counter.with(address, outcome)])
    this.#outcomes = Object.fromEntries(cells) as Record<Outcome, Cell>
    const bytes = metrics.gauge('temblor_cache_bytes', 'Octets that a cache holds.', ['node']).with(address)
    const entries = metrics
      .gauge('temblor_cache_entries', 'Answers that a cache holds.', ['node'])
      .with(address)
    const onDisk =
      this.#disk === null
        ? null
        : metrics
            .gauge('temblor_cache_disk_bytes', 'Octets that a cache holds on a disk.', ['node'])
            .with(address)
    this.#forget = metrics.beforeScrape(() => {
      bytes.value = this.store.bytes
      entries.value = this.store.entries
      if (onDisk !== null) onDisk.value = this.#disk!.bytes
    })
  }

  /** Looks at what an earlier process left. Rejects if the folder cannot be used. */
  async open(): Promise<void> {
    await this.#disk?.open()
  }

  /** Resolves when what is to outlive the process is on the disk. */
  async settled(): Promise<void> {
    await this.#disk?.settled()
  }

  close(): void {
    this.#forget()
    this.store.clear()
  }

  status(): {
    readonly entries: number
    readonly bytes: number
    readonly disk?: { readonly entries: number; readonly bytes: number }
    readonly outcomes: Readonly<Record<string, number>>
  } {
    const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, this.#outcomes[outcome].value]))
    const disk = this.#disk === null ? {} : { disk: { entries: this.#disk.entries, bytes: this.#disk.bytes } }
    return { entries: this.store.entries, bytes: this.store.bytes, ...disk, outcomes: counts }
  }

  /** Forgets the answers of a URL, or of a path with query on whatever host. Returns how many there were. */
  purgeUrl(url: string): number {
    if (url.startsWith('/')) return this.#purge((key) => pathOf(key) === url)
    if (!URL.canParse(url)) return 0
    const { protocol, hostname, port, pathname, search } = new URL(url)
    const wanted = primary(
      protocol.slice(0, -1),
      hostname,
      Number(port) || (protocol === 'https:' ? 443 : 80),
      pathname + search,
    )
    return this.#purge((key) => key.split('\n', 1)[0] === wanted)
  }

  /** Forgets the answers that carry a tag in one of `tag_headers`. Returns how many there were. */
  purgeTag(tag: string): number {
    return this.#purge((_key, entry) => entry.tags.includes(tag))
  }

  /** Forgets everything. Returns how many answers there were. */
  purgeAll(): number {
    return this.#purge(() => true)
  }

  /** Nobody who asks from now on is given what was asked for before, neither from memory nor by a fetch under way. */
  #purge(matches: (key: string, entry: Pick<Entry, 'tags'>) => boolean): number {
    this.purges++
    this.fetches.clear()
    return this.store.dropWhere(matches)
  }

  /** The same for all requests of a turn. */
  get nowMs(): number {
    const wall = this.#clock.wallNs()
    if (wall !== this.#wallNs) {
      this.#wallNs = wall
      this.#wallMs = Number(wall / 1_000_000n)
    }
    return this.#wallMs
  }

  request(asked: Asked, events: SetEvents): ClientCall {
    const { method } = asked
    if (asked.upgrade !== undefined) return this.#inner.request(asked, events)
    if (method !== 'GET' && method !== 'HEAD') return this.#changing(asked, events)
    const key = this.#keyOf(asked)
    if (asked.body !== null) return this.#pass(new Visit(asked, events, key, 'bypass'))
    const speaks = speaksToCaches(asked.headers)
    const wants = speaks && this.config.obey_clients ? wantsOf(asked.headers) : nothing
    const entry = this.store.find(key, asked.headers)
    const { nowMs } = this
    const verdict = entry === null ? 'miss' : judge(entry.policy, wants, nowMs)
    if (entry !== null && (verdict === 'fresh' || verdict === 'stale')) {
      if (verdict === 'stale') this.#refresh(asked, key, entry)
      this.count(verdict === 'fresh' ? 'hit' : 'stale')
      const cacheStatus = hitStatus(ttl(entry.policy, nowMs))
      if (speaks || method === 'HEAD') this.#giveAsAsked(asked, events, entry, cacheStatus)
      else events.head(entry.status, fieldsNow(entry, nowMs, cacheStatus), bytesSource(entry.body))
      return given
    }
    const forwarded = entry === null ? this.#missing(key) : verdict === 'asked' ? 'request' : 'stale'
    const visit = new Visit(asked, events, key, forwarded)
    if (wants.has('only-if-cached')) {
      events.head(
        504,
        ['Cache-Status', 'temblor; fwd=request; detail=only-if-cached'],
        bytesSource(new Uint8Array()),
      )
      return visit
    }
    const fills =
      method === 'GET' && !wants.has('no-store') && (entry !== null || fieldIn(asked.headers, 'range') === '')
    if (!fills) return this.#pass(visit)
    const under = verdict === 'asked' ? undefined : this.fetches.get(key)
    if (under?.join(visit)) return visit
    this.#begin(visit, entry)
    return visit
  }

  // ---- from memory

  /** Whether it may be given because the upstream fails. */
  maySave(entry: Entry): boolean {
    const { policy } = entry
    return ageMs(policy, this.nowMs) - policy.lifetimeMs < policy.staleIfErrorMs
  }

  /** Gives a kept answer, or what the client's conditions and range make of it. */
  give({ asked, events }: Visit, entry: Entry, cacheStatus: string, outcome: Outcome): void {
    this.count(outcome)
    this.#giveAsAsked(asked, events, entry, cacheStatus)
  }

  #giveAsAsked(asked: Asked, events: SetEvents, entry: Entry, cacheStatus: string): void {
    const { status, headers, body } = conditionalAnswer(asked, entry, this.nowMs, cacheStatus)
    events.head(status, headers, body)
  }

  count(outcome: Outcome): void {
    this.#outcomes[outcome].value += 1
  }

  // ---- from upstream

  #begin(visit: Visit, entry: Entry | null): void {
    const fetch = new Fetch(this, this.#inner, visit.asked, visit.key, entry)
    fetch.join(visit)
    // A second fetch of a key, for a client that insists, does not hide the first from those who do not.
    if (!this.fetches.has(visit.key)) this.fetches.set(visit.key, fetch)
    fetch.begin()
  }

  /** Behind an answer that was given though stale. */
  #refresh(asked: Asked, key: string, entry: Entry): void {
    if (this.fetches.has(key)) return
    const fetch = new Fetch(this, this.#inner, { ...asked, method: 'GET' }, key, entry)
    this.fetches.set(key, fetch)
    fetch.keepGoing()
    fetch.begin()
  }

  /** Goes on by itself, and nothing of it is kept. */
  pass(visit: Visit): void {
    this.#pass(visit)
  }

  #pass(visit: Visit): ClientCall {
    this.count('bypass')
    const { events } = visit
    visit.under = this.#inner.request(visit.asked, marking(events, `temblor; fwd=${visit.forwarded}`))
    return visit
  }

  /** Other methods: what they may have changed is forgotten, once they succeed (RFC 9111 4.4). */
  #changing(asked: Asked, events: SetEvents): ClientCall {
    if (asked.method === 'OPTIONS' || asked.method === 'TRACE') return this.#inner.request(asked, events)
    const marked = marking(events, 'temblor; fwd=method')
    return this.#inner.request(asked, {
      ...marked,
      head: (status, headers, body) => {
        if (status >= 200 && status < 400) this.#invalidate(asked, headers)
        marked.head(status, headers, body)
      },
    })
  }

  #invalidate(asked: Asked, headers: HeaderList): void {
    const { scheme, host, port, path } = asked
    const own = `${scheme}://${host}:${port}`
    const others = ['location', 'content-location'].flatMap((name) => {
      const said = fieldIn(headers, name)
      const base = `${scheme}://${fieldIn(asked.headers, 'host') || `${host}:${port}`}${path}`
      if (said === '' || !URL.canParse(said, base)) return []
      const url = new URL(said, base)
      const here = url.host === new URL(base).host || url.host === new URL(own).host
      return here ? [url.pathname + url.search] : []
    })
    const paths = new Set([path, ...others].map((each) => primary(scheme, host, port, each)))
    for (const [key, fetch] of this.fetches) {
      if (!paths.has(key.split('\n', 1)[0]!)) continue
      fetch.outdate()
      this.fetches.delete(key)
    }
    this.store.dropWhere((key) => paths.has(key.split('\n', 1)[0]!))
  }

  // ---- keys

  /** What is asked for, and the fields of `key_headers`, a line each. */
  #keyOf({ scheme, host, port, path, headers }: Asked): string {
    const url = primary(scheme, host, port, path)
    return this.#keyHeaders.length === 0
      ? url
      : [url, ...this.#keyHeaders.map((name) => JSON.stringify(normal(headers, name)))].join('\n')
  }

  #missing(key: string): Forwarded {
    return this.store.has(key) ? 'vary-miss' : 'uri-miss'
  }
}

/** The call of whoever was answered from memory, at once. */
const given: ClientCall = { abort() {} }

/** Whether a kept answer will do: as it is, while it is fetched anew, or not, because of its age or because the client asks for more. */
function judge(policy: Policy, wants: Directives, nowMs: number): 'fresh' | 'stale' | 'old' | 'asked' {
  if (wants.has('no-cache')) return 'asked'
  if (policy.alwaysAsk) return 'old'
  const age = ageMs(policy, nowMs)
  const left = policy.lifetimeMs - age
  if (left > 0 && wants.size === 0) return 'fresh'
  const most = secondsOf(wants, 'max-age')
  if (most !== null && age > most * 1000) return 'asked'
  const least = secondsOf(wants, 'min-fresh')
  if (least !== null && left < least * 1000) return 'asked'
  if (left > 0) return 'fresh'
  if (wants.has('max-stale') && !policy.neverStale) {
    const stale =
      wants.get('max-stale') === true ? Number.POSITIVE_INFINITY : secondsOf(wants, 'max-stale')! * 1000
    if (-left <= stale) return 'fresh'
  }
  return -left < policy.staleWhileRevalidateMs ? 'stale' : 'old'
}

/** Seconds of freshness left, negative if it is stale. */
function ttl(policy: Policy, nowMs: number): number {
  return Math.floor((policy.lifetimeMs - ageMs(policy, nowMs)) / 1000)
}

const hits: string[] = new Array(4096).fill('')

/** Of a kept answer that will do for so many seconds. The same text for the same number, to be known again. */
function hitStatus(ttl: number): string {
  const known = hits[ttl]
  if (known !== undefined && known !== '') return known
  const text = `temblor; hit; ttl=${ttl}`
  if (known === '') hits[ttl] = text
  return text
}

let place = { scheme: '', host: '', port: 0, text: '' }

/** Where the path is asked for: mostly where the one before was. */
function placeText(scheme: string, host: string, port: number): string {
  if (place.host !== host || place.port !== port || place.scheme !== scheme)
    place = { scheme, host, port, text: `${scheme}://${host.toLowerCase()}:${port}` }
  return place.text
}

function primary(scheme: string, host: string, port: number, path: string): string {
  const place = placeText(scheme, host, port)
  const slot =
    (path.length * 37 + path.charCodeAt(path.length >> 1) * 11 + path.charCodeAt(path.length - 1)) & 255
  const known = keys[slot]
  if (known !== undefined && known.path === path && known.place === place) return known.key
  const key = place + path
  if (++unknown % LEARN_EACH === 0 && key.length <= MOST_KEPT) keys[slot] = { place, path, key }
  return key
}

/** What is asked for again and again is one text, which is found without being put together and hashed anew. */
const keys: ({ readonly place: string; readonly path: string; readonly key: string } | undefined)[] =
  new Array(256).fill(undefined)
/** Longer ones are not worth keeping. */
const MOST_KEPT = 512
/** One in so many keys that were not known is kept: those that come again soon are, the others replace little. */
const LEARN_EACH = 7
let unknown = 0

function pathOf(key: string): string {
  const url = key.split('\n', 1)[0]!
  return url.slice(url.indexOf('/', url.indexOf('://') + 3))
}

const nothing: Directives = new Map()

/** `Pragma: no-cache` counts where there is no Cache-Control (RFC 9111 5.4). */
function wantsOf(headers: HeaderList): Directives {
  const stated = directivesOf(headers)
  if (stated.size > 0 || !/\bno-cache\b/i.test(fieldIn(headers, 'pragma'))) return stated
  return new Map([['no-cache', true]])
}

function folderName(address: string, worker: number | undefined): string {
  const name = address.replaceAll('/', '-').replace(/^-+/, '')
  return worker === undefined ? name : `${name}-worker-${worker}`
}
