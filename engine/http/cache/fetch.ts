/**
 * One fetch of one URL, and those who wait for it. It belongs to the cache and not to the client that caused it: that one may leave, and as
 * long as somebody waits, or the answer is being kept, it goes on.
 */
import type { Cache } from '../cache.ts'
import { fieldIn } from '../headers.ts'
import type { BodySource, ClientCall, HeaderList, HttpFault } from '../transport.ts'
import type { Asked, Asking, SetEvents } from '../upstreams.ts'
import { conditionalAnswer } from './answer.ts'
import { fillingFields } from './conditional.ts'
import { type Entry, fieldsNow, freshened, keptFields } from './entry.ts'
import { type Policy, policyOf } from './policy.ts'
import { SharedBody } from './shared-body.ts'
import { fits, selectingOf } from './vary.ts'
import { marking, type Visit } from './visit.ts'

const errors: ReadonlySet<number> = new Set([500, 502, 503, 504])

export class Fetch implements SetEvents {
  readonly #cache: Cache
  readonly #inner: Asking
  readonly #asked: Asked
  readonly #key: string
  /** Stale: asked about, or saved from an error. */
  #kept: Entry | null
  #visits: Visit[] = []
  #call: ClientCall | null = null
  #askedMs = 0
  #keepsGoing = false
  /** The answer as it comes in, for those who join late. */
  #growing: { readonly entry: Entry; readonly body: SharedBody } | null = null
  #over = false
  /** What it brings must not be kept: its URL was purged or changed after it was asked for. */
  #outdated = false
  readonly #purges: number

  constructor(cache: Cache, inner: Asking, asked: Asked, key: string, kept: Entry | null) {
    this.#cache = cache
    this.#inner = inner
    this.#asked = asked
    this.#key = key
    this.#kept = kept
    this.#purges = cache.purges
  }

  /** Those who wait have what it brings; nobody after them. */
  outdate(): void {
    this.#outdated = true
  }

  /** Goes on though nobody waits. */
  keepGoing(): void {
    this.#keepsGoing = true
  }

  begin(): void {
    this.#askedMs = this.#cache.nowMs
    const headers = fillingFields(this.#asked.headers, this.#kept?.headers ?? null)
    this.#call = this.#inner.request({ ...this.#asked, headers }, this)
  }

  /** False: this fetch is nothing for it. */
  join(visit: Visit): boolean {
    if (this.#growing === null) {
      if (this.#over) return false
      this.#visits.push(visit)
      visit.fetch = this
      return true
    }
    const { entry } = this.#growing
    if (!fits(entry.selecting, visit.asked.headers) || !this.#isFresh(entry.policy)) return false
    this.#serveGrowing(visit, true)
    return true
  }

  leave(visit: Visit): void {
    this.#visits = this.#visits.filter((each) => each !== visit)
    if (this.#visits.length > 0 || this.#keepsGoing || this.#over || this.#growing !== null) return
    this.#end()
    this.#call?.abort()
  }

  // ---- what comes of it

  inform(status: number, headers: HeaderList): void {
    for (const visit of this.#visits) visit.events.inform?.(status, headers)
  }

  chosen(member: Parameters<NonNullable<SetEvents['chosen']>>[0]): void {
    for (const visit of this.#visits) visit.events.chosen?.(member)
  }

  head(status: number, headers: HeaderList, body: BodySource): void {
    const kept = this.#kept
    if (kept !== null && status === 304) {
      body.cancel()
      this.#freshen(kept, headers)
      return
    }
    if (kept !== null && errors.has(status) && this.#cache.maySave(kept)) {
      body.cancel()
      this.#giveAll(
        kept,
        `temblor; hit; fwd=stale; fwd-status=${status}; detail=stale-if-error`,
        'stale_if_error',
      )
      return
    }
    const answeredMs = this.#cache.nowMs
    const times = { askedMs: this.#askedMs, answeredMs }
    const { config } = this.#cache
    const policy = policyOf('GET', this.#asked.headers, status, headers, times, config)
    const tooLong = body.length !== undefined && body.length > config.max_object
    const selecting = selectingOf(this.#asked.headers, headers)
    if (kept !== null && !errors.has(status)) this.#cache.store.remove(this.#key, kept)
    if (!policy.storable || tooLong || selecting === '*' || !this.#isUseful(policy, headers)) {
      this.#passOn(status, headers, body)
      return
    }
    this.#keep(
      {
        status,
        headers: keptFields(headers, answeredMs),
        body: new Uint8Array(),
        policy,
        selecting,
        asked: this.#asked.headers,
        tags: this.#tagsOf(headers),
      },
      body,
    )
  }

  fail(fault: HttpFault): void {
    const kept = this.#kept
    if (kept !== null && this.#cache.maySave(kept)) {
      this.#giveAll(kept, 'temblor; hit; fwd=stale; detail=stale-if-error', 'stale_if_error')
      return
    }
    this.#end()
    for (const visit of this.#taken()) visit.events.fail(fault)
  }

  // ---- ways to answer

  /** It is unchanged: what is kept takes on the new fields and a new life. */
  #freshen(kept: Entry, headers: HeaderList): void {
    if (isAnother(kept.headers, headers)) {
      this.#cache.store.remove(this.#key, kept)
      this.#kept = null
      this.begin()
      return
    }
    const answeredMs = this.#cache.nowMs
    const fresh = freshened(kept.headers, keptFields(headers, answeredMs))
    const times = { askedMs: this.#askedMs, answeredMs }
    const policy = policyOf('GET', this.#asked.headers, kept.status, fresh, times, this.#cache.config)
    const entry = { ...kept, headers: fresh, policy }
    if (policy.storable) this.#put(entry)
    else this.#cache.store.remove(this.#key, kept)
    this.#giveAll(entry, 'temblor; fwd=stale; fwd-status=304', 'revalidated')
  }

  #giveAll(entry: Entry, cacheStatus: string, outcome: 'revalidated' | 'stale_if_error'): void {
    this.#end()
    for (const [index, visit] of this.#taken().entries())
      this.#cache.give(visit, entry, index === 0 ? cacheStatus : `${cacheStatus}; collapsed`, outcome)
  }

  /** Not to be kept: the first who waits has it, the others go by themselves. */
  #passOn(status: number, headers: HeaderList, body: BodySource): void {
    this.#end()
    const [first, ...others] = this.#taken()
    if (first === undefined) body.cancel()
    else {
      this.#cache.count('miss')
      first.under = this.#call
      const mark = `temblor; fwd=${first.forwarded}`
      marking(first.events, mark).head(status, headers, body)
    }
    for (const visit of others) this.#cache.pass(visit)
  }

  #keep(entry: Entry, source: BodySource): void {
    const { config } = this.#cache
    const body = new SharedBody(source, config.max_object, {
      complete: () => {
        this.#growing = null
        this.#end()
        this.#put({ ...entry, body: body.whole() })
      },
      lost: () => {
        this.#growing = null
        this.#end()
      },
    })
    this.#growing = { entry, body }
    const fresh = this.#isFresh(entry.policy)
    for (const [index, visit] of this.#taken().entries()) {
      const may = index === 0 || (fresh && fits(entry.selecting, visit.asked.headers))
      if (may) this.#serveGrowing(visit, index > 0)
      else this.#cache.pass(visit)
    }
    body.begin()
  }

  #serveGrowing(visit: Visit, collapsed: boolean): void {
    const { entry, body } = this.#growing!
    this.#cache.count(collapsed ? 'collapsed' : 'miss')
    const status = `temblor; fwd=${visit.forwarded}; ${collapsed ? 'collapsed' : 'stored'}`
    const given = conditionalAnswer(visit.asked, entry, this.#cache.nowMs, status)
    if (given.status === 304) return visit.events.head(304, given.headers, given.body)
    visit.events.head(entry.status, fieldsNow(entry, this.#cache.nowMs, status), body.read())
  }

  // ---- inside

  #put(entry: Entry): void {
    if (this.#outdated || this.#purges !== this.#cache.purges) return
    this.#cache.store.put(this.#key, entry, this.#asked.headers)
  }

  #isFresh(policy: Policy): boolean {
    return !policy.alwaysAsk && policy.lifetimeMs > policy.initialAgeMs
  }

  /** What is stale at once and cannot be asked about is not worth its room. */
  #isUseful(policy: Policy, headers: HeaderList): boolean {
    return (
      this.#isFresh(policy) ||
      policy.staleIfErrorMs > 0 ||
      policy.staleWhileRevalidateMs > 0 ||
      fieldIn(headers, 'etag') !== '' ||
      fieldIn(headers, 'last-modified') !== ''
    )
  }

  #tagsOf(headers: HeaderList): readonly string[] {
    return this.#cache.config.tag_headers.flatMap((name) =>
      fieldIn(headers, name.toLowerCase())
        .split(/[\s,]+/)
        .filter((tag) => tag !== ''),
    )
  }

  /** Those who wait, who do so no longer. */
  #taken(): readonly Visit[] {
    const visits = this.#visits
    this.#visits = []
    for (const visit of visits) visit.fetch = null
    return visits
  }

  #end(): void {
    this.#over = true
    if (this.#cache.fetches.get(this.#key) === this) this.#cache.fetches.delete(this.#key)
  }
}

/** A 304 with the tag of another answer than ours. */
function isAnother(kept: HeaderList, fresh: HeaderList): boolean {
  const [ours, theirs] = [fieldIn(kept, 'etag'), fieldIn(fresh, 'etag')]
  return ours !== '' && theirs !== '' && ours.replace(/^W\//, '') !== theirs.replace(/^W\//, '')
}
