/** A plan, looked up by what the oracle asks: where a port leads, and how much of a body is read behind it. */
import {
  endOf,
  type NodeSpec,
  type OfframpSpec,
  type PipelineSpec,
  type PlanSpec,
  type Processors,
  readsEvent,
} from './spec.ts'

export type Demand = 'stream' | 'bytes' | 'value'

/** `/pipeline/q0/01/in` taken apart. */
export interface Target {
  readonly kind: 'onramp' | 'offramp' | 'pipeline'
  readonly id: string
  readonly port: string
}

export interface Routes {
  readonly plan: PlanSpec
  /** Where what leaves a node of the binding by a port goes, in link order. */
  ends(kind: Target['kind'], id: string, port: string): readonly Target[]
  /** Where what leaves a node of a pipeline goes: ids of nodes, `out/x` for ports of the pipeline. */
  within(pipeline: string, end: string): readonly string[]
  node(pipeline: string, id: string): NodeSpec
  offramp(id: string): OfframpSpec
  demand(kind: Target['kind'], id: string, port: string): Demand
}

const known = new WeakMap<PlanSpec, Routes>()

export function routesOf(plan: PlanSpec): Routes {
  let routes = known.get(plan)
  if (routes === undefined) known.set(plan, (routes = buildRoutes(plan)))
  return routes
}

function buildRoutes(plan: PlanSpec): Routes {
  const ends = new Map<string, Target[]>()
  for (const link of plan.links) {
    const [from, to] = link.split(' -> ') as [string, string]
    const { kind, id, port } = parse(from)
    add(ends, `${kind} ${id} ${port}`, parse(to))
  }
  const pipelines = new Map(plan.pipelines.map((spec) => [spec.id, indexed(spec)]))
  const offramps = new Map(plan.offramps.map((spec) => [spec.id, spec]))
  const demands = new Map<string, Demand>()
  const packs = ({ post }: Processors): Demand => (post.length > 0 ? 'bytes' : 'stream')

  return {
    plan,
    ends: (kind, id, port) => ends.get(`${kind} ${id} ${port}`) ?? [],
    within: (pipeline, end) => pipelines.get(pipeline)!.links.get(end) ?? [],
    node: (pipeline, id) => pipelines.get(pipeline)!.nodes.get(id)!,
    offramp: (id) => offramps.get(id)!,
    demand,
  }

  function demand(kind: Target['kind'], id: string, port: string): Demand {
    const key = `${kind} ${id} ${port}`
    let found = demands.get(key)
    if (found === undefined) demands.set(key, (found = behind(ends.get(key) ?? [], new Set())))
    return found
  }

  function behind(targets: readonly Target[], seen: Set<string>): Demand {
    let most: Demand = targets.length > 1 ? 'bytes' : 'stream'
    for (const { kind, id } of targets) {
      if (kind === 'pipeline') most = greater(most, inside(id, 'in', seen))
      else most = greater(most, packs(kind === 'onramp' ? plan.processors : offramps.get(id)!.processors))
    }
    return most
  }

  function inside(pipeline: string, end: string, seen: Set<string>): Demand {
    if (seen.has(`${pipeline} ${end}`)) return 'stream'
    seen.add(`${pipeline} ${end}`)
    const to = pipelines.get(pipeline)!.links.get(end) ?? []
    let most: Demand = to.length > 1 ? 'bytes' : 'stream'
    for (const each of to) {
      if (each.startsWith('out/'))
        most = greater(most, behind(ends.get(`pipeline ${pipeline} ${each.slice(4)}`) ?? [], seen))
      else most = greater(most, at(pipeline, each, seen))
    }
    return most
  }

  function at(pipeline: string, id: string, seen: Set<string>): Demand {
    const { nodes, links } = pipelines.get(pipeline)!
    let most: Demand = readsEvent(nodes.get(id)!) ? 'value' : 'stream'
    for (const end of links.keys())
      if (endOf(end)[0] === id) most = greater(most, inside(pipeline, end, seen))
    return most
  }
}

function indexed({ nodes, links }: PipelineSpec) {
  const index = new Map<string, string[]>()
  for (const link of links) {
    const [from, to] = link.split(' -> ') as [string, string]
    add(index, from === 'in' ? 'in' : endOf(from).join('/'), to)
  }
  return { nodes: new Map(nodes.map((node) => [node.id, node])), links: index }
}

function parse(text: string): Target {
  const [, kind, id, , port] = text.split('/') as [string, Target['kind'], string, string, string]
  return { kind, id, port }
}

function add<T>(map: Map<string, T[]>, key: string, item: T): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [item])
  else list.push(item)
}

const order: readonly Demand[] = ['stream', 'bytes', 'value']
export function greater(a: Demand, b: Demand): Demand {
  return order.indexOf(a) >= order.indexOf(b) ? a : b
}
