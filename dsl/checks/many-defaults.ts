import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { walkTree } from '../walk.ts'
import { type Check, warning } from './finding.ts'

const kind = defineDiagnostic({
  code: 'W0103',
  title: 'more than one default',
  explain: 'Only the first `default` of a match is ever reached.',
  wrong: 'match event.a of\n  default => 1\n  default => 2\nend',
  right: 'match event.a of\n  case 1 => 1\n  default => 2\nend',
})
export default kind

export const manyDefaults: Check = {
  kind,
  run(tree) {
    const findings: Diagnostic[] = []
    walkTree(tree, {
      expr(expr) {
        if (expr.kind !== 'match') return
        const defaults = expr.cases.filter(({ pattern }) => pattern.kind === 'default')
        if (defaults.length < 2) return
        findings.push(
          warning(kind, defaults[1]!.span, 'This default is never reached: the match has one before it', {
            also: [{ span: defaults[0]!.pattern.span, message: 'the first default' }],
            tremor: {
              message:
                'A match statement with more then one default clause will never reach any but the first default clause.',
              span: expr.span,
              context: expr.span,
            },
          }),
        )
      },
    })
    return findings
  },
}
