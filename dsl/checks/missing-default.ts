import type { Case } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { walkTree } from '../walk.ts'
import { type Check, warning } from './finding.ts'

const kind = defineDiagnostic({
  code: 'W0102',
  title: 'match without default',
  explain:
    'A match that no case fits and that has no `default` fails at run time, and its event goes to the port `err`. If that is meant, say `default => …` all the same.',
  wrong: 'match event.a of\n  case 1 => "one"\nend',
  right: 'match event.a of\n  case 1 => "one"\n  default => "many"\nend',
})
export default kind

export const missingDefault: Check = {
  kind,
  run(tree) {
    const findings: Diagnostic[] = []
    walkTree(tree, {
      expr(expr) {
        if (expr.kind !== 'match' || expr.cases.some(takesAll)) return
        findings.push(
          warning(kind, expr.span, 'This match has no default: an event that no case fits fails', {
            help: 'Add "default => …"',
            tremor: {
              message:
                'This match expression has no default clause, if the other clauses do not cover all possibilities this will lead to events being discarded with runtime errors.',
              context: expr.span,
            },
          }),
        )
      },
    })
    return findings
  },
}

/** Whether a case takes whatever comes. */
export function takesAll({ pattern, guard }: Case): boolean {
  if (guard !== undefined) return false
  return (
    pattern.kind === 'default' ||
    pattern.kind === 'any' ||
    (pattern.kind === 'bind' && pattern.pattern.kind === 'any')
  )
}
