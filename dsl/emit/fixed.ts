/**
 * Parameters that keep their value for a round, from the beginning of the function to its end or to `recur`: what was found out of
 * such a one need not be asked again on the way. The next round begins without knowing anything.
 */
import type { Expr, Fn } from '../ast.ts'
import { type Visitor, walkExpr, walkItem } from '../walk.ts'
import type { Unit } from './unit.ts'

/** The slots of parameters that nothing but `recur` assigns. */
export function fixedParams(fn: Fn): Set<number> {
  const changed = new Set<number>()
  walkItem(fn, assignments(changed))
  // Inside a case, the parameters are what its patterns extracted.
  for (const { pattern } of fn.cases ?? [])
    if (pattern.kind === 'tuple') for (const at of pattern.tests.keys()) changed.add(at)
  return new Set(fn.params.keys().filter((at) => !changed.has(at)))
}

/** Adds the slots that are assigned: by `let`, by `for`, and by patterns that name what they met. */
function assignments(slots: Set<number>): Visitor {
  const add = (slot: number | undefined): void => {
    if (slot !== undefined) slots.add(slot)
  }
  return {
    expr(expr) {
      if (expr.kind === 'let' && expr.path.root.kind === 'name') add(expr.path.root.slot)
      if (expr.kind === 'for') {
        for (const { keySlot, valueSlot } of expr.cases) {
          add(keySlot)
          add(valueSlot)
        }
      }
    },
    pattern(pattern) {
      if (pattern.kind === 'bind') add(pattern.slot)
    },
  }
}

/** Whether evaluating it assigns one of the first `count` locals, or begins the next round. */
export function disturbs(expr: Expr, count: number): boolean {
  const slots = new Set<number>()
  const found = assignments(slots)
  let recurs = false
  walkExpr(expr, {
    ...found,
    expr(inner) {
      found.expr?.(inner)
      recurs ||= inner.kind === 'recur'
    },
  })
  return recurs || [...slots].some((slot) => slot < count)
}

/** Whether evaluating it reads the local. */
export function reads(expr: Expr, slot: number): boolean {
  let found = false
  walkExpr(expr, {
    path({ root }) {
      found ||= root.kind === 'name' && root.slot === slot
    },
  })
  return found
}

/** From here on the variable is known to hold an array, if it is one that keeps its value. */
export function proveArray(unit: Unit, variable: string): void {
  if (unit.fixed.has(variable)) unit.arrays.add(variable)
}
