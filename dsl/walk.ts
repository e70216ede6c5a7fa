/** Reading a tree: the children of every node, so that a pass names only the nodes it cares about. */
import type {
  Case,
  Definition,
  Expr,
  Extract,
  FieldTest,
  Fn,
  ForCase,
  GroupBy,
  Item,
  PatchOp,
  Path,
  Pattern,
  Query,
  Script,
  Segment,
  Select,
  Statement,
} from './ast.ts'

/** What of a tree a reader may ask to see; each is called before the node's children. */
export interface Visitor {
  expr?(expr: Expr): void
  path?(path: Path): void
  pattern?(pattern: Pattern): void
  extract?(extract: Extract): void
  fieldTest?(test: FieldTest): void
  case?(entry: Case): void
  fn?(fn: Fn): void
}

export function walkItem(item: Item | Definition, visitor: Visitor): void {
  switch (item.kind) {
    case 'use':
    case 'intrinsic':
      return
    case 'const':
      return walkExpr(item.value, visitor)
    case 'mod':
      for (const inner of item.items) walkItem(inner, visitor)
      return
    case 'fn':
      visitor.fn?.(item)
      walkAll(item.body ?? [], visitor)
      for (const entry of item.cases ?? []) walkCase(entry, visitor)
      return
    case 'define-script':
      for (const { value } of item.params) walkExpr(value, visitor)
      for (const inner of item.script.items) walkItem(inner, visitor)
      return
    case 'define-operator':
      for (const { value } of item.params) walkExpr(value, visitor)
      return
    case 'define-window':
      for (const { value } of item.params) walkExpr(value, visitor)
      if (item.script !== undefined) walkExpr(item.script, visitor)
      return
    default:
      walkExpr(item, visitor)
  }
}

export function walkStatement(statement: Statement, visitor: Visitor): void {
  if (statement.kind === 'select') walkSelect(statement, visitor)
  else if (statement.kind === 'create') for (const { value } of statement.params) walkExpr(value, visitor)
  else if (statement.kind !== 'create-stream') walkItem(statement, visitor)
}

export function walkSelect(select: Select, visitor: Visitor): void {
  walkExpr(select.target, visitor)
  if (select.where !== undefined) walkExpr(select.where, visitor)
  if (select.groupBy !== undefined) for (const expr of groupExprs(select.groupBy)) walkExpr(expr, visitor)
  if (select.having !== undefined) walkExpr(select.having, visitor)
}

/** The expressions of a `group by`, in the order of the dimensions. */
export function groupExprs(group: GroupBy): Expr[] {
  return group.kind === 'set' ? group.items.flatMap(groupExprs) : [group.expr]
}

export function walkAll(exprs: readonly Expr[], visitor: Visitor): void {
  for (const expr of exprs) walkExpr(expr, visitor)
}

export function walkExpr(expr: Expr, visitor: Visitor): void {
  visitor.expr?.(expr)
  switch (expr.kind) {
    case 'literal':
    case 'drop':
      return
    case 'text':
      for (const part of expr.parts) {
        if (typeof part === 'string') continue
        if (part.kind === 'legacy') {
          if (part.interpolates) walkExpr(part.path, visitor)
        } else walkExpr(part, visitor)
      }
      return
    case 'list':
      return walkAll(expr.items, visitor)
    case 'record':
      for (const { key, value } of expr.fields) {
        walkExpr(key, visitor)
        walkExpr(value, visitor)
      }
      return
    case 'bytes':
      for (const part of expr.parts) walkExpr(part.value, visitor)
      return
    case 'path':
      return walkPath(expr, visitor)
    case 'unary':
      return walkExpr(expr.operand, visitor)
    case 'binary':
      walkExpr(expr.left, visitor)
      return walkExpr(expr.right, visitor)
    case 'presence':
      return walkPath(expr.path, visitor)
    case 'call':
    case 'recur':
      return walkAll(expr.args, visitor)
    case 'match':
      walkExpr(expr.target, visitor)
      for (const entry of expr.cases) walkCase(entry, visitor)
      return
    case 'for':
      walkExpr(expr.target, visitor)
      for (const entry of expr.cases) walkForCase(entry, visitor)
      return
    case 'patch':
      walkExpr(expr.target, visitor)
      for (const operation of expr.operations) walkAll(operandsOf(operation), visitor)
      return
    case 'merge':
      walkExpr(expr.target, visitor)
      return walkExpr(expr.value, visitor)
    case 'let':
      walkExpr(expr.value, visitor)
      return walkPath(expr.path, visitor)
    case 'emit':
      if (expr.value !== undefined) walkExpr(expr.value, visitor)
      if (expr.port !== undefined) walkExpr(expr.port, visitor)
  }
}

/** The expressions of a patch operation, keys before values. */
export function operandsOf(operation: PatchOp): Expr[] {
  switch (operation.op) {
    case 'erase':
      return [operation.key]
    case 'copy':
    case 'move':
      return [operation.from, operation.to]
    case 'merge-whole':
      return [operation.value]
    default:
      return [operation.key, operation.value]
  }
}

function walkPath(path: Path, visitor: Visitor): void {
  visitor.path?.(path)
  for (const segment of path.segments) walkAll(exprsOf(segment), visitor)
}

/** The expressions inside of a segment's brackets. */
export function exprsOf(segment: Segment): Expr[] {
  if (segment.kind === 'element') return [segment.expr]
  return segment.kind === 'range' ? [segment.from, segment.to] : []
}

function walkCase(entry: Case, visitor: Visitor): void {
  visitor.case?.(entry)
  walkPattern(entry.pattern, visitor)
  if (entry.guard !== undefined) walkExpr(entry.guard, visitor)
  walkAll(entry.body, visitor)
}

function walkForCase(entry: ForCase, visitor: Visitor): void {
  if (entry.guard !== undefined) walkExpr(entry.guard, visitor)
  walkAll(entry.body, visitor)
}

export function walkPattern(pattern: Pattern, visitor: Visitor): void {
  visitor.pattern?.(pattern)
  switch (pattern.kind) {
    case 'expr':
      return walkExpr(pattern.expr, visitor)
    case 'bind':
      return walkPattern(pattern.pattern, visitor)
    case 'array':
    case 'tuple':
      for (const test of pattern.tests) walkPattern(test, visitor)
      return
    case 'extract':
      visitor.extract?.(pattern.test)
      return
    case 'record':
      for (const test of pattern.fields) walkFieldTest(test, visitor)
  }
}

function walkFieldTest(test: FieldTest, visitor: Visitor): void {
  visitor.fieldTest?.(test)
  if (test.kind === 'compare') walkExpr(test.value, visitor)
  else if (test.kind === 'extract') visitor.extract?.(test.test)
  else if (test.kind === 'pattern') walkPattern(test.pattern, visitor)
}

/** Every item of a script, every statement of a query. */
export function walkTree(tree: Script | Query, visitor: Visitor): void {
  if (tree.kind === 'script') for (const item of tree.items) walkItem(item, visitor)
  else for (const statement of tree.statements) walkStatement(statement, visitor)
}
