/** Graphs by hand: `in -> script -> out/x`, with programs that are plain functions. */
import type { Graph, GraphLink, GraphNode } from '#dsl/graph.ts'
import { type DROP, type Frame, ScriptError, type ScriptProgram } from '#dsl/program.ts'
import type { Rec, Value } from '#dsl/value.ts'

const span = { source: { name: 'test.trickle', text: '' }, start: 0, end: 0 }

export function script(run: (frame: Frame) => Value | typeof DROP, reads = false): ScriptProgram {
  return {
    demand: { readsEvent: reads, writesEvent: true, readsMeta: true, writesMeta: true },
    ports: { names: ['out'], dynamic: true },
    drops: true,
    run,
    javascript: '',
  }
}

export const same = script((frame) => frame.event)
export const broken = script(() => {
  throw new ScriptError('E0500', 'Cannot do that', span)
})

/** Nodes named `in`, `out…`, `err` are ports; the others are looked up: a script, or an operator `[name, params]`. */
export function graphOf(
  edges: readonly string[],
  nodes: Record<string, ScriptProgram | readonly [string, Rec]> = {},
): Graph {
  const known = new Map<string, GraphNode>()
  const links: GraphLink[] = edges.map((edge) => {
    const [from, to] = edge.split(' -> ').map(end) as [GraphLink['from'], GraphLink['to']]
    return { from, to, span }
  })
  return {
    id: 'test',
    source: { name: 'test.trickle', text: edges.join('\n') },
    nodes: [...known.values()],
    links,
  }

  function end(text: string): GraphLink['from'] {
    const [name, port] = text.split('/') as [string, string | undefined]
    if (name === 'in') known.set(text, { kind: 'input', id: text, port: 'in', span })
    else if (name === 'out' || name === 'err')
      known.set(text, { kind: 'output', id: text, port: port ?? name, span })
    else {
      const what = nodes[name]!
      if ('run' in what) known.set(name, { kind: 'script', id: name, program: what, args: {}, span })
      else known.set(name, { kind: 'operator', id: name, operator: what[0], params: what[1], span })
      return { node: name, port: port ?? 'out' }
    }
    return { node: text, port: 'out' }
  }
}
