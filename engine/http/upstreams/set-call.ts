/** One request to a set: its attempts, one after the other or, hedged, two at a time, until one answers or none may follow. */
import type { Timer } from '../../clock.ts'
import { hasField } from '../headers.ts'
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
import { CountedBody, type Counting } from './counted-body.ts'
import { type Decision, decide, type Failure, failureOf, isIdempotent, maySee } from './decide.ts'
import type { Member, Tried } from './member.ts'
import { ReplayBody } from './replay-body.ts'

export class SetCall implements ClientCall {
  readonly set: Upstreams
  readonly #asked: Asked
  readonly #events: SetEvents
  readonly #pinned: Member | null
  readonly #stream: ReplayBody | null
  /** The one begun last: those before it hang on it. */
  #attempt: Attempt | null = null
  #attempts = 0
  #timer: Timer | null = null
  #hedgeTimer: Timer | null = null
  #over = false
  #winner: Attempt | null = null

  constructor(set: Upstreams, asked: Asked, events: SetEvents, pinned: Member | null) {
    this.set = set
    this.#asked = asked
    this.#events = events
    this.#pinned = pinned
    this.#stream = isSource(asked.body)
      ? new ReplayBody(asked.body, this.#mayHold ? set.rules.heldBytes : 0)
      : null
  }

  get #mayHold(): boolean {
    return this.set.rules.attempts > 1 && this.#idempotent
  }

  get #idempotent(): boolean {
    const { method, headers } = this.#asked
    return isIdempotent(method) || (this.set.rules.idempotencyKey && hasField(headers, 'idempotency-key'))
  }

  begin(): void {
    this.set.budget.earn()
    this.#begin()
    const { hedgeMs } = this.set.rules
    if (hedgeMs === 0 || this.#over || !this.#idempotent) return
    const once = this.#stream !== null || this.#pinned !== null || this.#asked.upgrade !== undefined
    if (!once) this.#hedgeTimer = this.set.clock.after(hedgeMs, () => this.#hedge())
  }

  abort(): void {
    this.#winner?.cut()
    if (this.#over) return
    this.#finish()
    this.#stream?.cancel()
    this.#abortOthers(null)
  }

  // ---- what attempts tell

  answered(attempt: Attempt, status: number, headers: HeaderList, body: BodySource): void {
    const { set } = this
    const { member } = attempt
    const failed = set.isFailure(status)
    if (failed) set.failed(member, `answered ${status}`, false)
    else set.succeeded(member)
    if ((failed || set.rules.statuses.has(status)) && this.#passedOver(attempt, status, body)) return
    this.#finish()
    this.#stream?.settle()
    this.#abortOthers(attempt)
    set.countAttempt(member, failed ? 'status' : 'answered')
    this.#winner = attempt
    const answer = attempt.count(body)
    this.#events.chosen?.(member)
    this.#events.head(status, set.withCookie(this.#asked, member, headers), answer)
  }

  /** The connection is at work for as long as it is open. */
  switched(attempt: Attempt, headers: HeaderList, tunnel: Tunnel): void {
    const { set } = this
    const { member } = attempt
    set.succeeded(member)
    this.#finish()
    set.countAttempt(member, 'answered')
    const source = new CountedBody(tunnel.source, { bodyOver: () => member.inFlight-- })
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
    const { set } = this
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
    if (this.#othersLive(attempt)) return null
    const situation = {
      ...what,
      idempotent: this.#idempotent,
      bodyHeld: this.#stream === null || this.#stream.held,
      attempts: this.#attempts,
    }
    const decision = decide(situation, this.set.rules)
    return decision === 'retried' && !this.set.budget.spend() ? 'budget' : decision
  }

  #note(attempt: Attempt, decision: Decision, what: string): void {
    this.set.noteDecision(decision, this.#asked, attempt.member, this.#attempts, what)
  }

  /** At once if nothing was sent and another upstream is there; else after a pause. */
  #again(nothingSent: boolean): void {
    const { set } = this
    const elsewhere = this.#pinned === null && set.hasOther(this.#attempt)
    const pause = nothingSent && elsewhere ? 0 : set.backoffMs(this.#attempts)
    if (pause <= 0) return this.#begin()
    this.#timer = set.clock.after(pause, () => {
      this.#timer = null
      this.#begin()
    })
  }

  #hedge(): void {
    this.#hedgeTimer = null
    const { set } = this
    const first = this.#attempt
    if (this.#over || first === null || first.over || !set.hasOther(first)) return
    if (!set.budget.spend()) return this.#note(first, 'budget', 'no answer yet')
    this.#note(first, 'hedged', 'no answer yet')
    this.#begin()
  }

  #begin(): void {
    if (this.#over) return
    const member = this.#pinned ?? this.set.choose(this.#asked, this.#attempt)
    this.#attempts++
    this.#attempt = new Attempt(this, member, this.#attempt)
    this.#attempt.begin(this.#requestFor(member))
  }

  #othersLive(than: Attempt): boolean {
    for (let each = this.#attempt; each !== null; each = each.before)
      if (each !== than && !each.over) return true
    return false
  }

  #abortOthers(than: Attempt | null): void {
    for (let each = this.#attempt; each !== null; each = each.before) if (each !== than) each.abort()
  }

  #requestFor(member: Member): ClientRequest {
    const asked = this.#asked
    const { perTryMs, basePath, baseAuthority } = this.set.rules
    return {
      scheme: member.scheme,
      host: member.host,
      port: member.port,
      method: asked.method,
      path: asked.path === basePath ? member.path : asked.path,
      headers: headersFor(member, asked.headers, baseAuthority),
      body: this.#stream === null ? asked.body : this.#stream.read(),
      connectMs: asked.connectMs,
      firstByteMs: perTryMs ?? asked.firstByteMs,
      bodyIdleMs: asked.bodyIdleMs,
      streamIdleMs: asked.streamIdleMs,
      once: this.set.rules.decides,
      upgrade: asked.upgrade,
    }
  }

  #giveUp(attempt: Attempt, fault: HttpFault): void {
    this.#finish()
    this.#stream?.cancel()
    this.#abortOthers(attempt)
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
class Attempt implements ClientEvents, Counting, Tried {
  readonly member: Member
  readonly before: Attempt | null
  /** No answer of it is passed on, or its connection has left HTTP behind. */
  over = false
  readonly #call: SetCall
  #under: ClientCall | null = null
  #answer: CountedBody | null = null

  constructor(call: SetCall, member: Member, before: Attempt | null) {
    this.member = member
    this.before = before
    this.#call = call
  }

  begin(request: ClientRequest): void {
    this.member.inFlight++
    this.member.attempts++
    const under = this.#call.set.client.request(request, this)
    if (!this.over) this.#under = under
  }

  inform(status: number, headers: HeaderList): void {
    this.#call.informed(status, headers)
  }

  head(status: number, headers: HeaderList, body: BodySource): void {
    if (this.over) return body.cancel()
    this.#call.answered(this, status, headers, body)
  }

  switched(headers: HeaderList, tunnel: Tunnel): void {
    if (this.over) return tunnel.cut()
    this.over = true
    this.#call.switched(this, headers, tunnel)
  }

  fail(fault: HttpFault): void {
    if (!this.over) this.#call.failed(this, fault)
  }

  /** It gave no answer that is passed on. */
  ended(outcome: Failure): void {
    this.over = true
    this.member.inFlight--
    this.#call.set.countAttempt(this.member, outcome)
  }

  abort(): void {
    if (this.over) return
    this.over = true
    this.member.inFlight--
    this.#call.set.countAttempt(this.member, 'given_up')
    this.#under?.abort()
  }

  /** The member is at work until the last byte of its answer. */
  count(body: BodySource): CountedBody {
    const answer = new CountedBody(body, this)
    this.#answer = answer
    if (body.length === 0) answer.over(null)
    return answer
  }

  bodyOver(fault: HttpFault | null): void {
    this.member.inFlight--
    if (fault !== null && failureOf(fault) !== 'ours')
      this.#call.set.failed(this.member, fault.message, false)
  }

  /** Nobody wants the rest of its answer. */
  cut(): void {
    this.#answer?.over(null)
    this.#under?.abort()
  }
}

function isSource(body: ClientRequest['body']): body is BodySource {
  return body !== null && typeof body === 'object' && !(body instanceof Uint8Array)
}

/** What is left to the set of what an event asks for: the authority, and who asks. */
function headersFor(member: Member, asked: HeaderList, baseAuthority: string): HeaderList {
  const { authority, authorization } = member
  if (authority === baseAuthority && authorization === null) return asked
  const headers = [...asked]
  for (let i = 0; i < headers.length; i += 2)
    if (headers[i] === 'host' && headers[i + 1] === baseAuthority) headers[i + 1] = authority
  if (authorization !== null && !hasField(headers, 'authorization'))
    headers.push('authorization', authorization)
  return headers
}
