/**
 * Which members of the event a program touches, if it says so by constant keys. Of a long document the others are then neither
 * decoded nor encoded (`dsl/json-part.ts`). The event as a whole may be passed on, be matched by records, be assigned to, and be
 * patched or merged by constant keys; whatever else is done with it asks for all of it.
 */
import type { Expr, Match, PatchOp, Path, Pattern } from '../ast.ts'
import type { Touched } from '../program.ts'
import { isRecord } from '../value.ts'
import { walkExpr } from '../walk.ts'
import { constantStep } from './path.ts'
import { isEvent } from './results.ts'

/**
 * `results` are what the program can end with; undefined stands for the event. `held` are the paths that put the event as it is into
 * what is emitted. Undefined: it may touch all of the event.
 */
export function touched(
  exprs: readonly Expr[],
  results: readonly (Expr | undefined)[],
  held: readonly Expr[] = [],
): Touched | undefined {
  const keys = new Set<string>()
  const allowed = new Set<Expr>(held)
  let whole = false

  const derived = results.filter((result) => derives(result)).length
  if (derived > 0 && derived < results.length) return undefined
  for (const expr of exprs) walkExpr(expr, { expr: enter, path: read })
  if (whole || [...keys].some((key) => /^\d|^__proto__$/.test(key))) return undefined
  return { keys: [...keys], emitsEvent: derived > 0 || results.length === 0, holds: held.length > 0 }

  /** The event itself, or the event with other values under constant keys. */
  function derives(expr: Expr | undefined): boolean {
    if (expr === undefined) return true
    if (isEvent(expr)) {
      allowed.add(expr)
      return true
    }
    if (expr.kind === 'patch') return derives(expr.target) && named(expr.operations.map(keysOfOperation))
    if (expr.kind === 'merge') return derives(expr.target) && named([keysOfRecord(expr.value)])
    return false
  }

  function named(all: readonly (readonly string[] | undefined)[]): boolean {
    for (const some of all) {
      if (some === undefined) whole = true
      else for (const key of some) keys.add(key)
    }
    return true
  }

  function enter(expr: Expr): void {
    if (expr.kind === 'match' && isEvent(expr.target) && expr.target !== undefined) matched(expr)
    if (expr.kind !== 'let' || expr.path.root.kind !== 'event' || expr.path.segments.length > 0) return
    allowed.add(expr.path)
    // What is not made of the event is, from here on, another event.
    if (!derives(expr.value)) whole = true
  }

  function matched({ target, cases }: Match): void {
    const asked = cases.map(({ pattern }) => keysOfPattern(pattern))
    if (asked.includes(undefined)) return
    named(asked)
    allowed.add(target)
  }

  function read(path: Path): void {
    if (path.root.kind !== 'event' || allowed.has(path)) return
    const first = path.segments[0]
    const key = first === undefined ? undefined : constantStep(first)
    if (typeof key === 'string') keys.add(key)
    else whole = true
  }
}

/** Bound are only the fields that were tested. */
function keysOfPattern(pattern: Pattern): readonly string[] | undefined {
  switch (pattern.kind) {
    case 'default':
    case 'any':
      return []
    case 'bind':
      return pattern.pattern.kind === 'record' ? keysOfPattern(pattern.pattern) : undefined
    case 'record':
      return pattern.fields.map(({ key }) => key)
    default:
      return undefined
  }
}

function keysOfOperation(operation: PatchOp): readonly string[] | undefined {
  switch (operation.op) {
    case 'merge-whole':
      return keysOfRecord(operation.value)
    case 'copy':
    case 'move':
      return texts([operation.from, operation.to])
    default:
      return texts([operation.key])
  }
}

function keysOfRecord(expr: Expr): readonly string[] | undefined {
  if (expr.kind === 'record') return texts(expr.fields.map(({ key }) => key))
  return expr.kind === 'literal' && isRecord(expr.value) ? Object.keys(expr.value) : undefined
}

function texts(exprs: readonly Expr[]): readonly string[] | undefined {
  const found = exprs.flatMap((expr) =>
    expr.kind === 'literal' && typeof expr.value === 'string' ? [expr.value] : [],
  )
  return found.length === exprs.length ? found : undefined
}
