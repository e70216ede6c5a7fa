/** A world from a seed. */
import { type Chance, chance } from './chance.ts'
import { balancedPlan, generatePlan, linePlan, relined, varyPlan } from './generate-plan.ts'
import type { ActSpec, Behaviour, BodySpec, PlanSpec, RequestSpec, UpstreamFault, WorldSpec } from './spec.ts'

/** Hosts of upstreams, and ids of the offramps that lead there. */
export const upstreamIds = ['o1', 'o2', 'o3'] as const

export function generateWorld(seed: number): WorldSpec {
  const draw = chance(seed)
  const balanced = draw.often(0.12)
  if (!balanced && draw.often(0.08)) return lined(draw, seed)
  const round = !balanced && draw.often(0.05)
  const wanted = { rich: draw.often(0.65), round }
  const plans: PlanSpec[] = [balanced ? balancedPlan(draw, 8080) : generatePlan(draw, 8080, wanted)]
  const calm = draw.often(balanced ? 0.05 : 0.2)
  const count = 4 + draw.below(balanced ? 36 : 24)
  const spread = draw.pick([20, 200, 2000])
  const drawn = Array.from({ length: count }, (_, i) =>
    requestOf(draw, { marker: i + 1, spread, calm, plan: plans[0]! }),
  )
  const requests = round ? drawn.map(slower) : drawn
  const acts = !round && draw.often(balanced ? 0.1 : 0.3) ? actsOf(draw, spread, plans) : []
  return { seed, plans, requests, acts }
}

/** Requests on a long way by which configurations change. */
function lined(draw: Chance, seed: number): WorldSpec {
  const plans = [linePlan(draw, 8080)]
  const count = 6 + draw.below(10)
  const requests = Array.from({ length: count }, (_, i) =>
    requestOf(draw, { marker: i + 1, spread: 60, calm: draw.often(0.7), plan: plans[0]! }),
  )
  const acts = Array.from({ length: draw.below(4) }, (_, i): ActSpec => {
    plans.push(relined(draw, plans.at(-1)!))
    return { at: time(draw, 80), do: { kind: 'reload', plan: i + 1 } }
  })
  return { seed, plans, requests, acts: acts.sort((a, b) => a.at - b.at) }
}

function actsOf(draw: Chance, spread: number, plans: PlanSpec[]): ActSpec[] {
  const acts: ActSpec[] = []
  for (let i = draw.below(4); i > 0; i--) {
    const at = time(draw, spread * 1.2)
    if (draw.often(0.15)) acts.push({ at, do: { kind: 'step wall', ms: draw.pick([-3_600_000, 3_600_000]) } })
    else if (draw.often(0.25)) acts.push({ at, do: { kind: 'invalid', plan: draw.below(plans.length) } })
    else {
      const from = draw.pick(plans)
      const rich = draw.often(0.5)
      plans.push(draw.often(0.6) ? varyPlan(draw, from) : generatePlan(draw, from.port, { rich }))
      if (draw.often(0.1)) plans.push({ ...plans.pop()!, port: 8080 + plans.length })
      acts.push({ at, do: { kind: 'reload', plan: plans.length - 1 } })
    }
  }
  if (draw.often(0.4)) {
    const stop: ActSpec = {
      at: time(draw, spread * 1.2),
      do: { kind: 'stop', graceMs: draw.pick([50, 400, 5000]) },
    }
    return [...acts, stop].sort((a, b) => a.at - b.at)
  }
  return acts.sort((a, b) => a.at - b.at)
}

/** What goes round takes its time, so that it has gone round a few times only when its time is over. */
function slower(request: RequestSpec): RequestSpec {
  const entries = Object.entries(request.upstreams).map(([id, each]) => {
    return [id, each.kind === 'never' ? each : { ...each, delayMs: each.delayMs + 30 }] as const
  })
  return { ...request, upstreams: Object.fromEntries(entries) }
}

interface Circumstances {
  readonly marker: number
  readonly spread: number
  readonly calm: boolean
  readonly plan: PlanSpec
}

function requestOf(draw: Chance, { marker, spread, calm, plan }: Circumstances): RequestSpec {
  const at = time(draw, spread)
  const leavesAt = !calm && draw.often(0.08) ? at + time(draw, 400) : null
  const upstreams = Object.fromEntries(
    upstreamIds.map((id) => [
      id,
      calm ? plainly(draw, id, marker) : behaviourOf(draw, { id, marker, linked: plan.linked }),
    ]),
  )
  const several = plan.processors.pre.length > 0
  const body = requestBody(draw, { marker, maxBody: plan.maxBody, several })
  const readsEveryMs = !calm && draw.often(0.06) ? draw.pick([5, 40]) : 0
  return { marker, at, leavesAt, readsEveryMs, body, upstreams }
}

interface ClientBody {
  readonly marker: number
  readonly maxBody: number
  /** Events by the line. */
  readonly several: boolean
}

function requestBody(draw: Chance, { marker, maxBody, several }: ClientBody): BodySpec {
  const text = draw.weigh([
    [40, ''],
    [20, JSON.stringify({ marker, of: 'client' })],
    [8, `{"marker":${marker},`],
    [6, JSON.stringify({ marker, long: 'x'.repeat(maxBody) })],
    [30, JSON.stringify({ marker, of: 'client', pad: 'z'.repeat(150) })],
    [several ? 30 : 0, `{"marker":${marker}}\n[${marker}]\n\n`],
    [several ? 10 : 0, `{"marker":${marker}}\n[${marker}`],
  ])
  const sized = text === '' || draw.often(0.7)
  const comes = draw.weigh([
    [70, 'whole'],
    [16, 'slowly'],
    [4, 'breaks'],
    [4, 'stalls'],
    [4, 'leaves'],
  ] as const)
  return { text, sized, comes: text === '' ? 'whole' : comes, gapMs: time(draw, 60) + 0.25 }
}

function plainly(draw: Chance, id: string, marker: number): Behaviour {
  return { kind: 'answer', status: 200, delayMs: time(draw, 30), body: upstreamBody(draw, id, marker, true) }
}

function behaviourOf(
  draw: Chance,
  { id, marker, linked }: { id: string; marker: number; linked: boolean },
): Behaviour {
  const delayMs = draw.weigh([
    [50, time(draw, 40)],
    [20, 0],
    [20, time(draw, 400)],
    [10, time(draw, 4000)],
  ])
  const kind = draw.weigh([
    [70, 'answer'],
    [22, 'fault'],
    [linked ? 5 : 0, 'never'],
  ] as const)
  if (kind === 'never') return { kind }
  if (kind === 'fault') {
    const fault: UpstreamFault = draw.pick(['connect', 'dns', 'tls', 'reset', 'bad_response'])
    return { kind, fault, delayMs }
  }
  const status = draw.weigh([
    [70, 200],
    [5, 201],
    [5, 204],
    [5, 404],
    [4, 429],
    [6, 500],
    [5, 503],
  ])
  return { kind, status, delayMs, body: upstreamBody(draw, id, marker, false) }
}

function upstreamBody(draw: Chance, up: string, marker: number, calm: boolean): BodySpec {
  const text = draw.weigh([
    [30, JSON.stringify({ up, marker })],
    [30, JSON.stringify({ up, marker, pad: 'z'.repeat(150) })],
    [15, ''],
    [calm ? 0 : 6, '{"up":'],
    [calm ? 0 : 5, JSON.stringify({ up, marker, long: 'y'.repeat(200) })],
    [calm ? 0 : 3, `{"up":"${up}"}\n[${marker}]`],
  ])
  const comes = draw.weigh([
    [65, 'whole'],
    [20, 'slowly'],
    [calm ? 0 : 6, 'breaks'],
    [calm ? 0 : 5, 'stalls'],
  ] as const)
  return {
    text,
    sized: text === '' || draw.often(0.6),
    comes: text === '' ? 'whole' : comes,
    gapMs: time(draw, 50) + 0.125,
  }
}

/** Quarters of a millisecond: things happen at the same time now and then. */
function time(draw: Chance, end: number): number {
  return draw.below(Math.ceil(end * 4)) / 4
}
