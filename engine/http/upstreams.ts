/**
 * A set of upstreams that do the same work. This alone owns what is known of each: how busy it is, whether it is up and why not,
 * what it failed at. It stands where a client stands: whoever asks it gets one answer or one fault, and learns from whom.
 *
 *     request -> cookie or key -> balance -> attempt -> answer
 *                                   ^           |  fault, failing status, too slow
 *                                   +-- decide -+  retried, hedged, or why not
 *
 * Requests teach it (passive: failures in a row eject), and so do requests of its own (active: checks). Time and chance are handed in.
 */
import type { Clock, Timer } from '../clock.ts'
import type { Event } from '../event.ts'
import type { Log } from '../log.ts'
import type { Cell, Family, Metrics } from '../metrics.ts'
import type { Client, ClientCall, ClientEvents, ClientRequest, HeaderList, HttpFault } from './transport.ts'
import { type Balance, balanceOf, cookieIn, keyReader } from './upstreams/balance.ts'
import { Budget } from './upstreams/budget.ts'
import { Checks } from './upstreams/checks.ts'
import { type Decision, decisions, type RetryRules } from './upstreams/decide.ts'
import { type SetConfig, statusesOf } from './upstreams/fields.ts'
import {
  type Member,
  memberOf,
  type Outcome,
  type Place,
  type State,
  type Tried,
} from './upstreams/member.ts'
import { SetCall } from './upstreams/set-call.ts'

/** A request for which an upstream is still to be chosen. Its target is that of the set's first member. */
export interface Asked extends ClientRequest {
  readonly event: Event
  /** The event named the place itself: the set does not choose. */
  readonly pinned: boolean
}

export interface SetEvents extends ClientEvents {
  /** Before `head` and `fail`: whom it is about. */
  chosen?(member: Member): void
}

/** What stands where a client stands; a client does, too. */
export interface Asking {
  request(asked: Asked, events: SetEvents): ClientCall
}

export interface Surroundings {
  readonly client: Client
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  /** `/offramp/shop/01` */
  readonly address: string
  /** From 0 up to, not including, 1. */
  readonly random: () => number
  /** Statuses that count as failures. */
  readonly failing: ReadonlySet<number>
  /** The last upstream went, or the first came back. */
  readonly tell: (kind: 'open' | 'close') => void
}

/** What the status of an offramp shows of an upstream. */
export interface UpstreamStatus {
  readonly url: string
  readonly state: State
  readonly reason: string
  readonly since_ms: number
  readonly weight: number
  readonly in_flight: number
  readonly attempts: number
  readonly failures_in_a_row: number
}

interface Rules extends RetryRules {
  readonly idempotencyKey: boolean
  readonly heldBytes: number
  readonly perTryMs: number | undefined
  readonly hedgeMs: number
  /** Whether all attempts are decided about here: else the transport may save a GET from the end of an idle connection. */
  readonly decides: boolean
  /** What requests carry that leave path and authority to the set. */
  readonly basePath: string
  readonly baseAuthority: string
}

interface Sticky {
  readonly cookie: string
  readonly attributes: string
}

const noRetries = {
  attempts: 1,
  on: [],
  budget: { share: 0, min: 0 },
  per_try_timeout: undefined,
  backoff: { base: 0, most: 0 },
  body: 0,
  idempotency_key: false,
} as const

const defaultRetry = {
  ...noRetries,
  attempts: 2,
  on: ['unreachable', 'reset'],
  budget: { share: 0.2, min: 3 },
  backoff: { base: 25, most: 250 },
  body: 64 * 1024,
} as const

const defaultPassive = { failures: 5, eject_for: 30_000, most_ejected: 0.5 } as const

export class Upstreams implements Asking {
  readonly client: Client
  readonly clock: Clock
  readonly members: readonly Member[]
  readonly rules: Rules
  readonly budget: Budget
  readonly #around: Surroundings
  readonly #backoff: { readonly base: number; readonly most: number }
  readonly #passive: NonNullable<NonNullable<SetConfig['health']>['passive']>
  readonly #balance: Balance
  readonly #sticky: Sticky | null
  readonly #checks: Checks | null
  readonly #timers = new Map<Member, Timer>()
  readonly #decisions: ReadonlyMap<Decision, Cell>
  readonly #attempts: Family<Cell>
  readonly #forget: () => void
  /** Those that take requests; all, if none does: a wrong verdict must not turn trouble into an outage. */
  #usable: readonly Member[]
  #closed = false

  /** Of `endpoints`, or of the one `endpoint` for which retries, health or hedging are stated. */
  constructor(config: SetConfig, places: readonly Place[], around: Surroundings) {
    const { clock, metrics, address, random } = around
    this.client = around.client
    this.clock = clock
    this.#around = around
    this.members = places.map((place) => memberOf(place, clock.now()))
    this.#usable = this.members
    const retry = config.retry ?? (places.length > 1 ? defaultRetry : noRetries)
    this.#backoff = retry.backoff
    this.rules = rulesOf(config, retry, this.members[0]!)
    this.budget = new Budget(config.retry === undefined ? defaultRetry.budget : retry.budget, () =>
      clock.now(),
    )
    this.#passive = config.health?.passive ?? defaultPassive
    const balance = typeof config.balance === 'string' ? { by: config.balance } : config.balance
    this.#balance = balanceOf({
      policy: balance?.by ?? 'round_robin',
      keyOf: keyReader(balance !== undefined && 'hash' in balance ? balance.hash : undefined),
      slowStartMs: balance !== undefined && 'slow_start' in balance ? balance.slow_start : 0,
      now: () => clock.now(),
      random,
    })
    this.#sticky = stickyOf(config.balance)
    const active = config.health?.active
    this.#checks = active === undefined ? null : new Checks(this, active, random)
    const retries = metrics.counter(
      'temblor_upstream_retries_total',
      'What followed a failed or slow attempt.',
      ['node', 'decision'],
    )
    this.#decisions = new Map(
      (Object.keys(decisions) as Decision[]).map((each) => [each, retries.with(address, each)]),
    )
    this.#attempts = metrics.counter(
      'temblor_upstream_attempts_total',
      'Requests to an upstream, by how they ended.',
      ['node', 'upstream', 'outcome'],
    )
    this.#forget = this.#showGauges(metrics)
  }

  /** Starts the checks. */
  open(): void {
    this.#checks?.start()
  }

  close(): void {
    this.#closed = true
    this.#checks?.stop()
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
    this.#forget()
  }

  request(asked: Asked, events: SetEvents): ClientCall {
    const pinned = asked.pinned ? this.#memberAt(asked) : null
    if (asked.pinned && pinned === null) return this.client.request(asked, events)
    const call = new SetCall(this, asked, events, pinned)
    call.begin()
    return call
  }

  status(): readonly UpstreamStatus[] {
    const now = this.clock.now()
    return this.members.map((member) => ({
      url: member.name,
      state: member.state,
      reason: member.reason,
      since_ms: now - member.sinceMs,
      weight: member.weight,
      in_flight: member.inFlight,
      attempts: member.attempts,
      failures_in_a_row: member.failures,
    }))
  }

  // ---- choosing

  /** One that was not tried, if there is one. */
  choose(asked: Asked, tried: Tried | null): Member {
    if (tried === null) return this.#stuck(asked) ?? this.#balance(this.#usable, asked)
    const fresh = this.#usable.filter((member) => !wasTried(member, tried))
    return this.#balance(fresh.length === 0 ? this.#usable : fresh, asked)
  }

  /** Whom the cookie names. */
  #stuck({ headers }: Asked): Member | undefined {
    if (this.#sticky === null) return undefined
    const token = cookieIn(headers, this.#sticky.cookie)
    return token === undefined ? undefined : this.#usable.find((member) => member.token === token)
  }

  hasOther(tried: Tried | null): boolean {
    return this.#usable.some((member) => !wasTried(member, tried))
  }

  #memberAt({ scheme, host, port }: Asked): Member | null {
    const at = (member: Member) => member.port === port && member.host === host && member.scheme === scheme
    return this.members.find(at) ?? null
  }

  /** Sets the sticky cookie if the client has none, or one of another upstream. */
  withCookie(asked: Asked, member: Member, headers: HeaderList): HeaderList {
    const sticky = this.#sticky
    if (sticky === null || cookieIn(asked.headers, sticky.cookie) === member.token) return headers
    return [...headers, 'set-cookie', `${sticky.cookie}=${member.token}${sticky.attributes}`]
  }

  /** At random up to the base, which doubles with each attempt (full jitter). */
  backoffMs(attempts: number): number {
    const { base, most } = this.#backoff
    return this.#around.random() * Math.min(most, base * 2 ** (attempts - 1))
  }

  // ---- learning

  isFailure(status: number): boolean {
    return this.#around.failing.has(status)
  }

  succeeded(member: Member): void {
    member.failures = 0
    if (member.state === 'up') member.ejections = 0
  }

  failed(member: Member, why: string, byTransport: boolean): void {
    member.failures++
    const { failures, eject_for, most_ejected } = this.#passive
    if (failures === 0 || member.failures < failures || member.state !== 'up') return
    const ejected = this.members.filter(({ state }) => state === 'ejected').length
    const most = this.members.length === 1 ? 0 : Math.max(1, Math.floor(most_ejected * this.members.length))
    if (ejected >= most) return
    member.ejections = Math.min(member.ejections + 1, 10)
    this.turn(
      member,
      'ejected',
      `${member.failures} failure${member.failures === 1 ? '' : 's'} in a row, the last: ${why}`,
    )
    const ms = eject_for * member.ejections
    if (byTransport) this.#tryConnecting(member, 1000 * member.ejections)
    else
      this.#timers.set(
        member,
        this.clock.after(ms, () => this.#readmit(member, 'its time out is over')),
      )
  }

  /** Every second, until a connection succeeds. One that is reached and fails again at once waits longer before the first try. */
  #tryConnecting(member: Member, waitMs: number): void {
    const again = () => {
      const { scheme, host, port } = member
      this.client.probe({ scheme, host, port, connectMs: 1000 }, (fault: HttpFault | null) => {
        if (this.#closed || member.state !== 'ejected') return
        if (fault === null) this.#readmit(member, 'a connection succeeded again')
        else this.#tryConnecting(member, 1000)
      })
    }
    this.#timers.set(member, this.clock.after(waitMs, again))
  }

  #readmit(member: Member, why: string): void {
    this.#timers.delete(member)
    if (member.state === 'ejected') this.turn(member, 'up', why)
  }

  /** The one place where a state changes. */
  turn(member: Member, state: State, reason: string): void {
    const had = this.members.some((each) => each.state === 'up')
    member.state = state
    member.reason = reason
    member.sinceMs = this.clock.now()
    member.failures = 0
    if (state === 'up') {
      member.backMs = member.sinceMs
      member.turn = 0
    } else {
      this.#timers.get(member)?.cancel()
      this.#timers.delete(member)
    }
    const up = this.members.filter((each) => each.state === 'up')
    this.#usable = up.length === 0 ? this.members : up
    const { log, address, tell } = this.#around
    const fields = { node: address, upstream: member.name, reason }
    if (state === 'up') log.info(fields, 'upstream is up')
    else log.warn(fields, state === 'down' ? 'upstream is down' : 'upstream is ejected')
    if (had !== up.length > 0) tell(up.length > 0 ? 'open' : 'close')
  }

  // ---- telling

  noteDecision(decision: Decision, asked: Asked, member: Member, attempts: number, what: string): void {
    this.#decisions.get(decision)!.value += 1
    const { log, address } = this.#around
    const fields = {
      node: address,
      event_id: asked.event.id.toString(),
      upstream: member.name,
      attempt: attempts,
      decision,
    }
    const text = `${what}: ${decisions[decision]}`
    if (decision === 'unasked') log.debug(fields, text)
    else log.warn(fields, text)
  }

  countAttempt(member: Member, outcome: Outcome): void {
    const cell = (member.outcomes[outcome] ??= this.#attempts.with(
      this.#around.address,
      member.name,
      outcome,
    ))
    cell.value += 1
  }

  #showGauges(metrics: Metrics): () => void {
    const labels = ['node', 'upstream']
    const { address } = this.#around
    const up = metrics.gauge('temblor_upstream_up', 'Whether the upstream takes requests.', labels)
    const inFlight = metrics.gauge(
      'temblor_upstream_inflight',
      'Requests the upstream is at work on.',
      labels,
    )
    const stop = metrics.beforeScrape(() => {
      for (const member of this.members) {
        up.with(address, member.name).value = member.state === 'up' ? 1 : 0
        inFlight.with(address, member.name).value = member.inFlight
      }
    })
    return () => {
      stop()
      for (const { name } of this.members) for (const gauge of [up, inFlight]) gauge.remove(address, name)
    }
  }
}

function wasTried(member: Member, tried: Tried | null): boolean {
  for (let each = tried; each !== null; each = each.before) if (each.member === member) return true
  return false
}

function rulesOf(config: SetConfig, retry: NonNullable<SetConfig['retry']>, first: Member): Rules {
  const words = retry.on.map(String)
  const isStatus = (word: string) => /^\d/.test(word)
  return {
    attempts: retry.attempts,
    on: new Set(words.filter((word) => !isStatus(word))),
    statuses: statusesOf(words.filter(isStatus)),
    idempotencyKey: retry.idempotency_key,
    heldBytes: retry.body,
    perTryMs: retry.per_try_timeout,
    hedgeMs: config.hedge?.after ?? 0,
    decides: config.retry !== undefined || retry.attempts > 1,
    basePath: first.path,
    baseAuthority: first.authority,
  }
}

function stickyOf(balance: SetConfig['balance']): Sticky | null {
  if (balance === undefined || typeof balance === 'string' || balance.sticky === undefined) return null
  const { cookie, ttl, path, secure } = balance.sticky
  const age = ttl === undefined ? '' : `; Max-Age=${Math.round(ttl / 1000)}`
  return { cookie, attributes: `; Path=${path}${age}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}` }
}
