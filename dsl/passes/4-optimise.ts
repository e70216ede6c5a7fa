/** What can be evaluated while compiling is, and what can never run is left out. */
import type { Call, Case, DefineWindow, Expr, Fn, Item, Match, Script, Select } from '../ast.ts'
import { constantOf, foldedValue, type Report } from '../emit/fold.ts'
import { type Rewriter, rewriteExpr, rewriteFn, rewriteGroup } from '../emit/rewrite.ts'
import { equal } from '../emit/runtime/compare.ts'

export { constantOf }

/** The same script, folded. Constants that fail are reported: what is certain to fail does not wait for an event. */
export function optimise(script: Script, report: Report): Script {
  const by = folder(report)
  return { ...script, items: script.items.map((item) => optimiseItem(item, by)) }
}

export interface Selection {
  readonly select: Select
  readonly windows: readonly DefineWindow[]
  readonly aggregates: readonly Call[]
}

/** The same for a select, its windows and the calls of its aggregates. */
export function optimiseSelect({ select, windows, aggregates }: Selection, report: Report): Selection {
  const by = folder(report)
  const where = select.where && rewriteExpr(select.where, by)
  const having = select.having && rewriteExpr(select.having, by)
  const groupBy = select.groupBy && rewriteGroup(select.groupBy, by)
  const clauses = { ...(where && { where }), ...(having && { having }), ...(groupBy && { groupBy }) }
  return {
    select: { ...select, ...clauses, target: rewriteExpr(select.target, by) },
    windows: windows.map((window) => optimiseWindow(window, by)),
    aggregates: aggregates.map((call) => ({ ...call, args: call.args.map((arg) => rewriteExpr(arg, by)) })),
  }
}

function optimiseWindow(window: DefineWindow, by: Rewriter): DefineWindow {
  return window.script === undefined ? window : { ...window, script: rewriteExpr(window.script, by) }
}

function optimiseItem(item: Item, by: Rewriter): Item {
  switch (item.kind) {
    case 'fn':
      return by.fn(item)
    case 'const':
      return { ...item, value: rewriteExpr(item.value, by) }
    case 'intrinsic':
    case 'mod':
    case 'use':
      return item
    default:
      return rewriteExpr(item, by)
  }
}

/** Functions are rewritten once, so that all calls of one go on calling one. */
function folder(report: Report): Rewriter {
  const functions = new Map<Fn, Fn>()
  const by: Rewriter = {
    change: (expr) => folded(expr, report),
    fn(fn) {
      const known = functions.get(fn)
      if (known !== undefined) return known
      const made = rewriteFn(fn, by)
      functions.set(fn, made)
      functions.set(made, made)
      return made
    },
  }
  return by
}

const foldable = new Set<Expr['kind']>(['text', 'list', 'record', 'bytes', 'path', 'unary', 'binary', 'call'])

function folded(expr: Expr, report: Report): Expr {
  if (expr.kind === 'match') return withoutDeadCases(expr)
  if (!foldable.has(expr.kind) || !partsAreLiteral(expr)) return expr
  const value = foldedValue(expr, report)
  return value === undefined ? expr : { kind: 'literal', value, span: expr.span }
}

/** The parts were folded before: what is not literal now never will be. */
function partsAreLiteral(expr: Expr): boolean {
  switch (expr.kind) {
    case 'text':
      return expr.parts.every((part) => typeof part === 'string' || part.kind === 'literal' || isPlain(part))
    case 'list':
      return expr.items.every(isLiteral)
    case 'record':
      return (
        expr.fields.length > 0 && expr.fields.every(({ key, value }) => isLiteral(key) && isLiteral(value))
      )
    case 'bytes':
      return expr.parts.every(({ value }) => isLiteral(value))
    case 'unary':
      return isLiteral(expr.operand)
    case 'binary':
      return isLiteral(expr.left) && isLiteral(expr.right)
    case 'call':
      return expr.args.every(isLiteral)
    default:
      return true
  }
}

function isPlain(part: { readonly kind: string; readonly interpolates?: boolean }): boolean {
  return part.kind === 'legacy' && part.interpolates !== true
}

function isLiteral({ kind }: Expr): boolean {
  return kind === 'literal'
}

/** Of a literal that is matched with literals, the cases that differ never run, nor those behind one that is equal. */
function withoutDeadCases(expr: Match): Match {
  const { target } = expr
  if (target.kind !== 'literal') return expr
  const cases: Case[] = []
  for (const clause of expr.cases) {
    const { pattern, guard } = clause
    const tested = pattern.kind === 'expr' && pattern.expr.kind === 'literal' ? pattern.expr : undefined
    if (tested !== undefined && !equal(target.value, tested.value)) continue
    cases.push(clause)
    const always = pattern.kind === 'default' || pattern.kind === 'any' || tested !== undefined
    if (always && guard === undefined) break
  }
  return { ...expr, cases }
}
