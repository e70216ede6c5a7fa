/** The target of a select with windows: what it may say of the event. */
import type { Expr, Path, Select } from '../../ast.ts'
import { eventInWindow } from '../../checks/event-in-window.ts'
import type { Diagnostic } from '../../diagnostic.ts'
import { groupExprs } from '../../walk.ts'

/**
 * The select with every expression of its target that it is grouped by read from `group` instead: of a window only its
 * groups and aggregates are known. What speaks of an event elsewhere is reported.
 */
export function inWindow(select: Select, report: (finding: Diagnostic) => void): Select {
  const dimensions = (select.groupBy === undefined ? [] : groupExprs(select.groupBy)).map(shapeOf)
  return { ...select, target: rewrite(select.target) }

  function rewrite<T>(node: T): T {
    if (Array.isArray(node)) return node.map(rewrite) as T
    if (typeof node !== 'object' || node === null || !('span' in node)) return rewriteFields(node)
    const expr = node as unknown as Expr
    // Of a call without a meaning, which was told, it is not known whether it is an aggregate.
    if (expr.kind === 'call' && (expr.callee === undefined || expr.callee.kind === 'aggregate')) return node
    const index = dimensions.indexOf(shapeOf(expr))
    if (index >= 0) return groupPath(expr, index) as T
    const path = expr.kind === 'presence' ? expr.path : expr
    if (path.kind === 'path' && (path.root.kind === 'event' || path.root.kind === 'meta')) {
      report(eventInWindow(path.span))
      return node
    }
    return rewriteFields(node)
  }

  /** Fields that are not part of the tree keep their identity: spans, callees, extractors, values. */
  function rewriteFields<T>(node: T): T {
    if (typeof node !== 'object' || node === null || Object.getPrototypeOf(node) !== Object.prototype)
      return node
    if ('kind' in node && node.kind === 'literal') return node
    return Object.fromEntries(
      Object.entries(node).map(([key, value]) => [
        key,
        kept.has(key) || key.endsWith('pan') ? value : rewrite(value),
      ]),
    ) as T
  }
}

const kept: ReadonlySet<string> = new Set(['callee', 'extractor', 'root'])

function groupPath(expr: Expr, index: number): Path {
  const { span } = expr
  return { kind: 'path', root: { kind: 'group', span }, segments: [{ kind: 'index', index, span }], span }
}

/** An expression as text, without its place: equal for expressions that mean the same by their form. */
function shapeOf(expr: Expr): string {
  return JSON.stringify(expr, (key, value) => {
    if (key.toLowerCase().endsWith('span')) return undefined
    if (key === 'callee' || key === 'extractor' || key === 'slot' || key === 'aggregates') return undefined
    return typeof value === 'bigint' ? `${value}n` : value
  })
}
