/** One world over real sockets, against the same oracle. */
import { loadCatalogue } from '#engine/catalogue.ts'
import { Engine } from '#engine/deploy/engine.ts'
import { loadTransport, type TransportName } from '#engine/http/transports.ts'
import { silentLog } from '#engine/log.ts'
import { createMetrics } from '#engine/metrics.ts'
import { Backoffs } from './backoffs.ts'
import { buildPlan } from './build.ts'
import { chance } from './chance.ts'
import { simClock } from './clock.ts'
import { differences } from './compare.ts'
import { generateWorld, upstreamIds } from './generate.ts'
import { outcomesOf, unmarked } from './oracle.ts'
import type { Outcome } from './outcome.ts'
import type { Failure } from './run-world.ts'
import type { Client } from './server.ts'
import { openSockets } from './sockets.ts'
import type { PlanSpec, WorldSpec } from './spec.ts'
import { tamed } from './tame.ts'

export interface SocketReport {
  readonly failures: readonly Failure[]
  readonly requests: number
  readonly trace: readonly string[]
}

interface Asked {
  readonly client: Client
  readonly outcomes: readonly Outcome[] | null
  readonly plan: PlanSpec
  readonly draining: boolean
  readonly eventId: string
}

const restMs = 8000

export async function runOverSockets(seed: number, name: TransportName): Promise<SocketReport> {
  const spec = withoutReloads(tamed(generateWorld(seed)))
  const plan = spec.plans[0]!
  const draw = chance(seed)
  const clock = simClock(draw)
  const failures: Failure[] = []
  const trace: string[] = []
  const broken = (rule: string, what: string) => void failures.push({ rule, what })
  const requests = new Map(spec.requests.map((request) => [request.marker, request]))
  const backoffs = new Backoffs(plan, new Set(), true)
  const sockets = await openSockets(upstreamIds, {
    clock,
    chance: chance(seed + 1),
    transport: await loadTransport(name),
    broken,
    trace: (line) => void trace.push(`${clock.now()} ${line}`),
    behaviour: (host, marker) => requests.get(marker)?.upstreams[host] ?? unmarked(host),
    heard: (call) => backoffs.heard(call, clock.now()),
    timeoutMs: (host) => plan.offramps.find(({ id }) => id === host)!.timeoutMs || Infinity,
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
  await engine.apply(buildPlan(plan))
  const asked: Asked[] = []
  for (const request of spec.requests) clock.after(request.at, () => send(request))
  await run(Math.max(...spec.requests.map(({ at }) => at)) + restMs)
  check()
  await close()
  return { failures, requests: asked.length, trace }

  function send(request: WorldSpec['requests'][number]): void {
    const outcomes = outcomesOf({
      plan,
      request,
      at: clock.now(),
      crowded: new Set(),
      cutAt: Infinity,
      backoff: (pipeline, node) => backoffs.known(pipeline, node, clock.now()),
    })
    trace.push(`${clock.now()} send ${request.marker}`)
    const client = sockets.send(plan.port, request)
    asked.push({ client, outcomes, plan, draining: false, eventId: `1:0:${asked.length}` })
    if (request.leavesAt !== null) clock.after(request.leavesAt - clock.now(), () => client.leave())
  }

  /** One thing at a time, and time stands still until all that comes of it was said. */
  async function run(until: number): Promise<void> {
    const busy = () =>
      asked.length < spec.requests.length ||
      asked.some(({ client }) => client.end === null) ||
      sockets.calls.some((call) => !call.over)
    await sockets.settled()
    while (busy() && clock.step(until)) await sockets.settled()
  }

  function check(): void {
    for (const each of asked) {
      const { client } = each
      if (client.end === null) broken('I2', `request ${client.spec.marker} got no answer`)
      else {
        const calls = sockets.calls.filter((call) => call.marker === client.spec.marker)
        const found = differences(each, calls, Infinity)
        if (found !== null) broken('oracle', `request ${client.spec.marker}: ${found}`)
      }
    }
    for (const call of sockets.calls)
      if (!call.over) broken('quiet', `a call to ${call.request.host} for ${call.marker} is ${call.state}`)
    const { inFlight } = engine.status()
    if (inFlight > 0) broken('quiet', `${inFlight} requests are in flight`)
  }

  /** Idle connections are let go of after a second. */
  async function close(): Promise<void> {
    let whole: boolean | null = null
    void engine.stop(20_000).then((result) => (whole = result))
    for (let i = 0; i < 100 && whole === null; i++) {
      await sockets.settled()
      clock.runUntil(clock.now() + 100)
    }
    if (whole !== true) broken('quiet', 'stopping does not end')
    await sockets.close()
  }
}

/** What is in flight at a reload is level A's business: here every answer must come out of one configuration. */
function withoutReloads(spec: WorldSpec): WorldSpec {
  return { ...spec, acts: [] }
}
