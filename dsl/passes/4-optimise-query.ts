/** The fourth pass over a query: each script once, however many nodes are made from it, and each select. */
import type { DefineScript } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import type { ResolvedNode, ResolvedQuery } from './2-resolve.ts'
import { optimise, optimiseSelect } from './4-optimise.ts'

export function optimiseQuery(resolved: ResolvedQuery, report: (finding: Diagnostic) => void): ResolvedQuery {
  const scripts = new Map<DefineScript, DefineScript>()
  const nodes = [...resolved.nodes].map(([name, node]) => [name, withScript(node)] as const)
  // What no node is made from is optimised for its findings: they may not wait until somebody uses it.
  for (const statement of resolved.query.statements)
    if (statement.kind === 'define-script') optimised(statement)
  const selects = resolved.selects.map((select) => optimiseSelect(select, report))
  return { ...resolved, nodes: new Map(nodes), selects }

  function withScript(node: ResolvedNode): ResolvedNode {
    return node.kind === 'script' ? { ...node, definition: optimised(node.definition) } : node
  }

  function optimised(definition: DefineScript): DefineScript {
    const known = scripts.get(definition)
    if (known !== undefined) return known
    const made = { ...definition, script: optimise(definition.script, report) }
    scripts.set(definition, made)
    return made
  }
}
