/** One world from its beginning to quiet: the real engine with its REST ramps, everything around it simulated, every promise checked. */
import { tap } from 'rxjs'
import { loadCatalogue } from '#engine/catalogue.ts'
import type { Clock } from '#engine/clock.ts'
import { Engine } from '#engine/deploy/engine.ts'
import type { World } from '#engine/deploy/world.ts'
import type { Event } from '#engine/event.ts'
import type { Slots } from '#engine/http/slots.ts'
import type { Transport } from '#engine/http/transport.ts'
import { silentLog } from '#engine/log.ts'
import { createMetrics } from '#engine/metrics.ts'
import type { OperatorDefinition } from '#engine/operator.ts'
import { walOperator } from '#engine/operators/qos/wal.ts'
import type { At } from '#engine/port.ts'
import type { OfframpDefinition, OnrampDefinition } from '#engine/ramp.ts'
import { Backoffs } from './backoffs.ts'
import { buildPlan } from './build.ts'
import { chance } from './chance.ts'
import { crowdedIn, sharing, unstartable } from './changes.ts'
import { simClock } from './clock.ts'
import { differences } from './compare.ts'
import { SimLogs } from './disk.ts'
import { outcomesOf, unmarked } from './oracle.ts'
import type { Outcome } from './outcome.ts'
import { type Client, simServer } from './server.ts'
import { type ActSpec, holds, nodesOf, type PlanSpec, plainly, type WorldSpec } from './spec.ts'
import { simUpstreams } from './upstream.ts'
import { witnessed } from './witness.ts'

export interface Failure {
  /** `I1` … `I8` of the promise, `quiet` for what was left over, `oracle` for a wrong answer. */
  readonly rule: string
  readonly what: string
}

export interface Report {
  readonly failures: readonly Failure[]
  readonly requests: number
  /** Of everything that happened, in order. */
  readonly hash: number
  /** How often things happened that must happen sometimes. */
  readonly seen: ReadonlyMap<string, number>
  readonly trace: readonly string[]
}

interface Asked {
  readonly client: Client
  readonly outcomes: readonly Outcome[] | null
  readonly plan: PlanSpec
  /** Plans that came into force before it ended. */
  readonly reloaded: PlanSpec[]
  readonly draining: boolean
  readonly eventId: string
  readonly aside: ReadonlySet<string>
}

/** After the last planned event, everything must come to rest within this time. */
const restMs = 8000

const catalogue = await loadCatalogue()
const quietPlan: PlanSpec = {
  port: 1,
  linked: true,
  deadlineMs: 1000,
  maxBody: 0,
  status: {},
  processors: plainly,
  pipelines: [],
  offramps: [],
  links: [],
}

export async function runWorld(spec: WorldSpec): Promise<Report> {
  return new Run(spec).run()
}

class Run {
  readonly #spec: WorldSpec
  readonly #chance
  readonly #clock
  readonly #server
  readonly #upstreams
  readonly #engine: Engine
  readonly #failures: Failure[] = []
  readonly #seen = new Map<string, number>()
  readonly #trace: string[] = []
  readonly #asked: Asked[] = []
  readonly #slots: Slots[] = []
  readonly #nextId = new Map<number, number>()
  readonly #calm: boolean
  readonly #aside: ReadonlySet<string>
  #plan: PlanSpec
  /** Timers of the engine that have not fired. */
  #timers = 0
  #stopping: { readonly at: number; readonly cutAt: number; whole: boolean | null } | null = null
  /** Null where configurations change: what is new and what lives on is another question. */
  #backoffs: Backoffs | null

  constructor(spec: WorldSpec) {
    this.#spec = spec
    this.#plan = spec.plans[0]!
    this.#chance = chance(spec.seed)
    this.#clock = simClock(this.#chance)
    const broken = (rule: string, what: string) => this.#fail(rule, what)
    const trace = (line: string) => void this.#trace.push(`${this.#clock.now()} ${line}`)
    this.#server = simServer({ clock: this.#clock, chance: this.#chance, broken, trace })
    const requests = new Map(spec.requests.map((request) => [request.marker, request]))
    const stored = spec.plans.some((plan) => nodesOf(plan).some(({ kind }) => kind === 'wal'))
    this.#upstreams = simUpstreams({
      clock: this.#clock,
      broken,
      trace,
      // What is sent again, when nobody waits for it any more, arrives in the end.
      behaviour: (host, marker) =>
        stored && this.#isOver(marker)
          ? unmarked(host)
          : (requests.get(marker)?.upstreams[host] ?? unmarked(host)),
      most: (host) => Math.max(...spec.plans.flatMap(({ offramps }) => placesAt(host, offramps))),
      reachable: () => this.#chance.often(0.5),
      cutOff: () => this.#stopping !== null && this.#clock.now() >= this.#stopping.cutAt,
      isOver: (marker) => stored || this.#isOver(marker),
      heard: (call) => this.#backoffs?.heard(call, this.#clock.now()),
      givenUp: (call) => {
        const asked = this.#asked.find(({ client }) => client.spec.marker === call.marker)
        this.#backoffs?.givenUp(call, this.#clock.now(), asked?.client ?? null)
      },
      probed: (host, reached) => this.#backoffs?.probed(host, reached, this.#clock.now()),
    })
    this.#engine = new Engine(this.#world())
    this.#calm = isCalm(spec)
    const unlinked = spec.plans.flatMap(({ offramps }) => offramps.filter(({ linked }) => !linked))
    this.#aside = new Set(unlinked.map(({ id }) => id))
    const changes = spec.acts.some(({ do: act }) => act.kind === 'reload')
    this.#backoffs = changes ? null : new Backoffs(this.#plan, crowdedIn(this.#plan))
  }

  #isOver(marker: number): boolean {
    return this.#asked.some(({ client }) => client.spec.marker === marker && client.end !== null)
  }

  async run(): Promise<Report> {
    await this.#engine.apply(buildPlan(this.#plan))
    for (const request of this.#spec.requests) this.#clock.after(request.at, () => this.#send(request.marker))
    for (const act of this.#spec.acts) {
      await this.#runUntil(act.at)
      await this.#act(act)
    }
    const last = Math.max(
      0,
      ...this.#spec.requests.map(({ at }) => at),
      ...this.#spec.acts.map(({ at }) => at),
    )
    this.#checkTimers(last + restMs)
    await this.#runUntil(last + restMs)
    this.#checkAnswers()
    this.#checkRest()
    await this.#close()
    return {
      failures: this.#failures,
      requests: this.#asked.length,
      hash: hashOf(this.#trace),
      seen: this.#seen,
      trace: this.#trace,
    }
  }

  // ---- the world -----------------------------------------------------------------------------------------------

  #world(): World {
    const transport: Transport = {
      name: 'own',
      listen: (options, handler) => this.#server.listen(options, handler),
      client: (options) => this.#upstreams.client(options),
    }
    const logs = new SimLogs(this.#clock)
    const wal = catalogue.operators.get('qos::wal')!
    const onDisk: typeof wal = {
      ...wal,
      create: (config, context) => {
        if (config.dir === undefined) return wal.create(config, context)
        const use = logs.open(`${context.address} ${context.node}`)
        const broken = (what: string) => this.#fail('stored', what)
        return witnessed(walOperator(config as never, context, use), use.disk, broken)
      },
    }
    const rest = catalogue.offramps.get('rest')!
    const watched: OfframpDefinition = {
      ...rest,
      create: (config, context) => {
        const offramp = rest.create(config, context)
        this.#slots.push((offramp as unknown as { slots: Slots }).slots)
        return offramp
      },
    }
    const web = catalogue.onramps.get('rest')!
    const heard: OnrampDefinition = {
      ...web,
      create: (config, context) => {
        const onramp = web.create(config, context)
        const reply = onramp.reply!.bind(onramp)
        onramp.reply = (event, via) => {
          if (event.flight?.settled) this.#count('a late answer is dropped')
          reply(event, via)
        }
        return onramp
      },
    }
    return {
      catalogue: {
        ...catalogue,
        operators: new Map(
          [...catalogue.operators, ['qos::wal', onDisk] as const].map(([name, each]) => [
            name,
            this.#watched(name, each),
          ]),
        ),
        onramps: new Map([...catalogue.onramps, ['rest', heard]]),
        offramps: new Map([...catalogue.offramps, ['rest', watched]]),
      },
      clock: this.#counted(),
      log: silentLog,
      metrics: createMetrics(),
      transport,
      connectTo: [],
      instance: 'sim',
      host: { hostname: 'sim', version: '0.0.0', nanotime: () => this.#clock.wallNs() },
    }
  }

  /** Counts what leaves an operator. */
  #watched(name: string, definition: OperatorDefinition): OperatorDefinition {
    const create: OperatorDefinition['create'] = (config, context) => {
      const operator = definition.create(config, context)
      const ids = new Set<string>()
      const leaves = tap<At<Event>>(([port, event]) => {
        this.#count(`${name}: ${Array.isArray(definition.ports) ? port : 'some port'}`)
        if (name === 'qos::wal' && port === 'out') {
          const id = event.id.toString()
          if (ids.has(id)) this.#count('qos::wal: sent again')
          ids.add(id)
        }
        if (name === 'generic::batch' && (event.payload.value as readonly unknown[]).length > 1)
          this.#count('generic::batch: several in one')
      })
      return { ...operator, flow: (events) => operator.flow(events).pipe(leaves) }
    }
    return { ...definition, create }
  }

  /**
   * On to where every request has ended and every call with it: from there on nothing of the engine runs but its tick. Where there
   * are back-offs they may have timers of their own, and where configurations change the old ones.
   */
  #checkTimers(until: number): void {
    const { plans, acts } = this.#spec
    const others =
      acts.length > 0 || nodesOf(plans[0]!).some((node) => node.kind === 'backoff' || holds(node))
    if (others) return
    const busy = () => this.#asked.length < this.#spec.requests.length || this.#underWay()
    while (busy() && this.#clock.next <= until) this.#clock.runUntil(this.#clock.next)
    if (this.#timers > 1) this.#fail('I6', `${this.#timers - 1} timers are left when all is over`)
  }

  #underWay(): boolean {
    return (
      this.#asked.some(({ client }) => client.end === null) ||
      this.#upstreams.calls.some((call) => !call.over)
    )
  }

  /** The clock as the engine sees it: its timers are counted apart from those of the world. */
  #counted(): Clock {
    const clock = this.#clock
    const at = (due: number, fire: () => void) => {
      let open = true
      this.#timers++
      const end = () => {
        if (open) this.#timers--
        open = false
      }
      const timer = clock.at(due, () => {
        end()
        fire()
      })
      return {
        cancel: () => {
          end()
          timer.cancel()
        },
      }
    }
    return {
      now: clock.now,
      wallNs: clock.wallNs,
      after: (ms, fire) => at(clock.now() + Math.max(0, ms), fire),
      at,
    }
  }

  async #runUntil(ms: number): Promise<void> {
    if (this.#spec.acts.length === 0 && !this.#spec.plans.some(hasDisk)) return this.#clock.runUntil(ms)
    // Generations change by promises: what is due waits until they have settled.
    while (this.#clock.next <= ms) {
      this.#clock.runUntil(this.#clock.next)
      await settled()
    }
    this.#clock.runUntil(ms)
  }

  #send(marker: number): void {
    const request = this.#spec.requests.find((each) => each.marker === marker)!
    const plan = this.#plan
    const draining = this.#stopping !== null
    const outcomes = draining ? null : this.#foresee(request, plan)
    const number = this.#nextId.get(plan.port) ?? 0
    if (!draining) this.#nextId.set(plan.port, number + 1)
    this.#trace.push(`${this.#clock.now()} send ${marker}`)
    const client = this.#server.send(plan.port, request)
    if (client === null) {
      if (this.#stopping === null) this.#fail('I8', `nothing listens for request ${marker}`)
      return
    }
    this.#asked.push({
      client,
      outcomes,
      plan,
      reloaded: [],
      draining,
      eventId: `1:0:${number}`,
      aside: this.#aside,
    })
    if (request.leavesAt !== null)
      this.#clock.after(request.leavesAt - this.#clock.now(), () => client.leave())
  }

  #foresee(
    request: WorldSpec['requests'][number],
    plan: PlanSpec,
    at = this.#clock.now(),
  ): readonly Outcome[] | null {
    const crowded = crowdedIn(plan)
    const backoff = (pipeline: string, node: string) => {
      const known = this.#backoffs?.known(pipeline, node, this.#clock.now()) ?? 'unknown'
      if (known !== 'unknown') this.#count(`back-off known to be ${known}`)
      return known
    }
    const stop = this.#spec.acts.find(({ do: act }) => act.kind === 'stop')
    const cutAt = stop?.do.kind === 'stop' ? stop.at + stop.do.graceMs : Infinity
    const steps = this.#spec.acts.some(({ do: act }) => act.kind === 'step wall')
    return outcomesOf({ plan, request, at, crowded, cutAt, calm: this.#calm, steps, backoff })
  }

  async #act({ at, do: act }: ActSpec): Promise<void> {
    this.#trace.push(`${at} ${act.kind}`)
    const inFlight = this.#asked.some(({ client }) => client.end === null)
    if (act.kind === 'step wall') this.#clock.stepWall(act.ms)
    if (act.kind === 'stop') {
      const stopping = { at, cutAt: at + act.graceMs, whole: null as boolean | null }
      this.#stopping = stopping
      void this.#engine.stop(act.graceMs).then((whole) => (stopping.whole = whole))
      await settled()
      this.#count(inFlight ? 'stop with requests in flight' : 'stop at rest')
    }
    if (act.kind === 'reload' || act.kind === 'invalid') {
      const spec = this.#spec.plans[act.plan]!
      const plan = buildPlan(spec)
      const failed = await this.#engine.apply(act.kind === 'invalid' ? unstartable(plan) : plan).then(
        () => null,
        (error: Error) => error.message,
      )
      const expected = act.kind === 'invalid' || this.#stopping !== null
      if ((failed !== null) !== expected)
        this.#fail('I8', `${act.kind} of plan ${act.plan}: ${failed ?? 'applied'}`)
      if (failed === null) {
        for (const asked of this.#asked) if (asked.client.end === null) asked.reloaded.push(spec)
        // What listens on another port is another onramp, which counts from the start.
        if (spec.port !== this.#plan.port) this.#nextId.set(spec.port, 0)
        this.#plan = spec
      }
      await settled()
      this.#count(inFlight ? `${act.kind} with requests in flight` : `${act.kind} at rest`)
    }
  }

  // ---- the promises --------------------------------------------------------------------------------------------

  #checkAnswers(): void {
    for (const asked of this.#asked) {
      const { client, outcomes } = asked
      if (client.end === null) {
        this.#fail('I2', `request ${client.spec.marker} got no answer`)
        continue
      }
      this.#count(client.got === null ? `end: ${client.end}, unanswered` : `end: ${client.end}`)
      if (client.spec.readsEveryMs > 0) this.#count('client: slow')
      if (client.got?.body.startsWith('{"window"')) {
        const { of } = JSON.parse(client.got.body)
        this.#count(of.length > 1 ? 'answer: one window for several requests' : 'answer: a window')
      }
      const reason = client.got?.headers.indexOf('temblor-reason') ?? -1
      if (reason >= 0) this.#count(`reason: ${client.got!.headers[reason + 1]}`)
      this.#count(
        outcomes === null ? 'foreseen: no' : outcomes.length === 1 ? 'foreseen: exactly' : 'foreseen: a set',
      )
      const calls = this.#upstreams.calls.filter((call) => call.marker === client.spec.marker)
      const cutAt = this.#stopping?.cutAt ?? Infinity
      const found = differences(asked, calls, cutAt)
      if (found === null) continue
      const across = asked.reloaded.some((after) => {
        const outcomes = this.#foresee(client.spec, sharing(asked.plan, after), client.sentAt)
        return differences({ ...asked, outcomes }, calls, cutAt) === null
      })
      if (across) this.#count('foreseen: across a reload')
      else this.#fail('oracle', `request ${client.spec.marker}: ${found}`)
    }
  }

  #checkRest(): void {
    for (const _ of this.#upstreams.probes) this.#count('upstream tried by connecting')
    for (const call of this.#upstreams.calls) {
      if (call.state === 'aborted') this.#count('call: aborted')
      const asked = this.#asked.find(({ client }) => client.spec.marker === call.marker)
      if (asked !== undefined && call.toldAt < Infinity && call.toldAt > asked.client.endedAt)
        this.#count('call: answered when its request was over')
      if (!call.over)
        this.#fail(
          'quiet',
          `a call to ${call.request.host} for ${call.marker} is ${call.state}, its answer ${call.answer?.state}`,
        )
    }
    // A stored event has no deadline: where it waits in a window, on its way from one upstream to the next, it keeps its place.
    const kinds = new Set(this.#spec.plans.flatMap((plan) => nodesOf(plan).map(({ kind }) => kind)))
    const kept = kinds.has('wal') && (kinds.has('window') || kinds.has('batch'))
    for (const [i, slots] of this.#slots.entries()) {
      if (slots.taken > 0 && !kept) this.#fail('quiet', `offramp ${i} has ${slots.taken} places taken`)
      if (slots.waiting > 0) this.#fail('quiet', `offramp ${i} has ${slots.waiting} events waiting`)
    }
    const { inFlight } = this.#engine.status()
    if (inFlight > 0) this.#fail('quiet', `${inFlight} requests are in flight`)
  }

  /** Everything is let go of: sockets, clients, timers. */
  async #close(): Promise<void> {
    if (this.#stopping === null) {
      if (this.#chance.often(0.5)) await this.#engine.apply({ ...buildPlan(quietPlan), onramps: [] })
      await settled()
      let whole: boolean | null = null
      void this.#engine.stop(1000).then((result) => (whole = result))
      await settled()
      // A batch that waited for more events is sent on first.
      if (this.#spec.plans.some((plan) => nodesOf(plan).some(holds))) {
        await this.#runUntil(this.#clock.now() + 1100)
        await settled()
      }
      if (whole === null) this.#fail('quiet', 'stopping at rest takes time')
    } else if (this.#stopping.whole === null) this.#fail('quiet', 'stopping has no end')
    this.#clock.runUntil(this.#clock.now() + 61_000)
    await settled()
    this.#clock.runUntil(this.#clock.now() + 61_000)
    if (this.#server.listening > 0) this.#fail('quiet', 'a listener is open')
    if (this.#upstreams.clients > 0) this.#fail('quiet', `${this.#upstreams.clients} clients are open`)
    if (this.#clock.pending > 0) this.#fail('quiet', `${this.#clock.pending} timers are pending`)
  }

  #fail(rule: string, what: string): void {
    this.#trace.push(`FAILED ${rule}: ${what}`)
    this.#failures.push({ rule, what })
  }

  #count(what: string): void {
    this.#seen.set(what, (this.#seen.get(what) ?? 0) + 1)
  }
}

/** Nothing fails and nobody waits: what a log sends on arrives at once. */
function isCalm({ requests, plans, acts }: WorldSpec): boolean {
  return (
    acts.length === 0 &&
    crowdedIn(plans[0]!).size === 0 &&
    nodesOf(plans[0]!).every(({ kind }) => kind !== 'backoff' && kind !== 'percent' && kind !== 'bucket') &&
    requests.every(({ upstreams, body, leavesAt }) => {
      const plain = Object.values(upstreams).every((each) => each.kind === 'answer' && each.status < 400)
      return plain && leavesAt === null && body.comes === 'whole'
    })
  )
}

function hasDisk(plan: PlanSpec): boolean {
  return nodesOf(plan).some((node) => node.kind === 'wal' && node.disk)
}

function placesAt(host: string, offramps: PlanSpec['offramps']): number[] {
  return offramps.filter(({ id }) => id === host).map(({ concurrency }) => concurrency)
}

/** Whatever promises had to do is done. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** FNV-1a. */
function hashOf(lines: readonly string[]): number {
  let hash = 0x811c9dc5
  for (const line of lines)
    for (let i = 0; i < line.length; i++) hash = Math.imul(hash ^ line.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
