/** Level B: one world over real sockets, against the same oracle: reloads, drains, lines of waiting calls, connections used again. */
import { loadCatalogue } from '#engine/catalogue.ts'
import { Engine } from '#engine/deploy/engine.ts'
import { loadTransport, type TransportName } from '#engine/http/transports.ts'
import { silentLog } from '#engine/log.ts'
import { createMetrics } from '#engine/metrics.ts'
import { Backoffs, type Known } from './backoffs.ts'
import { buildPlan } from './build.ts'
import { chance } from './chance.ts'
import { crowdedIn, sharing, unstartable } from './changes.ts'
import { simClock } from './clock.ts'
import { differences } from './compare.ts'
import { generateWorld, upstreamIds } from './generate.ts'
import { outcomesOf, unmarked } from './oracle.ts'
import type { Outcome } from './outcome.ts'
import type { Failure } from './run-world.ts'
import type { Client } from './server.ts'
import { openSockets } from './sockets.ts'
import { type ActSpec, nodesOf, type PlanSpec, type RequestSpec, type WorldSpec } from './spec.ts'
import { tamed } from './tame.ts'

export interface SocketReport {
  readonly failures: readonly Failure[]
  readonly requests: number
  readonly seen: ReadonlyMap<string, number>
  readonly trace: readonly string[]
}

interface Asked {
  readonly client: Client
  plan: PlanSpec
  /** When it was its turn on its connection; -1 if it never was. */
  takenAt: number
  outcomes: readonly Outcome[] | null
  readonly reloaded: PlanSpec[]
  draining: boolean
  eventId: string
  readonly aside: ReadonlySet<string>
  readonly lateHeads: boolean
}

const restMs = 8000

export async function runOverSockets(seed: number, name: TransportName): Promise<SocketReport> {
  const run = new SocketRun(tamed(generateWorld(seed)), name)
  return run.run()
}

class SocketRun {
  readonly #spec: WorldSpec
  readonly #name: TransportName
  readonly #clock
  readonly #failures: Failure[] = []
  readonly #seen = new Map<string, number>()
  readonly #trace: string[] = []
  readonly #asked: Asked[] = []
  readonly #requests: ReadonlyMap<number, RequestSpec>
  readonly #aside: ReadonlySet<string>
  readonly #stored: boolean
  /** Null where configurations change, and where calls wait. */
  readonly #backoffs: Backoffs | null
  #plan: PlanSpec
  #nextId = 0
  #stopping: { readonly cutAt: number; whole: boolean | null } | null = null

  constructor(spec: WorldSpec, name: TransportName) {
    this.#spec = spec
    this.#name = name
    this.#plan = spec.plans[0]!
    this.#clock = simClock(chance(spec.seed))
    this.#requests = new Map(spec.requests.map((request) => [request.marker, request]))
    const unlinked = spec.plans.flatMap(({ offramps }) => offramps.filter(({ linked }) => !linked))
    this.#aside = new Set(unlinked.map(({ id }) => id))
    this.#stored = spec.plans.some((plan) => nodesOf(plan).some(({ kind }) => kind === 'wal'))
    const changes = spec.acts.some(({ do: act }) => act.kind === 'reload')
    // Undici says the head of a request with its first octets: when a call began is then not seen.
    const unseen = name === 'node' && spec.requests.some(({ body }) => body.comes !== 'whole')
    this.#backoffs = changes || unseen ? null : new Backoffs(this.#plan, crowdedIn(this.#plan), true)
  }

  async run(): Promise<SocketReport> {
    const clock = this.#clock
    const sockets = await openSockets(upstreamIds, {
      clock,
      chance: chance(this.#spec.seed + 1),
      transport: await loadTransport(this.#name),
      broken: this.#broken,
      trace: (line) => void this.#trace.push(`${clock.now()} ${line}`),
      seen: (what) => this.#count(what),
      reuses: this.#spec.seed % 2 === 0,
      behaviour: (host, marker) => this.#behaviour(host, marker),
      heard: (call) => this.#backoffs?.heard(call, clock.now()),
      givenUp: (call) => this.#backoffs?.givenUp(call, clock.now(), this.#askedFor(call.marker)),
      timeoutMs: (host) => this.#plan.offramps.find(({ id }) => id === host)?.timeoutMs || Infinity,
    })
    const engine = new Engine({
      catalogue: await loadCatalogue(),
      clock,
      log: silentLog,
      metrics: createMetrics(),
      transport: sockets.transport,
      connectTo: sockets.connectTo,
      instance: 'sim',
      host: { hostname: 'sim', version: '0.0.0', nanotime: () => clock.wallNs() },
    })
    await engine.apply(buildPlan(this.#plan))
    const planned: { at: number; go: () => void | Promise<void> }[] = [
      ...this.#spec.requests.map((request) => ({ at: request.at, go: () => this.#send(request, sockets) })),
      ...this.#spec.acts.map((act) => ({ at: act.at, go: () => this.#act(act, engine) })),
    ].sort((a, b) => a.at - b.at)
    for (const { at, go } of planned) {
      await this.#runUntil(at, sockets)
      await go()
      await sockets.settled()
    }
    const busy = () =>
      this.#asked.some(({ client }) => client.end === null) || sockets.calls.some((call) => !call.over)
    const last = clock.now() + restMs
    while (busy() && clock.step(last)) await sockets.settled()
    this.#check(sockets, engine)
    await this.#close(sockets, engine)
    return {
      failures: this.#failures,
      requests: this.#asked.length,
      seen: this.#seen,
      trace: this.#trace,
    }
  }

  readonly #broken = (rule: string, what: string) => {
    this.#trace.push(`FAILED ${rule}: ${what}`)
    this.#failures.push({ rule, what })
  }

  #count(what: string): void {
    this.#seen.set(what, (this.#seen.get(what) ?? 0) + 1)
  }

  /** One thing at a time, and time stands still until all that comes of it was said. */
  async #runUntil(ms: number, sockets: Sockets): Promise<void> {
    await sockets.settled()
    while (this.#clock.step(ms)) await sockets.settled()
    this.#clock.runUntil(ms)
  }

  #behaviour(host: string, marker: number) {
    if (
      this.#stored &&
      this.#asked.some(({ client }) => client.spec.marker === marker && client.end !== null)
    )
      return unmarked(host)
    return this.#requests.get(marker)?.upstreams[host] ?? unmarked(host)
  }

  #askedFor(marker: number): { sentAt: number; spec: RequestSpec } | null {
    const asked = this.#asked.find(({ client }) => client.spec.marker === marker)
    return asked === undefined ? null : { sentAt: asked.takenAt, spec: asked.client.spec }
  }

  #send(request: RequestSpec, sockets: Sockets): void {
    const { marker, leavesAt } = request
    this.#trace.push(`${this.#clock.now()} send ${marker}`)
    const plan = this.#plan
    let asked: Asked | null = null
    const taken = (client: Client) => {
      asked ??= this.#waiting(client, plan)
      asked.plan = this.#plan
      asked.takenAt = this.#clock.now()
      asked.draining = this.#stopping !== null
      asked.outcomes = asked.draining ? null : this.#foresee(request, this.#plan, asked.takenAt)
      if (!asked.draining) asked.eventId = `1:0:${this.#nextId++}`
    }
    const client = sockets.send(plan.port, request, taken)
    if (client === null) {
      if (this.#stopping === null) this.#broken('I8', `nothing listens for request ${marker}`)
      return
    }
    asked ??= this.#waiting(client, plan)
    if (leavesAt !== null) this.#clock.after(leavesAt - this.#clock.now(), () => client.leave())
  }

  #waiting(client: Client, plan: PlanSpec): Asked {
    const asked: Asked = {
      client,
      plan,
      takenAt: -1,
      outcomes: null,
      reloaded: [],
      draining: false,
      eventId: '',
      aside: this.#aside,
      lateHeads: this.#name === 'node',
    }
    this.#asked.push(asked)
    return asked
  }

  #foresee(request: RequestSpec, plan: PlanSpec, at: number): readonly Outcome[] | null {
    const stop = this.#spec.acts.find(({ do: act }) => act.kind === 'stop')
    return outcomesOf({
      plan,
      request,
      at,
      crowded: crowdedIn(plan),
      cutAt: stop?.do.kind === 'stop' ? stop.at + stop.do.graceMs : Infinity,
      calm: false,
      steps: this.#spec.acts.some(({ do: act }) => act.kind === 'step wall'),
      // One that waited for its turn is taken at the very moment at which the call before it ended, perhaps badly.
      backoff: (pipeline, node): Known =>
        at === request.at
          ? (this.#backoffs?.known(pipeline, node, this.#clock.now()) ?? 'unknown')
          : 'unknown',
    })
  }

  async #act({ at, do: act }: ActSpec, engine: Engine): Promise<void> {
    this.#trace.push(`${at} ${act.kind}`)
    const inFlight = this.#asked.some(({ client }) => client.end === null)
    this.#count(`sockets: ${act.kind} ${inFlight ? 'with requests in flight' : 'at rest'}`)
    if (act.kind === 'step wall') return this.#clock.stepWall(act.ms)
    if (act.kind === 'stop') {
      const stopping = { cutAt: at + act.graceMs, whole: null as boolean | null }
      this.#stopping = stopping
      void engine.stop(act.graceMs).then((whole) => (stopping.whole = whole))
      return
    }
    const spec = this.#spec.plans[act.plan]!
    const plan = buildPlan(spec)
    const failed = await engine.apply(act.kind === 'invalid' ? unstartable(plan) : plan).then(
      () => null,
      (error: Error) => error.message,
    )
    const expected = act.kind === 'invalid' || this.#stopping !== null
    if ((failed !== null) !== expected)
      this.#broken('I8', `${act.kind} of plan ${act.plan}: ${failed ?? 'applied'}`)
    if (failed !== null) return
    for (const asked of this.#asked) if (asked.client.end === null) asked.reloaded.push(spec)
    this.#plan = spec
  }

  #check(sockets: Sockets, engine: Engine): void {
    const cutAt = this.#stopping?.cutAt ?? Infinity
    for (const asked of this.#asked) {
      const { client } = asked
      const { marker } = client.spec
      if (client.end === null) {
        this.#broken('I2', `request ${marker} got no answer`)
        continue
      }
      this.#count(`sockets: end ${client.got === null ? `${client.end}, unanswered` : client.end}`)
      if (asked.takenAt < 0) {
        // The connection was closed behind an earlier request: nobody has begun with this one.
        if (client.got !== null) this.#broken('I3', `request ${marker} was answered out of turn`)
        this.#count('sockets: never its turn')
        continue
      }
      if (asked.draining && client.got === null) continue
      // Node looks at a body before anybody wants to read it.
      const early = client.got?.status === 400 && client.spec.body.comes === 'breaks'
      if (early && this.#name === 'node') continue
      const calls = sockets.calls.filter((call) => call.marker === marker)
      const found = differences(asked, calls, cutAt)
      if (found === null) continue
      const across = asked.reloaded.some((after) => {
        const outcomes = this.#foresee(client.spec, sharing(asked.plan, after), asked.takenAt)
        return differences({ ...asked, outcomes }, calls, cutAt) === null
      })
      if (!across) this.#broken('oracle', `request ${marker}: ${found}`)
    }
    for (const call of sockets.calls)
      if (!call.over)
        this.#broken('quiet', `a call to ${call.request.host} for ${call.marker} is ${call.state}`)
    const { inFlight } = engine.status()
    if (inFlight > 0) this.#broken('quiet', `${inFlight} requests are in flight`)
  }

  /** Idle connections are let go of after a second. */
  async #close(sockets: Sockets, engine: Engine): Promise<void> {
    const stopping = this.#stopping ?? { whole: null as boolean | null }
    if (this.#stopping === null) void engine.stop(20_000).then((result) => (stopping.whole = result))
    for (let i = 0; i < 100 && stopping.whole === null; i++) {
      await sockets.settled()
      this.#clock.runUntil(this.#clock.now() + 100)
    }
    if (stopping.whole === null || (stopping.whole === false && this.#stopping === null))
      this.#broken('quiet', 'stopping does not end')
    await sockets.close()
  }
}

type Sockets = Awaited<ReturnType<typeof openSockets>>
