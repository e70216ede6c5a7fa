import type { Path } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { walkTree } from '../walk.ts'
import { type Check, warning } from './finding.ts'

const kind = defineDiagnostic({
  code: 'W0109',
  title: 'assignment to what never changes',
  explain:
    'A script can assign to the event and its fields, to fields of `$`, to the state and to local variables. Assigning to `$` as a whole, to a constant, to `args`, `window` or `group` fails at run time.',
  wrong: 'let $ = {};\nevent',
  right: 'let $request = {};\nevent',
})
export default kind

export const fixedTarget: Check = {
  kind,
  run(tree) {
    const findings: Diagnostic[] = []
    walkTree(tree, {
      expr(expr) {
        if (expr.kind !== 'let') return
        const what = fixed(expr.path)
        if (what === undefined) return
        findings.push(
          warning(kind, expr.path.span, `Assigning to ${what} fails at run time`, { origin: 'temblor' }),
        )
      },
    })
    return findings
  },
}

function fixed({ root, segments }: Path): string | undefined {
  switch (root.kind) {
    case 'meta':
      return segments.length === 0 ? '"$" as a whole' : undefined
    case 'args':
    case 'window':
    case 'group':
      return `"${root.kind}"`
    case 'name':
      return root.constant === undefined ? undefined : `the constant "${root.name}"`
    default:
      return undefined
  }
}
