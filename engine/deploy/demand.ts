/** How much of a body is read behind a port: decided once for each link path, from what the compiler knows of every script. */
import type { Graph, GraphNode } from '#dsl/graph.ts'
import type { Plan } from '../binding/plan.ts'
import type { Catalogue } from '../catalogue.ts'
import type { Port } from '../port.ts'
import type { BodyDemand } from '../ramp.ts'

const rank: Record<BodyDemand, number> = { stream: 0, bytes: 1, value: 2 }

/** What the ramp at `address` must make of the bodies of events that leave by `port`. */
export function demandOf(plan: Plan, catalogue: Catalogue, address: string, port: Port): BodyDemand {
  const seen = new Set<string>()
  return behind(address, port)

  function behind(from: string, port: Port): BodyDemand {
    const ends = plan.links
      .filter((link) => link.from.address === from && link.from.port === port)
      .map((link) => link.to)
    let most: BodyDemand = ends.length > 1 ? 'bytes' : 'stream'
    for (const end of ends) {
      if (end.kind === 'offramp') most = greater(most, ofOfframp(end.address))
      if (end.kind === 'onramp') most = greater(most, packed(plan.onramps, end.address))
      if (end.kind === 'pipeline') most = greater(most, within(end.address, end.port))
    }
    return most
  }

  function ofOfframp(address: string): BodyDemand {
    const ramp = plan.offramps.find((ramp) => ramp.address === address)
    if (ramp === undefined || !catalogue.offramps.get(ramp.type)?.streams) return 'value'
    return packed(plan.offramps, address)
  }

  function within(pipeline: string, port: Port): BodyDemand {
    const graph = plan.pipelines.find((plan) => plan.address === pipeline)!.graph
    const entry = graph.nodes.find((node) => node.kind === 'input' && node.port === port)
    return entry === undefined ? 'stream' : from(pipeline, graph, entry)
  }

  function from(pipeline: string, graph: Graph, node: GraphNode): BodyDemand {
    const key = `${pipeline} ${node.id}`
    if (seen.has(key)) return 'stream'
    seen.add(key)
    if (node.kind === 'output') return behind(pipeline, node.port)
    let most = ofNode(node)
    const links = graph.links.filter((link) => link.from.node === node.id)
    if (splits(links.map((link) => link.from.port))) most = greater(most, 'bytes')
    for (const link of links) {
      const next = graph.nodes.find((each) => each.id === link.to.node)!
      most = greater(most, from(pipeline, graph, next))
    }
    return most
  }

  function ofNode(node: GraphNode): BodyDemand {
    if (node.kind === 'script') return node.program.demand.readsEvent ? 'value' : 'stream'
    if (node.kind === 'select')
      return node.select.demand.readsEvent || node.select.windows.length > 0 ? 'value' : 'stream'
    if (node.kind === 'operator')
      return catalogue.operators.get(node.operator)?.readsEvent ? 'value' : 'stream'
    return 'stream'
  }
}

/** Postprocessors take a body whole. */
function packed(ramps: Plan['onramps'], address: string): BodyDemand {
  const ramp = ramps.find((ramp) => ramp.address === address)
  return ramp !== undefined && ramp.postprocessors.length > 0 ? 'bytes' : 'stream'
}

/** One port leads to several places: the body goes out more than once. */
function splits(ports: readonly Port[]): boolean {
  return new Set(ports).size < ports.length
}

function greater(a: BodyDemand, b: BodyDemand): BodyDemand {
  return rank[a] >= rank[b] ? a : b
}
