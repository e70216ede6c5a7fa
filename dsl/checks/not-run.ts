import type { Expr, Item } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { walkTree } from '../walk.ts'
import { type Check, warning } from './finding.ts'
import { isExpr, scopesOf } from './scopes.ts'

const kind = defineDiagnostic({
  code: 'W0120',
  title: 'expression that is never run',
  explain:
    'A script ends at `emit` and `drop`: what follows is never run. In front of the last expression of a script, and in a case of a match that stands inside of an expression, only `let`, `match`, `for`, `emit` and `drop` are run, as in tremor: the value of anything else would go nowhere.',
  wrong: 'use std::string;\nstring::uppercase(event.name);\nevent',
  right: 'use std::string;\nlet event.name = string::uppercase(event.name);\nevent',
})
export default kind

export const notRun: Check = {
  kind,
  run(tree, { whole }) {
    if (!whole) return []
    const findings: Diagnostic[] = []
    for (const { script } of scopesOf(tree))
      if (script !== undefined) findings.push(...inScript(script.items))
    walkTree(tree, {
      case({ body }) {
        findings.push(...behindEnd(body))
      },
    })
    return findings
  },
}

function* inScript(items: readonly Item[]): Iterable<Diagnostic> {
  const exprs = items.filter(isExpr)
  const end = exprs.findIndex(ends)
  for (const [at, expr] of exprs.entries()) {
    // What would have been the value of the script is often left below an `emit` on purpose.
    if (end >= 0 && at > end && !runs(expr)) continue
    if (end >= 0 && at > end) {
      yield warning(kind, expr.span, 'This is never run: the script has ended before', {
        origin: 'temblor',
        also: [{ span: exprs[end]!.span, message: 'here' }],
      })
      return
    }
    // The last item of all gives the value, be it a constant.
    if (expr === items.at(-1) || runs(expr) || isForTests(expr)) continue
    yield warning(kind, expr.span, 'This is not run, and its value goes nowhere', {
      origin: 'temblor',
      help: 'Give it a name with `let`, or leave it out',
    })
  }
}

function behindEnd(body: readonly Expr[]): Diagnostic[] {
  const end = body.findIndex(ends)
  const behind = end < 0 ? undefined : body[end + 1]
  if (behind === undefined) return []
  return [
    warning(kind, behind.span, 'This is never run: the script has ended before', {
      origin: 'temblor',
      also: [{ span: body[end]!.span, message: 'here' }],
    }),
  ]
}

/** Suites stand side by side, for a tool that looks for them. */
function isForTests(expr: Expr): boolean {
  return expr.kind === 'call' && expr.module.at(-1) === 'test'
}

function ends({ kind: what }: Expr): boolean {
  return what === 'emit' || what === 'drop'
}

function runs({ kind: what }: Expr): boolean {
  return what === 'let' || what === 'match' || what === 'for' || ends({ kind: what } as Expr)
}
