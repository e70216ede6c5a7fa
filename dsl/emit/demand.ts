/** What of an event a program touches: what nobody reads is not decoded, what nobody changes is not encoded. */
import type { Expr, Path } from '../ast.ts'
import type { Demand, Touched } from '../program.ts'
import { walkExpr } from '../walk.ts'
import { isEvent, resultsOf } from './results.ts'
import { touched } from './touched.ts'

/** To emit `event` as it came is not to read it. */
export function demandOfScript(body: readonly Expr[]): Demand {
  const { emits, tails } = resultsOf(body)
  const results = [...emits.map(({ value }) => value), ...tails]
  const untouched = new Set<Expr>(results.filter(isEvent).filter((path) => path !== undefined))
  return { ...demandOf(body, untouched, results.every(isEvent)), ...partly(touched(body, results)) }
}

export function partly(touches: Touched | undefined): { readonly touches?: Touched } {
  return touches === undefined ? {} : { touches }
}

/** `passed` are the paths that stand for the event as it is. */
export function demandOf(exprs: readonly Expr[], passed: ReadonlySet<Expr>, emitsEvent: boolean): Demand {
  const demand = { readsEvent: false, writesEvent: !emitsEvent, readsMeta: false, writesMeta: false }
  const targets = new Set<Path>()
  const visitor = {
    expr(found: Expr): void {
      if (found.kind !== 'let') return
      if (found.path.segments.length === 0) targets.add(found.path)
      if (found.path.root.kind === 'event') demand.writesEvent = true
      if (found.path.root.kind === 'meta') demand.writesMeta = true
    },
    path(found: Path): void {
      if (targets.has(found) || passed.has(found)) return
      if (found.root.kind === 'event') demand.readsEvent = true
      if (found.root.kind === 'meta') demand.readsMeta = true
    },
  }
  for (const expr of exprs) walkExpr(expr, visitor)
  return demand
}
