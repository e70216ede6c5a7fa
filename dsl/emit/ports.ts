import type { Expr } from '../ast.ts'
import type { ScriptProgram } from '../program.ts'
import { resultsOf } from './results.ts'

/** Where the events of a script can go. */
export function emissions(body: readonly Expr[]): Pick<ScriptProgram, 'ports' | 'drops'> {
  const { emits, tails, drops } = resultsOf(body)
  const names = new Set<string>()
  let dynamic = false
  if (tails.length > 0) names.add('out')
  for (const { port } of emits) {
    if (port === undefined) names.add('out')
    else if (port.kind === 'literal' && typeof port.value === 'string') names.add(port.value)
    else dynamic = true
  }
  return { ports: { names: [...names], dynamic }, drops }
}
