/** Which members of its events a pipeline touches, so that no others are decoded. */
import type { Graph, GraphNode } from '#dsl/graph.ts'
import type { Catalogue } from '../catalogue.ts'
import type { Port } from '../port.ts'

/** Those that any node behind the port touches, in order; undefined if one may touch all of an event. */
export function touchedBy(graph: Graph, catalogue: Catalogue, port: Port): readonly string[] | undefined {
  const seen = new Set<string>()
  const keys = new Set<string>()
  const entry = graph.nodes.find((node) => node.kind === 'input' && node.port === port)
  return entry === undefined || visit(entry) ? [...keys].sort() : undefined

  function visit(node: GraphNode): boolean {
    if (seen.has(node.id)) return true
    seen.add(node.id)
    const touched = touchedAt(node, catalogue)
    if (touched === undefined) return false
    for (const key of touched) keys.add(key)
    const next = graph.links.filter(({ from }) => from.node === node.id)
    const nodes = next.map(({ to }) => graph.nodes.find(({ id }) => id === to.node)!)
    // Nobody may look into what holds events of which a part was decoded.
    if (holds(node, catalogue)) return nodes.every((each) => leaves(each))
    return nodes.every(visit)
  }

  /** Events leave from here without a look at them. */
  function leaves(node: GraphNode, from: readonly string[] = []): boolean {
    if (from.includes(node.id)) return true
    const program = node.kind === 'script' ? node.program : node.kind === 'select' ? node.select : undefined
    const touches = program?.demand.touches
    if (program !== undefined && (touches === undefined || touches.keys.length > 0 || !touches.emitsEvent))
      return false
    if (touchedAt(node, catalogue) === undefined) return false
    const links = graph.links.filter((link) => link.from.node === node.id)
    return links.every(({ to }) => leaves(graph.nodes.find(({ id }) => id === to.node)!, [...from, node.id]))
  }
}

/** Undefined if the node may touch all of an event. */
export function touchedAt(node: GraphNode, catalogue: Catalogue): readonly string[] | undefined {
  if (node.kind === 'script') return node.program.demand.touches?.keys
  if (node.kind === 'select') return node.select.demand.touches?.keys
  if (node.kind !== 'operator') return []
  const operator = catalogue.operators.get(node.operator)
  return operator?.readsEvent && !operator.holdsEvent ? undefined : []
}

/** Whether events become parts of what leaves the node. */
export function holds(node: GraphNode, catalogue: Catalogue): boolean {
  if (node.kind === 'select') return node.select.demand.touches?.holds === true
  return node.kind === 'operator' && catalogue.operators.get(node.operator)?.holdsEvent === true
}
