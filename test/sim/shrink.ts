/** Makes a failing world smaller while it still fails by the same rule. */
import { runWorld } from './run-world.ts'
import {
  endOf,
  type NodeSpec,
  type PipelineSpec,
  type PlanSpec,
  type RequestSpec,
  type WorldSpec,
} from './spec.ts'

export async function shrink(spec: WorldSpec, rule: string): Promise<WorldSpec> {
  let smallest = spec
  for (let smaller = true; smaller; ) {
    smaller = false
    for (const candidate of candidatesOf(smallest)) {
      if (sizeOf(candidate) >= sizeOf(smallest) || !(await fails(candidate, rule))) continue
      smallest = candidate
      smaller = true
      break
    }
  }
  return smallest
}

async function fails(spec: WorldSpec, rule: string): Promise<boolean> {
  try {
    return (await runWorld(spec)).failures.some((failure) => failure.rule === rule)
  } catch {
    return rule === 'crash'
  }
}

function sizeOf(spec: WorldSpec): number {
  return JSON.stringify(spec).length
}

/** Big steps first. */
function* candidatesOf(spec: WorldSpec): Generator<WorldSpec> {
  const { requests, acts, plans } = spec
  if (requests.length > 3) {
    yield { ...spec, requests: requests.slice(requests.length / 2) }
    yield { ...spec, requests: requests.slice(0, requests.length / 2) }
  }
  for (const acts of without(spec.acts)) yield { ...spec, acts }
  for (const requests of without(spec.requests)) yield { ...spec, requests }
  for (const [i, plan] of plans.entries()) {
    if (i > 0 && !acts.some(({ do: act }) => 'plan' in act && act.plan === i) && i === plans.length - 1)
      yield { ...spec, plans: plans.slice(0, -1) }
    for (const smaller of plansOf(plan)) yield { ...spec, plans: plans.with(i, smaller) }
  }
  // The same change to all generations, so that what they share stays shared.
  for (const smaller of plansOf(plans[0]!)) {
    const gone = missing(plans[0]!, smaller)
    if (gone !== null) yield { ...spec, plans: plans.map((plan) => without1(plan, gone)) }
  }
  for (const [i, request] of requests.entries())
    for (const simpler of simplerRequests(request)) yield { ...spec, requests: requests.with(i, simpler) }
}

function missing(plan: PlanSpec, smaller: PlanSpec): string | null {
  if (smaller.links.length === plan.links.length) return null
  return plan.links.find((link) => !smaller.links.includes(link)) ?? null
}

function without1(plan: PlanSpec, link: string): PlanSpec {
  return { ...plan, links: plan.links.filter((each) => each !== link) }
}

function* without<T>(items: readonly T[]): Generator<T[]> {
  for (let i = 0; i < items.length; i++) yield items.toSpliced(i, 1)
}

function* plansOf(plan: PlanSpec): Generator<PlanSpec> {
  for (const links of without(plan.links)) yield { ...plan, links }
  for (const pipeline of plan.pipelines) {
    if (plan.links.some((link) => link.includes(`/pipeline/${pipeline.id}/`))) continue
    yield { ...plan, pipelines: plan.pipelines.filter((each) => each !== pipeline) }
  }
  for (const offramp of plan.offramps) {
    if (plan.links.some((link) => link.includes(`/offramp/${offramp.id}/`))) continue
    yield { ...plan, offramps: plan.offramps.filter((each) => each !== offramp) }
  }
  for (const pipeline of plan.pipelines) yield bypassed(plan, pipeline)
  for (const [i, pipeline] of plan.pipelines.entries())
    for (const smaller of pipelinesOf(pipeline)) yield { ...plan, pipelines: plan.pipelines.with(i, smaller) }
}

/** Links into the pipeline lead where its port `out` leads. */
function bypassed(plan: PlanSpec, { id }: PipelineSpec): PlanSpec {
  const inlet = `/pipeline/${id}/01/in`
  const after = plan.links
    .filter((link) => link.startsWith(`/pipeline/${id}/01/out -> `))
    .map((link) => link.split(' -> ')[1])
  const links = plan.links.flatMap((link) => {
    const [from, to] = link.split(' -> ')
    if (from!.startsWith(`/pipeline/${id}/`)) return []
    return to === inlet ? after.map((end) => `${from} -> ${end}`) : [link]
  })
  return { ...plan, links: [...new Set(links)] }
}

function* pipelinesOf(pipeline: PipelineSpec): Generator<PipelineSpec> {
  for (const links of without(pipeline.links)) yield { ...pipeline, links }
  for (const node of pipeline.nodes) {
    const after = pipeline.links
      .filter((link) => link.startsWith(`${node.id}/`))
      .map((link) => link.split(' -> ')[1])
    const links = pipeline.links.flatMap((link) => {
      const [from, to] = link.split(' -> ')
      if (endOf(from!)[0] === node.id) return []
      return to === node.id ? after.slice(0, 1).map((end) => `${from} -> ${end}`) : [link]
    })
    yield { ...pipeline, nodes: pipeline.nodes.filter((each) => each !== node), links: [...new Set(links)] }
  }
  for (const [i, node] of pipeline.nodes.entries())
    for (const simpler of simplerNodes(node)) yield { ...pipeline, nodes: pipeline.nodes.with(i, simpler) }
}

function* simplerNodes(node: NodeSpec): Generator<NodeSpec> {
  if (node.kind !== 'script') return
  if (node.actions.length > 1) for (const actions of without(node.actions)) yield { ...node, actions }
}

function* simplerRequests(request: RequestSpec): Generator<RequestSpec> {
  if (request.leavesAt !== null) yield { ...request, leavesAt: null }
  if (request.body.text !== '')
    yield { ...request, body: { text: '', sized: true, comes: 'whole', gapMs: 1 } }
  for (const id of Object.keys(request.upstreams)) {
    const behaviour = request.upstreams[id]!
    if (behaviour.kind === 'answer' && behaviour.body.text !== '') {
      const body = { text: '', sized: true, comes: 'whole', gapMs: 1 } as const
      yield { ...request, upstreams: { ...request.upstreams, [id]: { ...behaviour, body } } }
    }
    const plain = {
      kind: 'answer',
      status: 200,
      delayMs: 5,
      body: { text: '', sized: true, comes: 'whole', gapMs: 1 },
    } as const
    if (behaviour.kind !== 'answer') yield { ...request, upstreams: { ...request.upstreams, [id]: plain } }
  }
}
