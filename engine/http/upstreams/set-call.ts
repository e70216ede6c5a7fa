/** One request to a set: its attempts, one after the other or, hedged, two at a time, until one answers or none may follow. */
import type { Timer } from '../../clock.ts'
import type {
  BodySource,
  ClientCall,
  ClientEvents,
  ClientRequest,
  HeaderList,
  HttpFault,
  Tunnel,
} from '../transport.ts'
import type { Asked, SetEvents, Upstreams } from '../upstreams.ts'
import { CountedBody } from './counted-body.ts'
import { type Decision, decide, type Failure, failureOf, isIdempotent, maySee } from './decide.ts'
import type { Member } from './member.ts'
import { ReplayBody } from './replay-body.ts'

export class SetCall implements ClientCall {
  readonly #set: Upstreams
  readonly #asked: Asked
  readonly #events: SetEvents
  readonly #pinned: Member | null
  readonly #idempotent: boolean
  readonly #stream: ReplayBody | null
  readonly #tried: Member[] = []
  #live: Attempt[] = []
  #attempts = 0
  #timer: Timer | null = null
  #hedgeTimer: Timer | null = null
  #over = false
  #winner: Attempt | null = null
  #answer: CountedBody | null = null

  constructor(set: Upstreams, asked: Asked, events: SetEvents, pinned: Member | null) {
    const { rules } = set
    this.#set = set
    this.#asked = asked
    this.#events = events
    this.#pinned = pinned
    this.#idempotent = isIdempotent(asked.method) || (rules.idempotencyKey && hasKey(asked.headers))
    this.#stream = isSource(asked.body)
      ? new ReplayBody(asked.body, this.#idempotent && rules.attempts > 1 ? rules.heldBytes : 0)
      : null
  }

  begin(): void {
    this.#set.budget.earn()
    this.#attempt()
    const { hedgeMs } = this.#set.rules
    const once = this.#stream !== null || this.#pinned !== null || this.#asked.upgrade !== undefined
    if (hedgeMs === 0 || this.#over || !this.#idempotent || once) return
    this.#hedgeTimer = this.#set.clock.after(hedgeMs, () => this.#hedge())
  }

  abort(): void {
    if (this.#winner !== null) {
      this.#answer?.over(null)
      this.#winner.cut()
    }
    if (this.#over) return
    this.#finish()
    this.#stream?.cancel()
    for (const attempt of this.#live) attempt.abort()
  }

  // ---- what attempts tell

  answered(attempt: Attempt, status: number, headers: HeaderList, body: BodySource): void {
    const set = this.#set
    const { member } = attempt
    const failed = set.isFailure(status)
    if (failed) set.failed(member, `answered ${status}`, false)
    else set.succeeded(member)
    if ((failed || set.rules.statuses.has(status)) && this.#passedOver(attempt, status, body)) return
    this.#finish()
    this.#stream?.settle()
    for (const other of this.#live) if (other !== attempt) other.abort()
    set.countAttempt(member, failed ? 'status' : 'answered')
    this.#winner = attempt
    this.#answer = new CountedBody(body, (fault) => {
      member.inFlight--
      if (fault !== null && failureOf(fault) !== 'ours') set.failed(member, fault.message, false)
    })
    if (body.length === 0) this.#answer.over(null)
    this.#events.chosen?.(member)
    this.#events.head(status, set.withCookie(this.#asked, member, headers), this.#answer)
  }

  /** The connection is at work for as long as it is open. */
  switched(attempt: Attempt, headers: HeaderList, tunnel: Tunnel): void {
    const set = this.#set
    const { member } = attempt
    set.succeeded(member)
    this.#finish()
    set.countAttempt(member, 'answered')
    const source = new CountedBody(tunnel.source, () => member.inFlight--)
    const cut = () => {
      source.over(null)
      tunnel.cut()
    }
    this.#events.chosen?.(member)
    this.#events.switched!(set.withCookie(this.#asked, member, headers), {
      source,
      cut,
      send: (from) => tunnel.send(from),
    })
  }

  /** An answer that is not worth passing on, since another attempt follows or is under way already. */
  #passedOver(attempt: Attempt, status: number, body: BodySource): boolean {
    const decision = this.#after(attempt, { failure: 'status', status, seen: true })
    if (decision !== null) this.#note(attempt, decision, `answered ${status}`)
    if (decision !== 'retried' && decision !== null) return false
    attempt.ended('status')
    body.cancel()
    if (decision !== null) this.#again(false)
    return true
  }

  informed(status: number, headers: HeaderList): void {
    this.#events.inform?.(status, headers)
  }

  failed(attempt: Attempt, fault: HttpFault): void {
    const set = this.#set
    const failure = failureOf(fault)
    attempt.ended(failure)
    if (failure === 'ours') return this.#giveUp(attempt, fault)
    set.failed(attempt.member, fault.message, failure === 'unreachable' || failure === 'reset')
    const decision = this.#after(attempt, { failure, status: 0, seen: maySee(fault) })
    if (decision === null) return
    this.#note(attempt, decision, fault.message)
    if (decision === 'retried') this.#again(!maySee(fault))
    else this.#giveUp(attempt, fault)
  }

  // ---- what follows

  /** Null: another attempt is still under way, and may yet answer. */
  #after(
    attempt: Attempt,
    what: { readonly failure: Failure; readonly status: number; readonly seen: boolean },
  ): Decision | null {
    if (this.#live.some((other) => other !== attempt)) return null
    const situation = {
      ...what,
      idempotent: this.#idempotent,
      bodyHeld: this.#stream === null || this.#stream.held,
      attempts: this.#attempts,
    }
    const decision = decide(situation, this.#set.rules)
    return decision === 'retried' && !this.#set.budget.spend() ? 'budget' : decision
  }

  #note(attempt: Attempt, decision: Decision, what: string): void {
    this.#set.noteDecision(decision, this.#asked, attempt.member, this.#attempts, what)
  }

  /** At once if nothing was sent and another upstream is there; else after a pause. */
  #again(nothingSent: boolean): void {
    const set = this.#set
    const elsewhere = this.#pinned === null && set.hasOther(this.#tried)
    const pause = nothingSent && elsewhere ? 0 : set.backoffMs(this.#attempts)
    if (pause <= 0) return this.#attempt()
    this.#timer = set.clock.after(pause, () => {
      this.#timer = null
      this.#attempt()
    })
  }

  #hedge(): void {
    this.#hedgeTimer = null
    const set = this.#set
    if (this.#over || this.#live.length === 0 || !set.hasOther(this.#tried)) return
    const first = this.#live[0]!
    if (!set.budget.spend()) return this.#note(first, 'budget', 'no answer yet')
    this.#note(first, 'hedged', 'no answer yet')
    this.#attempt()
  }

  #attempt(): void {
    if (this.#over) return
    const member = this.#pinned ?? this.#set.choose(this.#asked, this.#tried)
    this.#attempts++
    this.#tried.push(member)
    const attempt = new Attempt(this, this.#set, member)
    this.#live = [...this.#live, attempt]
    attempt.begin(this.#requestFor(member))
  }

  leave(attempt: Attempt): void {
    this.#live = this.#live.filter((other) => other !== attempt)
  }

  #requestFor(member: Member): ClientRequest {
    const asked = this.#asked
    const { perTryMs, basePath, baseAuthority } = this.#set.rules
    const headers = [...asked.headers]
    for (let i = 0; i < headers.length; i += 2)
      if (headers[i] === 'host' && headers[i + 1] === baseAuthority) headers[i + 1] = member.authority
    if (
      member.authorization !== null &&
      !headers.some((name, i) => i % 2 === 0 && /^authorization$/i.test(name))
    )
      headers.push('authorization', member.authorization)
    return {
      scheme: member.scheme,
      host: member.host,
      port: member.port,
      method: asked.method,
      path: asked.path === basePath ? member.path : asked.path,
      headers,
      body: this.#stream === null ? asked.body : this.#stream.read(),
      connectMs: asked.connectMs,
      firstByteMs: perTryMs ?? asked.firstByteMs,
      bodyIdleMs: asked.bodyIdleMs,
      streamIdleMs: asked.streamIdleMs,
      once: this.#set.rules.decides,
      upgrade: asked.upgrade,
    }
  }

  #giveUp(attempt: Attempt, fault: HttpFault): void {
    this.#finish()
    this.#stream?.cancel()
    for (const other of this.#live) if (other !== attempt) other.abort()
    this.#events.chosen?.(attempt.member)
    this.#events.fail(fault)
  }

  #finish(): void {
    this.#over = true
    this.#timer?.cancel()
    this.#hedgeTimer?.cancel()
  }
}

/** One request to one upstream. */
class Attempt implements ClientEvents {
  readonly member: Member
  readonly #call: SetCall
  readonly #set: Upstreams
  #under: ClientCall | null = null
  #over = false

  constructor(call: SetCall, set: Upstreams, member: Member) {
    this.#call = call
    this.#set = set
    this.member = member
  }

  begin(request: ClientRequest): void {
    this.member.inFlight++
    this.member.attempts++
    const under = this.#set.client.request(request, this)
    if (!this.#over) this.#under = under
  }

  inform(status: number, headers: HeaderList): void {
    this.#call.informed(status, headers)
  }

  head(status: number, headers: HeaderList, body: BodySource): void {
    if (this.#over) return body.cancel()
    this.#call.answered(this, status, headers, body)
  }

  switched(headers: HeaderList, tunnel: Tunnel): void {
    if (this.#over) return tunnel.cut()
    this.#over = true
    this.#call.switched(this, headers, tunnel)
  }

  fail(fault: HttpFault): void {
    if (!this.#over) this.#call.failed(this, fault)
  }

  /** It gave no answer that is passed on. */
  ended(outcome: Failure): void {
    this.#over = true
    this.member.inFlight--
    this.#set.countAttempt(this.member, outcome)
    this.#call.leave(this)
  }

  abort(): void {
    if (this.#over) return
    this.#over = true
    this.member.inFlight--
    this.#set.countAttempt(this.member, 'given_up')
    this.#under?.abort()
  }

  /** Nobody wants the rest of its answer. */
  cut(): void {
    this.#under?.abort()
  }
}

function isSource(body: ClientRequest['body']): body is BodySource {
  return body !== null && typeof body === 'object' && !(body instanceof Uint8Array)
}

function hasKey(headers: HeaderList): boolean {
  for (let i = 0; i < headers.length; i += 2) if (/^idempotency-key$/i.test(headers[i]!)) return true
  return false
}
