import { compileQuery } from '#dsl/compile.ts'
import type { SelectProgram } from '#dsl/program.ts'
import { world } from './load.ts'

/** The one select of a query. */
export function compiledSelect(query: string): SelectProgram {
  const { result, findings } = compileQuery({ name: 'query.trickle', text: query }, 'query', world)
  if (result === undefined) throw new Error(findings.map(({ message }) => message).join('; '))
  const node = result.nodes.find(({ kind }) => kind === 'select')
  if (node?.kind !== 'select') throw new Error('the query has no select')
  return node.select
}
