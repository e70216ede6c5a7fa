/** What runs by itself: the script and each function, each with locals of its own; and paths as checks compare them. */
import type { Case, Definition, Expr, Fn, Item, Path, Query, Script } from '../ast.ts'
import type { Value } from '../value.ts'

export interface Scope {
  /** Absent for a script, or for a select. */
  readonly fn?: Fn
  /** Expressions in the order they run. */
  readonly exprs: readonly Expr[]
  /** Of a function that tells its arguments apart. */
  readonly cases: readonly Case[]
  /** The scope is a whole script, `exprs` are its statements. */
  readonly script?: Script
}

export function scopesOf(tree: Script | Query): Scope[] {
  if (tree.kind === 'script') return scopesOfScript(tree)
  return tree.statements.flatMap((statement) => {
    switch (statement.kind) {
      case 'select':
        return [{ exprs: [statement.target, statement.where, statement.having].flatMap(present), cases: [] }]
      case 'define-script':
      case 'mod':
      case 'define-window':
        return scopesOfDefinition(statement)
      default:
        return []
    }
  })
}

function scopesOfScript(script: Script): Scope[] {
  const exprs = script.items.filter(isExpr)
  return [{ exprs, cases: [], script }, ...script.items.flatMap(scopesOfDefinition)]
}

function scopesOfDefinition(item: Item | Definition): Scope[] {
  switch (item.kind) {
    case 'fn':
      return [{ fn: item, exprs: item.body ?? [], cases: item.cases ?? [] }]
    case 'mod':
      return item.items.flatMap(scopesOfDefinition)
    case 'define-script':
      return scopesOfScript(item.script)
    default:
      return []
  }
}

function present<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value]
}

export function isExpr(item: Item): item is Expr {
  const { kind } = item
  return kind !== 'const' && kind !== 'fn' && kind !== 'intrinsic' && kind !== 'mod' && kind !== 'use'
}

/** The names by which a path goes as far as they are constant; `whole` if that is to its end. */
export interface Keys {
  /** What the root is: `event`, `meta`, a local by its slot. */
  readonly root: string
  readonly names: readonly string[]
  readonly whole: boolean
}

/** Undefined for a path whose root says nothing. */
export function keysOf({ root, segments }: Path): Keys | undefined {
  const start =
    root.kind === 'name' ? (root.slot === undefined ? undefined : `local ${root.slot}`) : root.kind
  if (start === undefined) return undefined
  const names: string[] = []
  for (const segment of segments) {
    if (segment.kind === 'key') names.push(segment.name)
    else if (segment.kind === 'element' && isText(segment.expr)) names.push(segment.expr.value)
    else return { root: start, names, whole: false }
  }
  return { root: start, names, whole: true }
}

function isText(expr: Expr): expr is Expr & { kind: 'literal'; value: string } {
  return expr.kind === 'literal' && typeof (expr.value as Value) === 'string'
}

/** Whether `inner` is what `outer` is, or leads through it. */
export function leadsThrough(inner: Keys, outer: Keys): boolean {
  return inner.root === outer.root && outer.names.every((name, at) => inner.names[at] === name)
}

/** `a and b and c` as its parts. */
export function partsOf(expr: Expr, op: string): Expr[] {
  return expr.kind === 'binary' && expr.op === op
    ? [...partsOf(expr.left, op), ...partsOf(expr.right, op)]
    : [expr]
}

/** The paths that `expr` says are there, or are not, wherever it is true. */
export function saidBy(expr: Expr): { readonly path: Path; readonly isThere: boolean }[] {
  return partsOf(expr, 'and').flatMap((part) => {
    if (part.kind === 'presence') return [{ path: part.path, isThere: part.op === 'present' }]
    if (part.kind === 'unary' && part.op === 'not' && part.operand.kind === 'presence')
      return [{ path: part.operand.path, isThere: part.operand.op === 'absent' }]
    return []
  })
}
