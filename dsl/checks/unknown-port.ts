import type { Script } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { nearest } from '../nearest.ts'
import type { ResolvedNode, ResolvedQuery } from '../passes/2-resolve.ts'
import { walkTree } from '../walk.ts'
import type { World } from '../world.ts'
import { warning } from './finding.ts'

const kind = defineDiagnostic({
  code: 'W0107',
  title: 'unknown port',
  explain:
    'A select reads from a port that the script or operator never emits to, so no event ever takes that way.',
  wrong:
    'define script a\nscript\n  emit event => "big"\nend;\ncreate script a;\nselect event from in into a;\nselect event from a/bigger into out;',
  right:
    'define script a\nscript\n  emit event => "big"\nend;\ncreate script a;\nselect event from in into a;\nselect event from a/big into out;',
})
export default kind

export function unknownPorts({ nodes, selects }: ResolvedQuery, world: World): Diagnostic[] {
  return selects.flatMap(({ select: { from } }) => {
    const node = nodes.get(from.stream)
    const port = from.port ?? 'out'
    const known = node && portsOf(node, world)
    if (known === undefined || known.includes(port) || known.includes('*')) return []
    const near = nearest(port, known)
    // What tremor's own pages call `error` is `err`.
    const meant = port === 'error' ? 'err' : near
    const list = known.map((name) => `"${name}"`).join(', ')
    return warning(kind, from.span, `"${from.stream}" has no port "${port}": nothing ever leaves by it`, {
      origin: 'temblor',
      help: meant === undefined ? `Its ports are ${list}` : `Did you mean "${meant}"? Its ports are ${list}`,
    })
  })
}

/** The ports a node emits to, `*` for any; undefined if they cannot be known. */
function portsOf(node: ResolvedNode, world: World): readonly string[] | undefined {
  if (node.kind === 'operator') {
    const signature = world.operators.get(node.definition.operator.join('::'))
    return signature && [...new Set([...signature.ports(node.params), 'err'])]
  }
  return node.kind === 'script' ? scriptPorts(node.definition.script) : undefined
}

function scriptPorts(script: Script): string[] | undefined {
  const ports = new Set<string>(['out', 'err'])
  let dynamic = false
  walkTree(script, {
    expr(expr) {
      if (expr.kind !== 'emit' || expr.port === undefined) return
      if (expr.port.kind === 'literal' && typeof expr.port.value === 'string') ports.add(expr.port.value)
      else dynamic = true
    },
  })
  return dynamic ? undefined : [...ports]
}
