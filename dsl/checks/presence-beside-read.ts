import type { Expr, Path } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { walkExpr, walkTree } from '../walk.ts'
import { type Check, warning } from './finding.ts'
import { keysOf, leadsThrough, partsOf } from './scopes.ts'

const kind = defineDiagnostic({
  code: 'W0115',
  title: 'presence that does not protect what stands beside it',
  explain:
    'Both sides of `and` and `or` are always evaluated. So `present event.x and event.x == 1` fails where `event.x` is absent, which is what `present` was to prevent. A record pattern asks for both at once: a comparison in it does not fit where the field is absent.',
  wrong: 'match event of\n  case _ when present event.x and event.x == 1 => "one"\n  default => "other"\nend',
  right: 'match event of\n  case %{ x == 1 } => "one"\n  default => "other"\nend',
})
export default kind

export const presenceBesideRead: Check = {
  kind,
  run(tree) {
    const findings: Diagnostic[] = []
    const seen = new Set<Expr>()
    walkTree(tree, {
      expr(expr) {
        if (expr.kind !== 'binary' || seen.has(expr)) return
        const asked = expr.op === 'and' ? 'present' : expr.op === 'or' ? 'absent' : undefined
        if (asked === undefined) return
        const parts = partsOf(expr, expr.op)
        markInner(expr, seen)
        for (const part of parts) {
          const path = pathAsked(part, asked)
          if (path !== undefined) findings.push(...readsBeside(path, part, parts))
        }
      },
    })
    return findings
  },
}

/** The operations below that belong to the same chain were looked at with it. */
function markInner(expr: Expr, seen: Set<Expr>): void {
  if (expr.kind !== 'binary') return
  for (const side of [expr.left, expr.right]) {
    if (side.kind !== 'binary' || side.op !== expr.op) continue
    seen.add(side)
    markInner(side, seen)
  }
}

/** The path of `present p`, or of `not absent p`. */
function pathAsked(part: Expr, asked: 'present' | 'absent'): Path | undefined {
  if (part.kind === 'presence') return part.op === asked ? part.path : undefined
  if (part.kind !== 'unary' || part.op !== 'not' || part.operand.kind !== 'presence') return undefined
  return part.operand.op === asked ? undefined : part.operand.path
}

function readsBeside(path: Path, asking: Expr, parts: readonly Expr[]): Diagnostic[] {
  const asked = keysOf(path)
  if (asked?.whole !== true || asked.names.length === 0) return []
  const findings: Diagnostic[] = []
  for (const part of parts) {
    if (part === asking) continue
    const excused = new Set<Path>()
    walkExpr(part, {
      expr(expr) {
        if (expr.kind === 'presence') excused.add(expr.path)
      },
      path(read) {
        const keys = keysOf(read)
        if (keys === undefined || excused.has(read) || !leadsThrough(keys, asked)) return
        findings.push(
          warning(kind, read.span, 'This is read even if it is absent: both sides are always evaluated', {
            origin: 'temblor',
            also: [{ span: asking.span, message: 'this protects nothing beside it' }],
            help: 'Ask for both in a record pattern, as in `case %{ x == 1 }`, or in a match inside of the case',
          }),
        )
      },
    })
  }
  return findings
}
