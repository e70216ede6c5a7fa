import type { Path } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { type Visitor, walkAll, walkExpr } from '../walk.ts'
import { type Check, warning } from './finding.ts'
import { type Scope, scopesOf } from './scopes.ts'

const kind = defineDiagnostic({
  code: 'W0117',
  title: 'field of something that is null',
  explain:
    'The `state` of a script is null until the script assigns all of it, and inside of functions `event`, `$` and `state` are null always. Null has no fields: reading or assigning one fails at run time.',
  wrong: 'let state.count = state.count + 1;\nstate.count',
  right:
    'match state of\n  case null => let state = { "count": 1 }\n  default => let state.count = state.count + 1\nend;\nstate.count',
})
export default kind

export const nullRoot: Check = {
  kind,
  run: (tree, { whole }) =>
    scopesOf(tree)
      .filter(({ fn }) => whole || fn !== undefined)
      .flatMap(findingsIn),
}

function findingsIn(scope: Scope): Diagnostic[] {
  const { fn, script } = scope
  if (fn === undefined && (script === undefined || assignsState(scope))) return []
  const findings: Diagnostic[] = []
  const asked = new Set<Path>()
  const visitor: Visitor = {
    expr(expr) {
      if (expr.kind === 'presence') asked.add(expr.path)
    },
    path(path) {
      const { root, segments, span } = path
      if (asked.has(path) || segments.length === 0 || !isNull(root.kind, fn !== undefined)) return
      const name = root.kind === 'meta' ? '$' : root.kind
      findings.push(
        fn === undefined
          ? warning(kind, span, 'The state is null here: this fails', {
              origin: 'temblor',
              help: 'Assign all of it first, as in `match state of case null => let state = {} …`',
            })
          : warning(kind, span, `"${name}" is null inside of a function: this fails`, {
              origin: 'temblor',
              help: 'Hand the function what it needs as an argument',
            }),
      )
    },
  }
  walkAll(scope.exprs, visitor)
  for (const { guard, body } of scope.cases)
    walkAll([...(guard === undefined ? [] : [guard]), ...body], visitor)
  return findings
}

function isNull(root: Path['root']['kind'], inFunction: boolean): boolean {
  return root === 'state' || (inFunction && (root === 'event' || root === 'meta'))
}

function assignsState({ exprs }: Scope): boolean {
  let assigns = false
  for (const expr of exprs)
    walkExpr(expr, {
      expr(it) {
        if (it.kind === 'let' && it.path.root.kind === 'state' && it.path.segments.length === 0)
          assigns = true
      },
    })
  return assigns
}
