/** Which members of a body are touched behind a port: no others need be decoded. Decided once for each link path, as its demand is. */
import type { Graph, GraphNode } from '#dsl/graph.ts'
import { type Keys, keysOf } from '#dsl/json-skim.ts'
import type { Plan } from '../binding/plan.ts'
import type { Catalogue } from '../catalogue.ts'
import { holds, touchedAt } from '../pipeline/touches.ts'
import type { Port } from '../port.ts'

/** Of the events that the ramp at `address` lets out by `port`; undefined if any pipeline they come to may touch all of them. */
export function touchedBehind(
  plan: Plan,
  catalogue: Catalogue,
  address: string,
  port: Port,
): Keys | undefined {
  const seen = new Set<string>()
  const keys = new Set<string>()
  return behind(address, port) ? keysOf([...keys].sort()) : undefined

  function behind(from: string, port: Port): boolean {
    const links = plan.links.filter((link) => link.from.address === from && link.from.port === port)
    return links.every(({ to }) => {
      const pipeline = plan.pipelines.find(({ address }) => address === to.address)
      if (pipeline === undefined) return true
      const entry = pipeline.graph.nodes.find((node) => node.kind === 'input' && node.port === to.port)
      return entry === undefined || visit(to.address, pipeline.graph, entry)
    })
  }

  function visit(pipeline: string, graph: Graph, node: GraphNode): boolean {
    const key = `${pipeline} ${node.id}`
    if (seen.has(key)) return true
    seen.add(key)
    if (node.kind === 'output') return behind(pipeline, node.port)
    const touched = gathers(node) || holds(node, catalogue) ? undefined : touchedAt(node, catalogue)
    if (touched === undefined) return false
    for (const key of touched) keys.add(key)
    return graph.links
      .filter(({ from }) => from.node === node.id)
      .every(({ to }) => visit(pipeline, graph, graph.nodes.find(({ id }) => id === to.node)!))
  }
}

/** Events go into something that is made of several, and what looks into that is not asked. */
function gathers(node: GraphNode): boolean {
  return node.kind === 'select' && (node.select.windows.length > 0 || node.select.groups !== undefined)
}
