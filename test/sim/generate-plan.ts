/** Random plans: acyclic graphs over a few pipelines each way, every port linked or not. */
import type { Chance } from './chance.ts'
import { again, classing, type NodeRules, nodeOf, portsOf } from './generate-node.ts'
import {
  holds,
  type NodeSpec,
  type OfframpSpec,
  type PipelineSpec,
  type PlanSpec,
  type Processors,
  plainly,
} from './spec.ts'

const maxNodes = 12

/** What is wanted of a plan. `round`: answers of upstreams become requests again, and again. */
export interface Wanted {
  readonly rich: boolean
  readonly round?: boolean
}

/** How many nodes there may still be, and of which kinds. */
interface Making {
  readonly rules: NodeRules
  nodes: number
}

export function generatePlan(
  draw: Chance,
  port: number,
  { rich, round = false }: Wanted = { rich: false },
): PlanSpec {
  const linked = round || !draw.often(0.04)
  const offramps = Array.from({ length: 1 + draw.below(3) }, (_, i) =>
    offrampOf(draw, `o${i + 1}`, { linked: !draw.often(!linked ? 0.5 : rich && i > 0 ? 0.25 : 0), rich }),
  )
  const left: Making = { nodes: 1 + draw.below(maxNodes), rules: { rich, keeps: !round } }
  const ways = pipelinesOf(draw, 'q', left)
  const backs = pipelinesOf(draw, 'r', left)
  const errors = draw.often(0.5) ? [pipelineOf(draw, 'e0', left)] : []
  const straight = linksOf(draw, { ways, backs, errors, offramps })
  const pipelines = [...ways, ...backs, ...errors]
  const forked = [straight, ...pipelines.map((each) => each.links)].some(forks)
  const links = round && !forked ? goingRound(draw, straight) : straight
  // A call whose request was answered by another goes on as long as its own time lasts: for ever would be for ever.
  const hasty =
    forked || pipelines.some(({ nodes }) => nodes.some(holds)) || offramps.some((each) => !each.linked)
  return {
    port,
    linked,
    deadlineMs: draw.pick([300, 1000, 2500]),
    maxBody: draw.pick([60, 220, 400]),
    status: draw.often(0.15) ? { deadline: 598, dropped: 599, upstream_unreachable: 521 } : {},
    processors: rich && draw.often(0.25) ? processorsOf(draw) : plainly,
    pipelines,
    offramps: hasty ? offramps.map((each) => ({ ...each, timeoutMs: each.timeoutMs || 600 })) : offramps,
    links,
  }
}

/** What an upstream answers goes back to where requests come from. */
function goingRound(draw: Chance, links: readonly string[]): string[] {
  const from = draw.pick(['/offramp/o1/01/out', '/offramp/o1/01/err'])
  const first = links.find((link) => link.startsWith('/onramp/web/01/out'))?.split(' -> ')[1]
  if (first === undefined || first.startsWith('/onramp')) return [...links]
  return [...links.filter((link) => !link.startsWith(`${from} `)), `${from} -> ${first}`]
}

function processorsOf(draw: Chance): Processors {
  return {
    pre: draw.often(0.5) ? ['lines'] : [],
    post: draw.pick([[], ['lines'], ['base64'], ['lines', 'base64']]),
  }
}

/** One port leads to several places. */
function forks(links: readonly string[]): boolean {
  return new Set(links.map((each) => each.split(' -> ')[0])).size < links.length
}

/** What a reverse proxy mostly is: upstreams that take turns, each behind a back-off, answers straight back. */
export function balancedPlan(draw: Chance, port: number): PlanSpec {
  const offramps = Array.from({ length: 2 + draw.below(2) }, (_, i) => ({
    ...offrampOf(draw, `o${i + 1}`, { linked: true, rich: false }),
    concurrency: 256,
    queue: 256,
  }))
  const outputs = offramps.map(({ id }) => `to_${id}`)
  const steps = draw.pick([[50], [20, 100], [100, 400]])
  const backoffs = offramps.map(
    ({ id }) => ({ kind: 'backoff', id: `b_${id}`, timeoutMs: 100, steps }) as const,
  )
  const spare = draw.often(0.3)
  const nodes: NodeSpec[] = spare ? [backoffs[0]!] : [{ kind: 'turns', id: 't', outputs }, ...backoffs]
  const inside = spare
    ? ['in -> b_o1', 'b_o1/out -> out/o1', 'b_o1/overflow -> out/o2']
    : ['in -> t', ...offramps.flatMap(({ id }) => [`t/to_${id} -> b_${id}`, `b_${id}/out -> out/${id}`])]
  return {
    port,
    linked: true,
    deadlineMs: 1000,
    maxBody: 120,
    status: {},
    processors: plainly,
    pipelines: [{ id: 'q0', nodes, links: inside }],
    offramps,
    links: [
      '/onramp/web/01/out -> /pipeline/q0/01/in',
      ...offramps.slice(0, spare ? 2 : 3).map(({ id }) => `/pipeline/q0/01/${id} -> /offramp/${id}/01/in`),
      ...offramps.map(({ id }) => `/offramp/${id}/01/out -> /onramp/web/01/in`),
    ],
  }
}

/** A line of pipelines and one or two upstreams, without branches: what goes by a reload on its way goes by all of it. */
export function linePlan(draw: Chance, port: number): PlanSpec {
  const hops = draw.often(0.5) ? ['o1', 'o2'] : ['o1']
  const offramps = hops.map((id) => {
    const offramp = offrampOf(draw, id, { linked: true, rich: false })
    return { ...offramp, maxBody: 1000, concurrency: draw.pick([1, 2, 256]), queue: 256 }
  })
  const ids = draw.pick([
    ['q0', 'r0', 'r1'],
    ['r0', 'r1'],
    ['q0', 'q1', 'r0'],
  ])
  const pipelines = ids.map((id): PipelineSpec => {
    if (draw.often(0.3)) return { id, nodes: [], links: ['in -> out/out'] }
    const nodes: NodeSpec[] = [
      { kind: 'script', id: 'a', actions: [{ do: draw.pick(['same', 'same', 'wrap']) }] },
    ]
    return { id, nodes, links: ['in -> a', 'a/out -> out/out'] }
  })
  const row = [
    '/onramp/web/01',
    ...ids.filter((id) => id.startsWith('q')).map((id) => `/pipeline/${id}/01`),
    ...hops.map((id) => `/offramp/${id}/01`),
    ...ids.filter((id) => id.startsWith('r')).map((id) => `/pipeline/${id}/01`),
    '/onramp/web/01',
  ]
  return {
    port,
    linked: true,
    deadlineMs: 1000,
    maxBody: 120,
    status: {},
    processors: plainly,
    pipelines,
    offramps: offramps.map((each) => ({ ...each, timeoutMs: each.timeoutMs || 600 })),
    links: row.slice(1).map((to, i) => `${row[i]}/out -> ${to}/in`),
  }
}

/** Another script in one of its pipelines, or another port. */
export function relined(draw: Chance, plan: PlanSpec): PlanSpec {
  if (draw.often(0.25)) return { ...plan, port: plan.port === 8080 ? 8081 : 8080 }
  const at = draw.below(plan.pipelines.length)
  const pipelines = plan.pipelines.map((each, i) => {
    if (i !== at || each.nodes.length === 0) return each
    const nodes: NodeSpec[] = [
      { kind: 'script', id: 'a', actions: [{ do: draw.pick(['same', 'wrap', 'change']) }] },
    ]
    return { ...each, nodes }
  })
  return { ...plan, pipelines }
}

/** The plan with something else about it. */
export function varyPlan(draw: Chance, plan: PlanSpec): PlanSpec {
  const what = draw.below(4)
  if (what === 0) return { ...plan, maxBody: plan.maxBody + 10, deadlineMs: draw.pick([300, 1000, 2500]) }
  if (what === 1 && plan.pipelines.length > 0) {
    const at = draw.below(plan.pipelines.length)
    const old = plan.pipelines[at]!
    const nodes = old.nodes.map((node) => (draw.often(0.5) ? again(draw, node) : node))
    return { ...plan, pipelines: plan.pipelines.map((each, i) => (i === at ? { ...old, nodes } : each)) }
  }
  if (what === 2) {
    const at = draw.below(plan.links.length)
    return { ...plan, links: plan.links.filter((_, i) => i !== at) }
  }
  const at = draw.below(plan.offramps.length)
  return {
    ...plan,
    offramps: plan.offramps.map((each, i) => (i === at ? { ...each, maxBody: each.maxBody + 1 } : each)),
  }
}

function offrampOf(
  draw: Chance,
  id: string,
  { linked, rich }: { linked: boolean; rich: boolean },
): OfframpSpec {
  const narrow = draw.often(0.2)
  return {
    id,
    linked,
    processors: rich && draw.often(0.15) ? processorsOf(draw) : plainly,
    concurrency: narrow ? 1 + draw.below(2) : 256,
    queue: narrow ? draw.below(3) : 256,
    waitMs: draw.pick([20, 100]),
    timeoutMs: draw.pick(linked ? [0, 150, 600] : [150, 600]),
    idleMs: draw.pick([100, 250]),
    maxBody: draw.often(0.2) ? 100 : 1000,
  }
}

function pipelinesOf(draw: Chance, prefix: string, left: Making): PipelineSpec[] {
  const count = draw.weigh([
    [2, 0],
    [6, 1],
    [3, 2],
    [1, 3],
  ])
  return Array.from({ length: count }, (_, i) => pipelineOf(draw, `${prefix}${i}`, left))
}

// ---- one pipeline ----------------------------------------------------------------------------------------------

function pipelineOf(draw: Chance, id: string, left: Making): PipelineSpec {
  const count = Math.min(left.nodes, draw.below(5))
  left.nodes -= count
  const nodes = Array.from({ length: count }, (_, i) =>
    nodeOf(draw, 'abcdefghijkl'[i]!, { pipeline: id, rules: left.rules }),
  ).flatMap((node) =>
    node.kind === 'bucket' && draw.often(0.8) ? [classing(draw, `${node.id}0`), node] : [node],
  )
  const links: string[] = []
  link(draw, { from: 'in', later: nodes, links, outs: ['out'], loose: 0.02 })
  for (const [i, node] of nodes.entries()) {
    const later = nodes.slice(i + 1)
    for (const port of portsOf(node)) {
      const outs =
        port === 'err' ? ['err', 'out'] : port === 'overflow' ? ['overflow', 'out'] : ['out', 'out', 'x', 'y']
      const loose = port === 'err' ? 0.4 : port === 'overflow' ? 0.6 : 0.05
      link(draw, { from: `${node.id}/${port}`, later, links, outs, loose })
    }
  }
  return { id, nodes, links }
}

interface Linking {
  readonly from: string
  readonly later: readonly NodeSpec[]
  readonly links: string[]
  readonly outs: readonly string[]
  /** How often it leads nowhere. */
  readonly loose: number
}

function link(draw: Chance, { from, later, links, outs, loose }: Linking): void {
  if (draw.often(loose)) return
  const ends = new Set<string>()
  for (let i = draw.often(0.1) ? 2 : 1; i > 0; i--) {
    if (later.length > 0 && draw.often(0.75)) ends.add(draw.often(0.7) ? later[0]!.id : draw.pick(later).id)
    else ends.add(`out/${draw.pick(outs)}`)
  }
  for (const end of ends) links.push(`${from} -> ${end}`)
}

// ---- the binding -----------------------------------------------------------------------------------------------

interface Parts {
  readonly ways: readonly PipelineSpec[]
  readonly backs: readonly PipelineSpec[]
  readonly errors: readonly PipelineSpec[]
  readonly offramps: readonly OfframpSpec[]
}

/** Everything stands in a row and links lead onwards only: to a later one, back to the onramp, or nowhere. */
function linksOf(draw: Chance, { ways, backs, errors, offramps }: Parts): string[] {
  const pipeline = ({ id }: PipelineSpec) => `/pipeline/${id}/01`
  const row = [
    ...ways.map(pipeline),
    ...(draw.often(0.85)
      ? [...offramps.map(({ id }) => `/offramp/${id}/01`), ...backs.map(pipeline)]
      : interleaved(
          draw,
          offramps.map(({ id }) => `/offramp/${id}/01`),
          backs.map(pipeline),
        )),
    ...errors.map(pipeline),
  ]
  const links: string[] = []
  const from = (address: string, port: string, at: number) => {
    const loose = port === 'err' ? 0.3 : port === 'overflow' ? 0.5 : 0.05
    if (draw.often(loose)) return
    const ends = new Set<string>()
    for (let i = draw.often(0.08) ? 2 : 1; i > 0; i--) ends.add(target(draw, { row, at, port, address }))
    for (const end of ends) links.push(`${address}/${port} -> ${end}`)
  }
  from('/onramp/web/01', 'out', -1)
  from('/onramp/web/01', 'err', -1)
  for (const [at, address] of row.entries()) {
    const ports = address.startsWith('/offramp')
      ? offramps.some(({ id, linked }) => linked && address === `/offramp/${id}/01`)
        ? ['out', 'err']
        : []
      : outPorts([...ways, ...backs, ...errors], address)
    for (const port of ports) from(address, port, at)
  }
  return links
}

function target(
  draw: Chance,
  { row, at, port, address }: { row: readonly string[]; at: number; port: string; address: string },
): string {
  const onramp = '/onramp/web/01/in'
  const later = row.slice(at + 1)
  const errors = later.filter((each) => each.startsWith('/pipeline/e'))
  if (port === 'err' && errors.length > 0 && draw.often(0.6)) return `${draw.pick(errors)}/in`
  const forward = later.filter((each) => {
    if (each.startsWith('/pipeline/e')) return false
    // Answers seldom become requests again.
    return !each.startsWith('/offramp') || !address.startsWith('/offramp') || draw.often(0.2)
  })
  const back = address.startsWith('/offramp') || address.startsWith('/pipeline/r')
  if (forward.length === 0 || address.startsWith('/pipeline/e')) return onramp
  if (port === 'err' || port === 'overflow' ? draw.often(0.7) : draw.often(back ? 0.4 : 0.08)) return onramp
  return `${draw.often(0.5) ? forward[0] : draw.pick(forward)}/in`
}

function outPorts(pipelines: readonly PipelineSpec[], address: string): string[] {
  const { links } = pipelines.find(({ id }) => address === `/pipeline/${id}/01`)!
  return [
    ...new Set(
      links
        .map((each) => each.split(' -> ')[1]!)
        .filter((end) => end.startsWith('out/'))
        .map((end) => end.slice(4)),
    ),
  ]
}

function interleaved(draw: Chance, a: readonly string[], b: readonly string[]): string[] {
  const rest = [[...a], [...b]]
  const row: string[] = []
  while (rest[0]!.length + rest[1]!.length > 0) {
    const from = rest[0]!.length === 0 ? rest[1]! : rest[1]!.length === 0 ? rest[0]! : draw.pick(rest)
    row.push(from.shift()!)
  }
  return row
}
