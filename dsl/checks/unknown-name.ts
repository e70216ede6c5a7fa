import type { PathRoot, Script } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { nearest } from '../nearest.ts'
import { walkAll, walkTree } from '../walk.ts'
import { type Check, warning } from './finding.ts'

const kind = defineDiagnostic({
  code: 'W0110',
  title: 'name without a value',
  explain:
    'A name is read that no `let`, pattern, comprehension or parameter gives a value in this script, so reading it fails at run time.',
  wrong: 'let host = event.host;\nhots',
  right: 'let host = event.host;\nhost',
})
export default kind

export const unknownName: Check = {
  kind,
  run(tree, { broken }) {
    if (tree.kind === 'script') return namesOf(tree, broken)
    // In a select a name without a value is an error, told by what resolves it.
    return tree.statements.flatMap((statement) =>
      statement.kind === 'define-script' ? namesOf(statement.script, broken) : [],
    )
  },
}

function namesOf(script: Script, broken: ReadonlySet<string>): Diagnostic[] {
  const names = new Set(['event', 'state', 'args', 'true', 'false', 'null'])
  const bound = new Set<string>(broken)
  const tested = new Set<PathRoot>()
  const conditional = new Set<PathRoot>()
  const found: (PathRoot & { kind: 'name' })[] = []
  walkTree(script, {
    expr(expr) {
      if (expr.kind === 'presence') tested.add(expr.path.root)
      if (expr.kind === 'let' && expr.path.root.kind === 'name') names.add(expr.path.root.name)
    },
    case({ body }) {
      walkAll(body, { path: ({ root }) => void conditional.add(root) })
    },
    // A name that some pattern binds may be read beside it by mistake, or on purpose where no event comes by.
    pattern(pattern) {
      if (pattern.kind === 'bind') bound.add(pattern.name)
    },
    path({ root }) {
      if (root.kind !== 'name' || root.module.length > 0 || tested.has(root)) return
      if (root.slot !== undefined || root.constant !== undefined) names.add(root.name)
      else found.push(root)
    },
  })
  return found.flatMap((root) => {
    const near = root.name === 'nil' ? 'null' : nearest(root.name, names)
    // What may never be reached is reported only where it looks like a slip.
    if (bound.has(root.name) || (near === undefined && conditional.has(root))) return []
    return warning(kind, root.span, `"${root.name}" has no value here: reading it fails at run time`, {
      origin: 'temblor',
      ...(near === undefined ? {} : { help: `Did you mean "${near}"?` }),
    })
  })
}
