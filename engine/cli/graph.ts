/** A configuration as a drawing: nodes and links, between ramps and pipelines or, with `inside`, within pipelines too. */
import type { Graph, GraphNode } from '#dsl/graph.ts'
import type { Plan } from '../binding/plan.ts'

export interface Drawing {
  readonly nodes: readonly DrawnNode[]
  readonly edges: readonly DrawnEdge[]
}

export interface DrawnNode {
  /** `/onramp/http_in/01`; within a pipeline `/pipeline/main/01#rr`. */
  readonly address: string
  readonly kind: 'onramp' | 'offramp' | 'pipeline' | 'input' | 'output' | 'script' | 'operator' | 'select'
  /** What it is made of: the type of a ramp, the name of an operator. */
  readonly component?: string
  /** Ports by which events leave it, whether they lead anywhere or not. */
  readonly ports: readonly string[]
  /** The pipeline it is within. */
  readonly within?: string
}

export interface DrawnEdge {
  readonly from: string
  readonly fromPort: string
  readonly to: string
  readonly toPort: string
}

/** `loose` are pipelines that no binding links: they are drawn by themselves, with what is in them. */
export function drawingOf(plan: Plan, inside: boolean, loose: readonly Graph[] = []): Drawing {
  const drawing = drawingOfPlan(plan, inside)
  const others = loose.map((graph) => within(`/pipeline/${graph.id}`, graph))
  return {
    nodes: [...drawing.nodes, ...others.flatMap(({ nodes }) => nodes)],
    edges: [...drawing.edges, ...others.flatMap(({ edges }) => edges)],
  }
}

function drawingOfPlan(plan: Plan, inside: boolean): Drawing {
  const ramps = [...plan.onramps, ...plan.offramps].map(({ address, kind, type, linkedPorts }) => {
    return { address, kind, component: type, ports: linkedPorts }
  })
  const links = plan.links.map(({ from, to }) => ({
    from: from.address,
    fromPort: from.port,
    to: to.address,
    toPort: to.port,
  }))
  if (!inside) {
    const pipelines = plan.pipelines.map(({ address, graph }) => {
      const ports = graph.nodes.flatMap((node) => (node.kind === 'output' ? [node.port] : []))
      return { address, kind: 'pipeline' as const, ports }
    })
    return { nodes: [...ramps, ...pipelines], edges: links }
  }
  const addresses = new Set(plan.pipelines.map(({ address }) => address))
  const insides = plan.pipelines.map(({ address, graph }) => within(address, graph))
  const nodes = insides.flatMap((each) => each.nodes)
  const edges = insides.flatMap((each) => each.edges)
  // A link to a pipeline ends at the node that is its port.
  const portNode = (address: string, port: string, kind: 'input' | 'output') => {
    const graph = plan.pipelines.find((pipeline) => pipeline.address === address)!.graph
    const found = graph.nodes.find((node) => node.kind === kind && node.port === port)
    return `${address}#${found?.id ?? port}`
  }
  const outer = links.map((link) => ({
    ...link,
    from: addresses.has(link.from) ? portNode(link.from, link.fromPort, 'output') : link.from,
    to: addresses.has(link.to) ? portNode(link.to, link.toPort, 'input') : link.to,
  }))
  return { nodes: [...ramps, ...nodes], edges: [...outer, ...edges] }
}

/** The nodes and links of one pipeline: the very stages that run. */
function within(address: string, graph: Graph): Drawing {
  const nodes = graph.nodes.map((node) => ({
    address: `${address}#${node.id}`,
    kind: node.kind,
    ...(node.kind === 'operator' ? { component: node.operator } : {}),
    ports: portsOf(node, graph),
    within: address,
  }))
  const edges = graph.links.map(({ from, to }) => ({
    from: `${address}#${from.node}`,
    fromPort: from.port,
    to: `${address}#${to.node}`,
    toPort: to.port,
  }))
  return { nodes, edges }
}

function portsOf(node: GraphNode, { links }: Graph): readonly string[] {
  const own = node.kind === 'script' ? [...node.program.ports.names, 'err'] : []
  const linked = links.filter(({ from }) => from.node === node.id).map(({ from }) => from.port)
  return [...new Set([...own, ...linked])]
}

/** A line for each link: `/onramp/http_in/01/out -> /pipeline/main/01/in`. */
export function textOf({ edges }: Drawing): string {
  return edges.map(({ from, fromPort, to, toPort }) => `${from}/${fromPort} -> ${to}/${toPort}\n`).join('')
}

export function mermaidOf({ nodes, edges }: Drawing): string {
  const ids = new Map(nodes.map(({ address }, at) => [address, `n${at}`]))
  const shape = ({ kind, address }: DrawnNode) => {
    const label = `"${labelOf(address).replaceAll('"', '#quot;')}"`
    if (kind === 'onramp') return `([${label}])`
    if (kind === 'offramp') return `[/${label}/]`
    if (kind === 'script') return `[[${label}]]`
    return `[${label}]`
  }
  const line = (node: DrawnNode) => `${ids.get(node.address)}${shape(node)}`
  const groups = [...Map.groupBy(nodes, ({ within }) => within)].flatMap(([within, group], at) =>
    within === undefined
      ? group.map((node) => `  ${line(node)}`)
      : [`  subgraph g${at}["${within}"]`, ...group.map((node) => `    ${line(node)}`), '  end'],
  )
  const arrows = edges.map(({ from, fromPort, to }) => `  ${ids.get(from)} -->|${fromPort}| ${ids.get(to)}`)
  return `${['flowchart LR', ...groups, ...arrows].join('\n')}\n`
}

export function dotOf({ nodes, edges }: Drawing): string {
  const quoted = (text: string) => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
  const shapes: Record<string, string> = {
    onramp: 'cds',
    offramp: 'cds',
    script: 'note',
    operator: 'component',
  }
  const line = ({ address, kind }: DrawnNode) =>
    `${quoted(address)} [label=${quoted(labelOf(address))}, shape=${shapes[kind] ?? 'box'}]`
  const groups = [...Map.groupBy(nodes, ({ within }) => within)].flatMap(([within, group], at) =>
    within === undefined
      ? group.map((node) => `  ${line(node)}`)
      : [
          `  subgraph cluster${at} {`,
          `    label=${quoted(within)}`,
          ...group.map((node) => `    ${line(node)}`),
          '  }',
        ],
  )
  const arrows = edges.map(
    ({ from, fromPort, to }) => `  ${quoted(from)} -> ${quoted(to)} [label=${quoted(fromPort)}]`,
  )
  return `${['digraph temblor {', '  rankdir=LR', ...groups, ...arrows, '}'].join('\n')}\n`
}

/** What is within a pipeline goes by its own name; the frame around it says which pipeline. */
function labelOf(address: string): string {
  return address.slice(address.indexOf('#') + 1)
}
