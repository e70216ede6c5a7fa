/**
 * What a request may be answered with: a small model that walks the plan for this one request and knows nothing of
 * streams, flights or other requests. Where others decide (whose turn it is, whether a place is free), it takes every way.
 */
import { type Reason, reasons } from '#engine/reason.ts'
import { bodyTimeoutMs } from './build.ts'
import { Choices } from './choices.ts'
import { Course } from './course.ts'
import {
  type Carried,
  change,
  eventsIn,
  type Happening,
  type Json,
  markerOf,
  some,
  textOf,
} from './happening.ts'
import type { Outcome, Question, Said } from './outcome.ts'
import { type Routes, routesOf, type Target } from './routes.ts'
import {
  type Action,
  type Behaviour,
  type BodySpec,
  hasWindow,
  holds,
  type NodeSpec,
  nodesOf,
  type OfframpSpec,
  type RequestSpec,
  type RouteRule,
  type WindowSpec,
} from './spec.ts'

const mostWays = 400
/** What goes round and round has no end that is worth looking for. */
const mostHops = 3000
/** A log on disk has written an event by then, and a tick has sent it on. */
const storedMs = 120
const tickMs = 100

/** What becomes of it is nobody's to foresee. */
class Unforeseeable extends Error {}

/** Null: there are too many ways to tell. */
export function outcomesOf(question: Question): readonly Outcome[] | null {
  const outcomes: Outcome[] = []
  const choices = new Choices()
  for (let ways = 0; ways < mostWays; ways++) {
    try {
      outcomes.push(...new Walk(question, choices).outcomes())
    } catch (error) {
      if (error instanceof Unforeseeable) return null
      throw error
    }
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

class Walk {
  readonly #question: Question
  readonly #routes: Routes
  readonly #choices: Choices
  readonly #course: Course
  /** It may have become one event with others. */
  #shared = false

  constructor(question: Question, choices: Choices) {
    this.#question = question
    this.#routes = routesOf(question.plan)
    this.#choices = choices
    this.#course = new Course(question.at)
  }

  outcomes(): readonly Outcome[] {
    const { at, plan, request, cutAt } = this.#question
    const nothing = { status: 0, reason: null, body: null, ours: false }
    if (request.leavesAt !== null)
      this.#course.endsAt(request.leavesAt, { ...nothing, kind: 'left', end: 'left' })
    if (cutAt < Infinity) this.#course.endsAt(cutAt, { ...nothing, kind: 'cut off', end: 'cut' })
    // What is kept when the engine stops is given up with a word, a little before the connection is.
    if (cutAt < Infinity && nodesOf(plan).some(holds)) this.#course.endsAt(cutAt, this.#ours('draining'))
    if (plan.linked) this.#course.endsAt(at + plan.deadlineMs, this.#ours('deadline'))
    this.#arrive()
    const outcomes = this.#course.run((reason) => this.#ours(reason))
    // What is stored is sent again until it arrives; what a window makes is sent whether or not anybody waits for it any more.
    const uncounted = !plan.linked || nodesOf(plan).some(holds)
    return uncounted ? outcomes.map((outcome) => ({ ...outcome, calls: null })) : outcomes
  }

  #ours(reason: Reason, fallback: number = reasons[reason].status): Said {
    const status = this.#question.plan.status[reason] ?? fallback
    return { kind: 'answer', status, reason, body: null, ours: true, end: 'whole' }
  }

  // ---- the onramp ----------------------------------------------------------------------------------------------

  #arrive(): void {
    const { plan, request } = this.#question
    const { pre } = plan.processors
    const demand = plan.linked && pre.length === 0 ? this.#routes.demand('onramp', 'web', 'out') : 'value'
    const event = (carried: Carried): Happening => ({
      asks: request.marker,
      asked: askedBy(request),
      response: null,
      rate: null,
      joined: null,
      carried,
      failure: null,
    })
    if (demand === 'stream') {
      const source: Carried = { form: 'source', body: request.body, of: 'client', idleMs: bodyTimeoutMs }
      return this.#leave('onramp', 'web', 'out', event(source))
    }
    this.#read(request.body, plan.maxBody, bodyTimeoutMs, (end) => {
      if (end === 'too long') return this.#course.ends(this.#ours('body_too_large'))
      if (end !== 'whole') return this.#clientBroke(end)
      const { text } = request.body
      if (demand === 'bytes') return this.#leave('onramp', 'web', 'out', event({ form: 'bytes', text }))
      const events = eventsIn(text, plan.processors)
      if (events === undefined) return this.#undecodable()
      if (plan.linked && events.length === 0) return this.#course.ends(this.#ours('bad_request'))
      for (const each of plan.linked ? events : []) this.#leave('onramp', 'web', 'out', event(each))
      if (!plan.linked)
        this.#course.ends({ kind: 'answer', status: 202, reason: null, body: '', ours: false, end: 'whole' })
    })
  }

  #undecodable(): void {
    const { plan, request } = this.#question
    this.#course.note('bad_request')
    if (!plan.linked || this.#routes.ends('onramp', 'web', 'err').length === 0) return
    const status = plan.status.bad_request ?? 400
    const response = { status, badHeader: false, marker: 0 }
    this.#leave('onramp', 'web', 'err', {
      asks: request.marker,
      asked: askedBy(request),
      response,
      rate: null,
      joined: null,
      carried: { form: 'made', value: some },
      failure: 'bad_request',
    })
  }

  /** The edge itself answers a body that breaks, unless it has answered already. */
  #clientBroke(how: 'breaks' | 'stalls' | 'leaves'): void {
    if (how === 'breaks') return this.#course.ends(this.#ours('bad_request'))
    if (how === 'stalls') return this.#course.ends(this.#ours('request_timeout'))
    this.#course.ends({ kind: 'left', status: 0, reason: null, body: null, ours: false, end: 'left' })
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
    if (Math.ceil(text.length / 2) > limit) return this.#course.later(gapMs, () => then('too long'))
    if (comes === 'slowly') return this.#course.later(gapMs * 2, () => then(long ? 'too long' : 'whole'))
    if (comes === 'stalls')
      return this.#course.later(idleMs === 0 ? Infinity : gapMs + idleMs, () => then('stalls'))
    this.#course.later(gapMs * 2, () => then(comes))
  }

  // ---- on the way ----------------------------------------------------------------------------------------------

  #leave(kind: Target['kind'], id: string, port: string, event: Happening): void {
    const ends = this.#routes.ends(kind, id, port)
    if (this.#choices.hops++ > mostHops) throw new Unforeseeable()
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
    this.#course.note(failure ?? (port === 'overflow' ? 'overflow' : 'dropped'))
  }

  #node(pipeline: string, node: NodeSpec, event: Happening): void {
    const on = (port: string) => this.#follow(pipeline, `${node.id}/${port}`, port, event)
    switch (node.kind) {
      case 'pass':
        return on('out')
      case 'turns':
        return on(node.outputs[this.#turn(pipeline, node)]!)
      case 'backoff': {
        const known = this.#course.cascade === 0 ? this.#question.backoff(pipeline, node.id) : 'unknown'
        const open = known === 'unknown' ? this.#choices.choose(2) === 0 : known === 'open'
        if (open) return on('out')
        this.#course.note('overflow')
        return on('overflow')
      }
      case 'count':
        change(event, { count: some })
        return on('out')
      case 'bucket':
        return this.#bucket(event, on)
      case 'percent':
        if (this.#choices.choose(2) === 0) return on('out')
        this.#course.note('overflow')
        return on('overflow')
      case 'batch':
        return this.#hold(node.count === 1 ? 0 : node.timeoutMs || Infinity, () => {
          const batch = { ...nothingMore, asks: 0, asked: null, rate: null, carried: madeOfSome() }
          this.#follow(pipeline, `${node.id}/out`, 'out', { ...batch, response: null, joined: 'batch' })
        })
      case 'wal':
        return this.#wal(on)
      case 'window':
        return this.#window(pipeline, node, event)
      case 'route':
        return this.#route(node, event, on)
      case 'select':
        if (node.where === 'fails') return this.#course.note('script_error')
        if (node.where === 'none' || (node.where === 'odd' && !this.#isOdd(event)))
          return this.#course.note('no_route')
        if (node.full) change(event, { by: node.id })
        return on('out')
      case 'script': {
        const { actions } = node
        const at = event.joined === 'window' ? this.#choices.choose(actions.length) : markerOf(event)
        return this.#script(actions[at % actions.length]!, node.id, event, on)
      }
    }
  }

  #isOdd(event: Happening): boolean {
    return event.joined === 'window' ? this.#choices.choose(2) === 1 : markerOf(event) % 2 === 1
  }

  // ---- what is kept, counted, led apart ------------------------------------------------------------------------

  #hold(ms: number, then: () => void): void {
    this.#shared = true
    if (ms === 0) return then()
    this.#course.within(ms, then)
  }

  #bucket({ rate, joined }: Happening, on: (port: string) => void): void {
    if (joined === 'window') return on(['out', 'err', 'overflow'][this.#choices.choose(3)]!)
    if (rate === null) {
      this.#course.note('script_error')
      return on('err')
    }
    if (rate >= 1000 || (rate > 0 && this.#choices.choose(2) === 0)) return on('out')
    this.#course.note('overflow')
    on('overflow')
  }

  /** It may be full; what stands before an event may keep failing, or nothing below takes more. */
  #wal(on: (port: string) => void): void {
    const way = this.#choices.choose(2)
    if (way === 1) {
      this.#course.note('overflow')
      return on('overflow')
    }
    this.#hold(this.#question.calm ? storedMs : Infinity, () => on('out'))
  }

  #window(pipeline: string, node: WindowSpec, event: Happening): void {
    const on = (event: Happening) => this.#follow(pipeline, `${node.id}/out`, 'out', event)
    const copies = node.groups === 'both' ? 2 : 1
    for (let copy = 0; copy < copies; copy++) {
      if (!hasWindow(node)) on({ ...event, carried: { form: 'made', value: { by: node.id } }, failure: null })
      else if (node.size === 1 && node.outer === 0) {
        const unknown = event.joined === 'window'
        const value = {
          window: node.id,
          of: unknown ? some : [markerOf(event)],
          ...(node.groups === 'parity' ? { parity: unknown ? some : markerOf(event) % 2 } : {}),
        }
        on({ ...event, carried: { form: 'made', value }, failure: null, joined: notBatch(event) })
      } else this.#gather(node, on)
    }
  }

  /** Kept by the first window, then again by the second. */
  #gather({ size, intervalMs, outer }: WindowSpec, on: (event: Happening) => void): void {
    const window = () =>
      on({
        asks: -1,
        asked: null,
        response: null,
        rate: null,
        joined: 'window',
        carried: madeOfSome(),
        failure: null,
      })
    const byTime = this.#question.steps ? Infinity : intervalMs + tickMs
    this.#hold(size === 1 ? 0 : size > 1 ? Infinity : byTime, () => {
      window()
      if (outer > 0) this.#hold(Infinity, window)
    })
  }

  #route(node: NodeSpec & { kind: 'route' }, event: Happening, on: (port: string) => void): void {
    const fitting =
      event.joined === 'window'
        ? [...node.rules, null][this.#choices.choose(node.rules.length + 1)]
        : node.rules.find(({ by }) => meets(by, event))
    if (fitting === null || fitting === undefined) return this.#course.note('no_route')
    on(fitting.to)
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
    if (this.#course.cascade !== 0) return 'unknown'
    const ends = this.#routes.within(pipeline, end)
    if (ends.length !== 1 || ends[0]!.startsWith('out/')) return 'unknown'
    const node = this.#routes.node(pipeline, ends[0]!)
    if (node.kind !== 'backoff' || this.#routes.within(pipeline, `${node.id}/overflow`).length > 0)
      return 'unknown'
    return this.#question.backoff(pipeline, node.id)
  }

  #script(action: Action, by: string, event: Happening, on: (port: string) => void): void {
    const marker = event.joined === 'window' ? some : markerOf(event)
    switch (action.do) {
      case 'same':
        return on('out')
      case 'change':
        change(event, { by, marker })
        return on('out')
      case 'wrap':
        change(event, { by, was: carriedValue(event) })
        return on('out')
      case 'mark': {
        const value = carriedValue(event)
        if (isRecord(value)) change(event, value === some ? some : { ...(value as object), by })
        return on('out')
      }
      case 'drop':
        return this.#course.note('dropped')
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
        if (event.joined !== 'window') event.asks = markerOf(event)
        event.asked = { method: 'POST', path: '' }
        return on('out')
      case 'class':
        event.rate = action.rate
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

  #reply(event: Happening, via: string): void {
    const { plan } = this.#question
    const { carried, failure, joined } = event
    if (!plan.linked) return
    if (joined === 'batch') return this.#course.ends(this.#ours('script_error'))
    const response = joined === 'window' && event.response === null ? this.#anyResponse() : event.response
    if (response === null) {
      if (failure !== null) return this.#course.ends(this.#ours(failure))
      if (via === 'err') return this.#course.ends(this.#ours('script_error'))
    }
    if (response?.status === 'bad' || response?.badHeader)
      return this.#course.ends(this.#ours('script_error'))
    const status = (response?.status as number | undefined) ?? 200
    if (failure === 'script_error') return this.#course.ends({ ...this.#ours(failure), status })
    const breaks =
      carried.form === 'source' && carried.body.comes !== 'whole' && carried.body.comes !== 'slowly'
    const end = !breaks
      ? 'whole'
      : carried.of === 'client' && carried.body.comes === 'leaves'
        ? 'left'
        : 'cut'
    const body = end === 'whole' ? textOf(carried, plan.processors) : null
    this.#course.ends({ kind: 'answer', status, reason: failure, body, ours: false, end })
  }

  /** That of any event in the window. */
  #anyResponse(): Happening['response'] {
    const way = this.#choices.choose(3)
    return way === 0 ? null : { status: -1, badHeader: way === 2, marker: 0 }
  }

  // ---- offramps ------------------------------------------------------------------------------------------------

  #offramp(offramp: OfframpSpec, event: Happening): void {
    if (this.#course.isOver) return
    // It is gone for good, and what becomes of it is not this request's any more.
    if (!offramp.linked && event.carried.form !== 'source') return
    if (event.joined === 'window') throw new Unforeseeable()
    if (!this.#question.crowded.has(offramp.id)) return this.#call(offramp, event)
    const way = this.#choices.choose(4)
    if (way === 0) return this.#call(offramp, event)
    if (way === 1) return this.#failed(offramp, 'overflow')
    if (way === 2) return this.#course.later(offramp.waitMs, () => this.#failed(offramp, 'overflow'))
    this.#course.within(offramp.waitMs, () => this.#call(offramp, event))
  }

  #call(offramp: OfframpSpec, event: Happening): void {
    if (event.joined === 'batch') return this.#failed(offramp, 'script_error', 400)
    if (event.asks > 0 && offramp.linked) this.#course.call(offramp.id)
    const behaviour = event.asks > 0 ? this.#question.request.upstreams[offramp.id]! : unmarked(offramp.id)
    if (behaviour.kind === 'fault' && unreachable.has(behaviour.fault))
      return this.#course.later(behaviour.delayMs, () => this.#failed(offramp, 'upstream_unreachable'))
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
      return this.#course.later(offramp.timeoutMs, () => this.#failed(offramp, 'upstream_timeout'))
    this.#course.later(delayMs, () => {
      if (behaviour.kind === 'fault')
        return this.#failed(offramp, behaviour.fault === 'reset' ? 'upstream_reset' : 'bad_upstream_response')
      if (behaviour.kind === 'answer') this.#answered(offramp, behaviour, asks)
    })
  }

  #answered(offramp: OfframpSpec, { status, body }: Behaviour & { kind: 'answer' }, asks: number): void {
    if (!offramp.linked)
      return this.#read({ ...body, sized: false }, offramp.maxBody, offramp.idleMs, () => {})
    const response = { status, badHeader: false, marker: asks }
    const on = (carried: Carried) =>
      this.#leave('offramp', offramp.id, 'out', { ...nothingMore, response, carried, failure: null })
    const demand =
      offramp.processors.pre.length > 0 ? 'value' : this.#routes.demand('offramp', offramp.id, 'out')
    // An answer to several requests is kept for all of them; whether others wait as well is not known here.
    const kept = this.#shared && this.#choices.choose(2) === 1
    if (demand === 'stream' && !kept)
      return on({ form: 'source', body, of: 'upstream', idleMs: offramp.idleMs })
    this.#read(body, offramp.maxBody, offramp.idleMs, (end) => {
      if (end === 'too long') return this.#failed(offramp, 'bad_upstream_response')
      if (end === 'stalls') return this.#failed(offramp, 'upstream_timeout')
      if (end !== 'whole') return this.#failed(offramp, 'upstream_reset')
      if (demand !== 'value') return on({ form: 'bytes', text: body.text })
      const events = eventsIn(body.text, offramp.processors)
      if (events === undefined) return this.#failed(offramp, 'bad_upstream_response')
      if (events.length === 0) this.#course.note('bad_upstream_response')
      for (const each of events) on(each)
    })
  }

  #failed(offramp: OfframpSpec, reason: Reason, status: number = reasons[reason].status): void {
    this.#course.note(reason)
    if (!offramp.linked) return
    const response = { status, badHeader: false, marker: 0 }
    const event = { ...nothingMore, response, carried: madeOfSome(), failure: reason }
    this.#leave('offramp', offramp.id, 'err', event)
  }
}

const nothingMore = { asks: 0, asked: null, rate: null, joined: null, failure: null } as const

function carriedValue({ carried }: Happening): Json {
  if (carried.form === 'source' || carried.form === 'bytes')
    throw new Error('the oracle reads what is not decoded')
  return carried.value
}

function isRecord(value: Json): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function madeOfSome(): Carried {
  return { form: 'made', value: some }
}

function notBatch({ joined }: Happening): Happening['joined'] {
  return joined === 'batch' ? null : joined
}

function askedBy({ marker, body }: RequestSpec): Happening['asked'] {
  return { method: body.text === '' ? 'GET' : 'POST', path: `/r${marker}` }
}

/** Rules look at `$request`, and nowhere else. */
function meets(by: RouteRule['by'], { asked, asks }: Happening): boolean {
  if (by === 'rest') return true
  if (asked === null) return false
  if (by === 'path') return asked.path.startsWith('/r1')
  return by === 'method' ? asked.method === 'POST' : asks % 10 === 3
}

const unreachable: ReadonlySet<string> = new Set(['connect', 'dns', 'tls'])
