/** Where a script can end, and what it emits there. */
import type { Emit, Expr, Path } from '../ast.ts'
import { walkExpr } from '../walk.ts'

export interface Results {
  /** Every `emit` there is. */
  readonly emits: readonly Emit[]
  /** The expressions the script can end with by coming to its end; an empty script ends with the event. */
  readonly tails: readonly (Expr | undefined)[]
  readonly drops: boolean
}

export function resultsOf(body: readonly Expr[]): Results {
  const emits: Emit[] = []
  let drops = false
  const expr = (found: Expr): void => {
    if (found.kind === 'emit') emits.push(found)
    if (found.kind === 'drop') drops = true
  }
  for (const item of body) walkExpr(item, { expr })
  const tails = body.length === 0 ? [undefined] : tailsOf(body.at(-1)!)
  return { emits, drops, tails }
}

/** The values an expression can have, seen through matches; `emit` and `drop` have none. */
function tailsOf(expr: Expr): readonly Expr[] {
  if (expr.kind === 'emit' || expr.kind === 'drop') return []
  if (expr.kind !== 'match') return [expr]
  return expr.cases.flatMap(({ body }) => tailsOf(body.at(-1)!))
}

/** `event`, whole and by itself. */
export function isEvent(expr: Expr | undefined): expr is Path | undefined {
  return (
    expr === undefined || (expr.kind === 'path' && expr.root.kind === 'event' && expr.segments.length === 0)
  )
}
