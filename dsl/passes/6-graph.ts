/** A resolved query to a graph: nodes, and links between their ports. What only passes events on becomes a link. */
import type { Script, Select, StreamPort } from '../ast.ts'
import { queryCycle } from '../checks/query-cycle.ts'
import type { Diagnostic } from '../diagnostic.ts'
import type { Graph, GraphLink, GraphNode } from '../graph.ts'
import type { ScriptProgram } from '../program.ts'
import type { Span } from '../source.ts'
import type { ResolvedNode, ResolvedQuery, ResolvedSelect } from './2-resolve.ts'
import { emitScript, emitSelect } from './5-emit.ts'

/** Emits the programs of scripts and selects and links them. `stem` names the graph unless the query does. */
export function buildGraph(query: ResolvedQuery, stem: string, report: (finding: Diagnostic) => void): Graph {
  const { config } = query
  const { span } = query.query
  const nodes = new Map<string, GraphNode>()
  const links: GraphLink[] = []
  const programs = new Map<Script, ScriptProgram>()
  const add = (node: GraphNode) => {
    if (!nodes.has(node.id)) nodes.set(node.id, node)
    return node.id
  }
  add({ kind: 'input', id: 'in', port: 'in', span })
  add({ kind: 'output', id: 'out', port: 'out', span })
  add({ kind: 'output', id: 'err', port: 'err', span })
  for (const [name, node] of query.nodes) addNode(name, node)
  for (const [index, select] of query.selects.entries()) addSelect(select, `select_${index + 1}`)
  // A circle has no way past it, so it is looked for first.
  const circles = reportCycles(links, report)
  const passing = [...nodes.values()].filter(
    (node) => node.kind === 'operator' && node.operator === 'passthrough',
  )
  for (const { id } of passing) nodes.delete(id)

  const interval = config['metrics_interval_s']
  return {
    id: typeof config['id'] === 'string' ? config['id'] : stem,
    source: span.source,
    nodes: [...nodes.values()],
    links: circles > 0 ? links : withoutNodes(links, new Set(passing.map((node) => node.id))),
    ...(typeof interval === 'number' ? { metricsIntervalS: interval } : {}),
  }

  function addNode(name: string, node: ResolvedNode): void {
    const place = { id: name, span: node.create.span }
    if (node.kind === 'stream') add({ ...place, kind: 'input', port: name })
    else if (node.kind === 'script') {
      add({ ...place, kind: 'script', program: programOf(node.definition.script), args: node.params })
    } else if (node.kind === 'operator') {
      add({ ...place, kind: 'operator', operator: node.definition.operator.join('::'), params: node.params })
    }
  }

  /** Nodes made from one definition share its program; what differs is in their arguments. */
  function programOf(script: Script): ScriptProgram {
    const known = programs.get(script)
    if (known !== undefined) return known
    const program = emitScript(script)
    programs.set(script, program)
    return program
  }

  function addSelect(resolved: ResolvedSelect, name: string): void {
    const { select } = resolved
    const from = source(select.from)
    const into = target(select.into)
    if (isPassthrough(select)) {
      links.push({ from, to: into, span: select.span })
      return
    }
    add({
      id: name,
      kind: 'select',
      select: emitSelect(select, resolved.windows, resolved.aggregates),
      span: select.span,
    })
    links.push({ from, to: { node: name, port: 'in' }, span: select.from.span })
    links.push({ from: { node: name, port: 'out' }, to: into, span: select.into.span })
  }

  /** `in/x` is an input of its own, by the port `x`. */
  function source({ stream, port, span: place }: StreamPort): GraphLink['from'] {
    if (stream !== 'in' || port === undefined || port === 'out') return end(stream, port ?? 'out', place)
    return { node: add({ id: `in/${port}`, kind: 'input', port, span: place }), port: 'out' }
  }

  /** `out/x` is an output of its own, by the port `x`. */
  function target({ stream, port, span: place }: StreamPort): GraphLink['to'] {
    if (stream !== 'out' || port === undefined || port === 'in') return end(stream, port ?? 'in', place)
    return { node: add({ id: `out/${port}`, kind: 'output', port, span: place }), port: 'in' }
  }

  function end(stream: string, port: string, place: Span): { node: string; port: string } {
    if (stream === 'metrics') add({ id: stream, kind: 'output', port: stream, span: place })
    return { node: stream, port }
  }
}

/** `select event` without any clause. */
function isPassthrough({ target, windows, where, groupBy, having }: Select): boolean {
  if (target.kind !== 'path' || target.root.kind !== 'event' || target.segments.length > 0) return false
  return windows.length === 0 && where === undefined && groupBy === undefined && having === undefined
}

/** Links past nodes that hand on what they get: what led to such a node leads to where it led. */
function withoutNodes(links: readonly GraphLink[], passing: ReadonlySet<string>): GraphLink[] {
  return links.filter(({ from }) => !passing.has(from.node)).flatMap(follow)

  function follow(link: GraphLink): GraphLink[] {
    if (!passing.has(link.to.node)) return [link]
    // By other ports nothing ever leaves.
    const onward = links.filter(({ from }) => from.node === link.to.node && from.port === 'out')
    return onward.flatMap(({ to }) => follow({ ...link, to }))
  }
}

/** Tells of each link that leads back to where its events came from. */
function reportCycles(links: readonly GraphLink[], report: (finding: Diagnostic) => void): number {
  let found = 0
  const done = new Set<string>()
  const path: string[] = []
  const next = new Map<string, GraphLink[]>()
  for (const link of links) next.set(link.from.node, [...(next.get(link.from.node) ?? []), link])
  for (const node of next.keys()) visit(node)
  return found

  function visit(node: string): void {
    if (done.has(node)) return
    path.push(node)
    for (const link of next.get(node) ?? []) {
      const at = path.indexOf(link.to.node)
      if (at >= 0) {
        found += 1
        report(queryCycle(link.span, [...path.slice(at), link.to.node].filter(isNamed)))
      } else visit(link.to.node)
    }
    path.pop()
    done.add(node)
  }
}

/** Selects have no name that a reader gave them. */
function isNamed(node: string): boolean {
  return !/^select_\d+$/.test(node)
}
