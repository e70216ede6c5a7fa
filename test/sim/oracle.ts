/**
 * What a request may be answered with: a small model that walks the plan for this one request and knows nothing of
 * streams, flights or other requests. Where others decide (whose turn it is, whether a place is free), it takes every way.
 */
import { type Reason, reasons } from '#engine/reason.ts'
import { bodyTimeoutMs } from './build.ts'
import { Choices } from './choices.ts'
import { type Routes, routesOf, type Target } from './routes.ts'
import type { Action, Behaviour, BodySpec, NodeSpec, OfframpSpec, PlanSpec, RequestSpec } from './spec.ts'

/** One way it may go. Times are milliseconds from the start. */
export interface Outcome {
  readonly kind: 'answer' | 'left' | 'cut off'
  readonly status: number
  readonly reason: Reason | null
  /** The body as it must be; null if only its form is known. */
  readonly body: string | null
  /** The engine made the body. */
  readonly ours: boolean
  /** How it ends for the client, once the answer has begun. */
  readonly end: 'whole' | 'cut' | 'left'
  readonly from: number
  readonly to: number
  /** Calls by offramp: at least, at most. Null if the request is not followed: it was answered when it had arrived. */
  readonly calls: ReadonlyMap<string, readonly [least: number, most: number]> | null
}

export interface Question {
  readonly plan: PlanSpec
  readonly request: RequestSpec
  readonly at: number
  /** Offramps at which a call may have to wait for its turn. */
  readonly crowded: ReadonlySet<string>
  /** When unfinished requests are cut off, Infinity if never. */
  readonly cutAt: number
  /** What is known of a back-off at this moment: it lets events through, it does not, or nobody knows. */
  readonly backoff: (pipeline: string, node: string) => 'open' | 'closed' | 'unknown'
}

/** Times closer than this may be in either order. */
const tie = 1e-6
const mostWays = 400

/** Null: there are too many ways to tell. */
export function outcomesOf(question: Question): readonly Outcome[] | null {
  const outcomes: Outcome[] = []
  const choices = new Choices()
  for (let ways = 0; ways < mostWays; ways++) {
    outcomes.push(...new Walk(question, choices).outcomes())
    if (!choices.advance()) return outcomes
  }
  return null
}

/** What a call does that does not say for whom it is made. */
export function unmarked(offramp: string): Behaviour {
  const body: BodySpec = {
    text: JSON.stringify({ up: offramp, marker: 0 }),
    sized: true,
    comes: 'whole',
    gapMs: 1,
  }
  return { kind: 'answer', status: 200, delayMs: 5.125, body }
}

type Json = unknown
/** Some value whose content nobody needs to know. */
const some = { some: Symbol('some') }

type Carried =
  | {
      readonly form: 'source'
      readonly body: BodySpec
      readonly of: 'client' | 'upstream'
      readonly idleMs: number
    }
  | { readonly form: 'bytes'; readonly text: string }
  | { readonly form: 'read'; readonly text: string; readonly value: Json }
  | { readonly form: 'made'; readonly value: Json }

interface Happening {
  /** Marker in `$request`, 0 without. */
  asks: number
  /** `$response`, if it is there. */
  response: { status: number | 'bad'; badHeader: boolean; marker: number } | null
  carried: Carried
  failure: Reason | null
}

interface Terminal {
  readonly outcome: Omit<Outcome, 'from' | 'to' | 'calls'>
  readonly from: number
  readonly to: number
  readonly cascade: number
}

interface Task {
  readonly from: number
  readonly to: number
  readonly go: () => void
}

class Walk {
  readonly #question: Question
  readonly #routes: Routes
  readonly #choices: Choices
  #from: number
  #to: number
  #cascade = 0
  #tasks: Task[] = []
  #terminals: Terminal[] = []
  #notes: {
    readonly reason: Reason
    readonly from: number
    readonly to: number
    readonly cascade: number
  }[] = []
  #calls: { readonly offramp: string; readonly from: number; readonly to: number }[] = []
  #answers = 0
  /** When the last thing under way came to its end, at the earliest and at the latest. */
  #lastFrom: number
  #lastTo: number

  constructor(question: Question, choices: Choices) {
    this.#question = question
    this.#routes = routesOf(question.plan)
    this.#choices = choices
    this.#from = this.#to = this.#lastFrom = this.#lastTo = question.at
  }

  outcomes(): readonly Outcome[] {
    const { at, plan, request, cutAt } = this.#question
    const nothing = { status: 0, reason: null, body: null, ours: false }
    if (request.leavesAt !== null) this.#end({ ...nothing, kind: 'left', end: 'left' }, request.leavesAt, -1)
    if (cutAt < Infinity) this.#end({ ...nothing, kind: 'cut off', end: 'cut' }, cutAt, -2)
    if (plan.linked) this.#end(this.#ours('deadline'), at + plan.deadlineMs, -3)
    this.#arrive()
    while (this.#tasks.length > 0) {
      const task = this.#takeFirst()
      if (task.from > this.#settledBy() + tie) return this.#resolve()
      this.#from = task.from
      this.#to = task.to
      this.#lastFrom = Math.max(this.#lastFrom, task.from)
      this.#lastTo = Math.max(this.#lastTo, task.to)
      this.#cascade++
      task.go()
    }
    if (this.#answers === 0) this.#nothingCame()
    return this.#resolve()
  }

  // ---- time ----------------------------------------------------------------------------------------------------

  #takeFirst(): Task {
    let first = 0
    for (let i = 1; i < this.#tasks.length; i++)
      if (this.#tasks[i]!.from < this.#tasks[first]!.from) first = i
    return this.#tasks.splice(first, 1)[0]!
  }

  #settledBy(): number {
    return this.#terminals.reduce((earliest, { to }) => Math.min(earliest, to), Infinity)
  }

  /** After a while, counted from now; never, if that is infinite: then something holds the request for good. */
  #later(ms: number, then: () => void): void {
    if (ms === 0) return then()
    this.#tasks.push({ from: this.#from + ms, to: this.#to + ms, go: then })
  }

  #end(outcome: Terminal['outcome'], at: number, cascade: number): void {
    this.#terminals.push({ outcome, from: at, to: at, cascade })
  }

  #now(outcome: Terminal['outcome']): void {
    this.#answers++
    this.#terminals.push({ outcome, from: this.#from, to: this.#to, cascade: this.#cascade })
  }

  /** Whatever may come first has won. Of one cascade, only its first. */
  #resolve(): Outcome[] {
    const until = this.#settledBy() + tie
    const seen = new Set<number>()
    const outcomes: Outcome[] = []
    for (const { outcome, from, to, cascade } of this.#terminals) {
      if (from > until || seen.has(cascade)) continue
      if (cascade >= 0) seen.add(cascade)
      outcomes.push({
        ...outcome,
        from,
        to: Math.min(to, until),
        calls: this.#callsUntil(from, Math.min(to, until)),
      })
    }
    return outcomes
  }

  #callsUntil(from: number, to: number): Outcome['calls'] {
    if (!this.#question.plan.linked) return null
    const calls = new Map<string, [number, number]>()
    for (const call of this.#calls) {
      const count = calls.get(call.offramp) ?? [0, 0]
      if (call.to < from - tie) count[0]++
      if (call.from <= to + tie) count[1]++
      calls.set(call.offramp, count)
    }
    return calls
  }

  /** Everything came to its end and nothing was an answer. */
  #nothingCame(): void {
    const rank = Math.max(...this.#notes.map(({ reason }) => reasons[reason].rank))
    const gravest = this.#notes.filter(({ reason }) => reasons[reason].rank === rank)
    const first = Math.min(...gravest.map(({ to }) => to))
    const seen = new Set<Reason>()
    this.#from = this.#lastFrom
    this.#to = this.#lastTo
    for (const { reason, from } of gravest) {
      if (from > first + tie || seen.has(reason)) continue
      seen.add(reason)
      this.#now(this.#ours(reason))
      this.#cascade++
    }
    if (gravest.length === 0) this.#now(this.#ours('dropped'))
  }

  #note(reason: Reason): void {
    this.#notes.push({ reason, from: this.#from, to: this.#to, cascade: this.#cascade })
  }

  #ours(reason: Reason, fallback: number = reasons[reason].status): Terminal['outcome'] {
    const status = this.#question.plan.status[reason] ?? fallback
    return { kind: 'answer', status, reason, body: null, ours: true, end: 'whole' }
  }

  // ---- the onramp ----------------------------------------------------------------------------------------------

  #arrive(): void {
    const { plan, request } = this.#question
    const demand = plan.linked ? this.#routes.demand('onramp', 'web', 'out') : 'value'
    const event = (carried: Carried): Happening => ({
      asks: request.marker,
      response: null,
      carried,
      failure: null,
    })
    if (demand === 'stream') {
      const source: Carried = { form: 'source', body: request.body, of: 'client', idleMs: bodyTimeoutMs }
      return this.#leave('onramp', 'web', 'out', event(source))
    }
    this.#read(request.body, plan.maxBody, bodyTimeoutMs, (end) => {
      if (end === 'too long') return this.#now(this.#ours('body_too_large'))
      if (end !== 'whole') return this.#clientBroke(end)
      const { text } = request.body
      if (demand === 'bytes') return this.#leave('onramp', 'web', 'out', event({ form: 'bytes', text }))
      const value = decode(text)
      if (value === undefined) return this.#undecodable()
      if (plan.linked) return this.#leave('onramp', 'web', 'out', event({ form: 'read', text, value }))
      this.#now({ kind: 'answer', status: 202, reason: null, body: '', ours: false, end: 'whole' })
    })
  }

  #undecodable(): void {
    const { plan, request } = this.#question
    this.#note('bad_request')
    if (!plan.linked || this.#routes.ends('onramp', 'web', 'err').length === 0) return
    const status = plan.status.bad_request ?? 400
    const response = { status, badHeader: false, marker: 0 }
    const carried: Carried = { form: 'made', value: some }
    this.#leave('onramp', 'web', 'err', { asks: request.marker, response, carried, failure: 'bad_request' })
  }

  /** The edge itself answers a body that breaks, unless it has answered already. */
  #clientBroke(how: 'breaks' | 'stalls' | 'leaves'): void {
    if (how === 'breaks') return this.#now(this.#ours('bad_request'))
    if (how === 'stalls') return this.#now(this.#ours('request_timeout'))
    this.#now({ kind: 'left', status: 0, reason: null, body: null, ours: false, end: 'left' })
  }

  /** How a body ends for somebody who reads at most `limit` octets of it. */
  #read(
    body: BodySpec,
    limit: number,
    idleMs: number,
    then: (end: 'whole' | 'too long' | 'breaks' | 'stalls' | 'leaves') => void,
  ): void {
    const { text, sized, comes, gapMs } = body
    const long = text.length > limit
    if (text === '' && sized) return then('whole')
    if (long && (sized || comes === 'whole')) return then('too long')
    if (comes === 'whole') return then('whole')
    if (Math.ceil(text.length / 2) > limit) return this.#later(gapMs, () => then('too long'))
    if (comes === 'slowly') return this.#later(gapMs * 2, () => then(long ? 'too long' : 'whole'))
    if (comes === 'stalls') return this.#later(idleMs === 0 ? Infinity : gapMs + idleMs, () => then('stalls'))
    this.#later(gapMs * 2, () => then(comes))
  }

  // ---- on the way ----------------------------------------------------------------------------------------------

  #leave(kind: Target['kind'], id: string, port: string, event: Happening): void {
    const ends = this.#routes.ends(kind, id, port)
    if (ends.length === 0) return this.#deadEnd(port, event)
    for (const end of ends) {
      if (end.kind === 'onramp') this.#reply({ ...event }, port)
      else if (end.kind === 'offramp') this.#offramp(this.#routes.offramp(end.id), { ...event })
      else this.#follow(end.id, 'in', 'in', { ...event })
    }
  }

  /** On from a port of a node of a pipeline. */
  #follow(pipeline: string, end: string, port: string, event: Happening): void {
    const ends = this.#routes.within(pipeline, end)
    if (ends.length === 0) return this.#deadEnd(port, event)
    for (const to of ends) {
      if (to.startsWith('out/')) this.#leave('pipeline', pipeline, to.slice(4), { ...event })
      else this.#node(pipeline, this.#routes.node(pipeline, to), { ...event })
    }
  }

  #deadEnd(port: string, { failure }: Happening): void {
    this.#note(failure ?? (port === 'overflow' ? 'overflow' : 'dropped'))
  }

  #node(pipeline: string, node: NodeSpec, event: Happening): void {
    const on = (port: string) => this.#follow(pipeline, `${node.id}/${port}`, port, event)
    switch (node.kind) {
      case 'pass':
        return on('out')
      case 'turns':
        return on(node.outputs[this.#turn(pipeline, node)]!)
      case 'backoff': {
        const known = this.#cascade === 0 ? this.#question.backoff(pipeline, node.id) : 'unknown'
        const open = known === 'unknown' ? this.#choices.choose(2) === 0 : known === 'open'
        if (open) return on('out')
        this.#note('overflow')
        return on('overflow')
      }
      case 'select':
        if (node.where === 'fails') return this.#note('script_error')
        if (node.where === 'none' || (node.where === 'odd' && markerOf(event) % 2 === 0))
          return this.#note('no_route')
        if (node.full) change(event, { by: node.id })
        return on('out')
      case 'script':
        return this.#script(node.actions[markerOf(event) % node.actions.length]!, node.id, event, on)
    }
  }

  /** Outputs that are surely closed are passed over if one is surely open. */
  #turn(pipeline: string, node: NodeSpec & { kind: 'turns' }): number {
    const states = node.outputs.map((port) => this.#guard(pipeline, `${node.id}/${port}`))
    const possible = states.includes('open')
      ? states.flatMap((state, i) => (state === 'closed' ? [] : [i]))
      : null
    if (possible === null) return this.#choices.choose(node.outputs.length)
    return possible[this.#choices.choose(possible.length)]!
  }

  /** What is known of an output: it leads straight to one back-off that tells, or it is never closed, or nobody knows. */
  #guard(pipeline: string, end: string): 'open' | 'closed' | 'unknown' {
    if (this.#cascade !== 0) return 'unknown'
    const ends = this.#routes.within(pipeline, end)
    if (ends.length !== 1 || ends[0]!.startsWith('out/')) return 'unknown'
    const node = this.#routes.node(pipeline, ends[0]!)
    if (node.kind !== 'backoff' || this.#routes.within(pipeline, `${node.id}/overflow`).length > 0)
      return 'unknown'
    return this.#question.backoff(pipeline, node.id)
  }

  #script(action: Action, by: string, event: Happening, on: (port: string) => void): void {
    const marker = markerOf(event)
    switch (action.do) {
      case 'same':
        return on('out')
      case 'change':
        change(event, { by, marker })
        return on('out')
      case 'wrap': {
        const { carried } = event
        if (carried.form === 'source' || carried.form === 'bytes')
          throw new Error('the oracle reads what is not decoded')
        change(event, { by, was: carried.value })
        return on('out')
      }
      case 'drop':
        return this.#note('dropped')
      case 'fail':
        event.failure = 'script_error'
        event.carried = { form: 'made', value: some }
        if (event.response !== null) event.response = { ...event.response, status: 500 }
        return on('err')
      case 'emit':
        return on(action.port)
      case 'answer':
        event.response = { status: action.status, badHeader: false, marker: 0 }
        if (action.fresh) change(event, { by, marker })
        return on('out')
      case 'again':
        event.asks = marker
        return on('out')
      case 'bad header':
        event.response = { status: 200, badHeader: true, marker: 0 }
        return on('out')
      case 'bad status':
        event.response = { status: 'bad', badHeader: false, marker: 0 }
        return on('out')
    }
  }

  // ---- the answer ----------------------------------------------------------------------------------------------

  #reply({ response, carried, failure }: Happening, via: string): void {
    if (!this.#question.plan.linked) return
    if (response === null) {
      if (failure !== null) return this.#now(this.#ours(failure))
      if (via === 'err') return this.#now(this.#ours('script_error'))
    }
    if (response?.status === 'bad' || response?.badHeader) return this.#now(this.#ours('script_error'))
    const status = (response?.status as number | undefined) ?? 200
    if (failure === 'script_error') return this.#now({ ...this.#ours(failure), status })
    const breaks =
      carried.form === 'source' && carried.body.comes !== 'whole' && carried.body.comes !== 'slowly'
    const end = !breaks
      ? 'whole'
      : carried.of === 'client' && carried.body.comes === 'leaves'
        ? 'left'
        : 'cut'
    const body = end === 'whole' ? textOf(carried) : null
    this.#now({ kind: 'answer', status, reason: failure, body, ours: false, end })
  }

  // ---- offramps ------------------------------------------------------------------------------------------------

  #offramp(offramp: OfframpSpec, event: Happening): void {
    if (
      this.#settledBy() < this.#from - tie ||
      this.#terminals.some(({ cascade }) => cascade === this.#cascade)
    )
      return
    if (!this.#question.crowded.has(offramp.id)) return this.#call(offramp, event)
    const way = this.#choices.choose(4)
    if (way === 0) return this.#call(offramp, event)
    if (way === 1) return this.#failed(offramp, 'overflow')
    if (way === 2) return this.#later(offramp.waitMs, () => this.#failed(offramp, 'overflow'))
    this.#tasks.push({
      from: this.#from,
      to: this.#to + offramp.waitMs,
      go: () => this.#call(offramp, event),
    })
  }

  #call(offramp: OfframpSpec, event: Happening): void {
    if (event.asks > 0) this.#calls.push({ offramp: offramp.id, from: this.#from, to: this.#to })
    const behaviour = event.asks > 0 ? this.#question.request.upstreams[offramp.id]! : unmarked(offramp.id)
    if (behaviour.kind === 'fault' && unreachable.has(behaviour.fault))
      return this.#later(behaviour.delayMs, () => this.#failed(offramp, 'upstream_unreachable'))
    const { carried } = event
    if (carried.form !== 'source') return this.#sent(offramp, behaviour, event.asks)
    this.#read(carried.body, Infinity, carried.idleMs, (end) => {
      if (end === 'whole') return this.#sent(offramp, behaviour, event.asks)
      if (carried.of === 'client') return this.#clientBroke(end as 'breaks')
      this.#failed(offramp, 'upstream_reset')
    })
  }

  #sent(offramp: OfframpSpec, behaviour: Behaviour, asks: number): void {
    const delayMs = behaviour.kind === 'never' ? Infinity : behaviour.delayMs
    if (offramp.timeoutMs > 0 && delayMs >= offramp.timeoutMs)
      return this.#later(offramp.timeoutMs, () => this.#failed(offramp, 'upstream_timeout'))
    this.#later(delayMs, () => {
      if (behaviour.kind === 'fault')
        return this.#failed(offramp, behaviour.fault === 'reset' ? 'upstream_reset' : 'bad_upstream_response')
      if (behaviour.kind === 'answer') this.#answered(offramp, behaviour, asks)
    })
  }

  #answered(offramp: OfframpSpec, { status, body }: Behaviour & { kind: 'answer' }, asks: number): void {
    const response = { status, badHeader: false, marker: asks }
    const on = (carried: Carried) =>
      this.#leave('offramp', offramp.id, 'out', { asks: 0, response, carried, failure: null })
    const demand = this.#routes.demand('offramp', offramp.id, 'out')
    if (demand === 'stream') return on({ form: 'source', body, of: 'upstream', idleMs: offramp.idleMs })
    this.#read(body, offramp.maxBody, offramp.idleMs, (end) => {
      if (end === 'too long') return this.#failed(offramp, 'bad_upstream_response')
      if (end === 'stalls') return this.#failed(offramp, 'upstream_timeout')
      if (end !== 'whole') return this.#failed(offramp, 'upstream_reset')
      if (demand === 'bytes') return on({ form: 'bytes', text: body.text })
      const value = decode(body.text)
      if (value === undefined) return this.#failed(offramp, 'bad_upstream_response')
      on({ form: 'read', text: body.text, value })
    })
  }

  #failed(offramp: OfframpSpec, reason: Reason): void {
    this.#note(reason)
    const response = { status: reasons[reason].status, badHeader: false, marker: 0 }
    const carried: Carried = { form: 'made', value: some }
    this.#leave('offramp', offramp.id, 'err', { asks: 0, response, carried, failure: reason })
  }
}

const unreachable: ReadonlySet<string> = new Set(['connect', 'dns', 'tls'])

function markerOf({ asks, response }: Happening): number {
  return asks || (response?.marker ?? 0)
}

function change(event: Happening, value: Json): void {
  event.carried = { form: 'made', value }
  event.failure = null
}

/** Undefined: it cannot be decoded. */
function decode(text: string): Json {
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function textOf(carried: Carried): string | null {
  if (carried.form === 'source') return carried.body.text
  if (carried.form !== 'made') return carried.text
  return holdsSome(carried.value) ? null : JSON.stringify(carried.value)
}

function holdsSome(value: Json): boolean {
  if (value === some) return true
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsSome)
}
