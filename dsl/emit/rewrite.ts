/** Making a tree from a tree: every expression is rebuilt from rewritten parts and then handed to `change`. */
import type {
  BytesPart,
  Case,
  Expr,
  FieldTest,
  Fn,
  ForCase,
  GroupBy,
  PatchOp,
  Path,
  Pattern,
  Segment,
  Text,
} from '../ast.ts'

export interface Rewriter {
  /** What becomes of an expression, its parts being rewritten already. */
  change(expr: Expr): Expr
  /** The function to call in place of another. */
  fn(fn: Fn): Fn
}

export function rewriteExpr(expr: Expr, by: Rewriter): Expr {
  return by.change(rebuilt(expr, by))
}

function rebuilt(expr: Expr, by: Rewriter): Expr {
  const one = (part: Expr): Expr => rewriteExpr(part, by)
  const all = (parts: readonly Expr[]): readonly Expr[] => parts.map(one)
  switch (expr.kind) {
    case 'literal':
    case 'drop':
      return expr
    case 'text':
      return { ...expr, parts: expr.parts.map((part) => textPart(part, by)) }
    case 'list':
      return { ...expr, items: all(expr.items) }
    case 'record':
      return {
        ...expr,
        fields: expr.fields.map((field) => ({ ...field, key: one(field.key), value: one(field.value) })),
      }
    case 'bytes':
      return { ...expr, parts: expr.parts.map((part): BytesPart => ({ ...part, value: one(part.value) })) }
    case 'path':
      return rewritePath(expr, by)
    case 'unary':
      return { ...expr, operand: one(expr.operand) }
    case 'binary':
      return { ...expr, left: one(expr.left), right: one(expr.right) }
    case 'presence':
      return { ...expr, path: rewritePath(expr.path, by) }
    case 'call': {
      const { callee } = expr
      const args = all(expr.args)
      return callee?.kind === 'fn'
        ? { ...expr, args, callee: { kind: 'fn', fn: by.fn(callee.fn) } }
        : { ...expr, args }
    }
    case 'recur':
      return { ...expr, args: all(expr.args) }
    case 'match':
      return { ...expr, target: one(expr.target), cases: expr.cases.map((clause) => rewriteCase(clause, by)) }
    case 'for':
      return { ...expr, target: one(expr.target), cases: expr.cases.map((clause) => forCase(clause, by)) }
    case 'patch':
      return { ...expr, target: one(expr.target), operations: expr.operations.map((op) => patchOp(op, by)) }
    case 'merge':
      return { ...expr, target: one(expr.target), value: one(expr.value) }
    case 'let':
      return { ...expr, path: rewritePath(expr.path, by), value: one(expr.value) }
    case 'emit': {
      const value = expr.value && one(expr.value)
      const port = expr.port && one(expr.port)
      return { ...expr, ...(value && { value }), ...(port && { port }) }
    }
  }
}

function textPart(part: Text['parts'][number], by: Rewriter): Text['parts'][number] {
  if (typeof part === 'string' || part.kind === 'legacy') return part
  return rewriteExpr(part, by)
}

function rewritePath(path: Path, by: Rewriter): Path {
  if (path.segments.every(({ kind }) => kind === 'key' || kind === 'index')) return path
  return { ...path, segments: path.segments.map((segment) => rewriteSegment(segment, by)) }
}

function rewriteSegment(segment: Segment, by: Rewriter): Segment {
  if (segment.kind === 'element') return { ...segment, expr: rewriteExpr(segment.expr, by) }
  if (segment.kind !== 'range') return segment
  return { ...segment, from: rewriteExpr(segment.from, by), to: rewriteExpr(segment.to, by) }
}

export function rewriteCase(clause: Case, by: Rewriter): Case {
  const pattern = rewritePattern(clause.pattern, by)
  const guard = clause.guard && rewriteExpr(clause.guard, by)
  return {
    ...clause,
    pattern,
    ...(guard && { guard }),
    body: clause.body.map((expr) => rewriteExpr(expr, by)),
  }
}

function forCase(clause: ForCase, by: Rewriter): ForCase {
  const guard = clause.guard && rewriteExpr(clause.guard, by)
  return { ...clause, ...(guard && { guard }), body: clause.body.map((expr) => rewriteExpr(expr, by)) }
}

function patchOp(op: PatchOp, by: Rewriter): PatchOp {
  const one = (part: Expr): Expr => rewriteExpr(part, by)
  switch (op.op) {
    case 'erase':
      return { ...op, key: one(op.key) }
    case 'copy':
    case 'move':
      return { ...op, from: one(op.from), to: one(op.to) }
    case 'merge-whole':
      return { ...op, value: one(op.value) }
    default:
      return { ...op, key: one(op.key), value: one(op.value) }
  }
}

function rewritePattern(pattern: Pattern, by: Rewriter): Pattern {
  switch (pattern.kind) {
    case 'expr':
      return { ...pattern, expr: rewriteExpr(pattern.expr, by) }
    case 'bind':
      return { ...pattern, pattern: rewritePattern(pattern.pattern, by) }
    case 'array':
    case 'tuple':
      return { ...pattern, tests: pattern.tests.map((test) => rewritePattern(test, by)) }
    case 'record':
      return { ...pattern, fields: pattern.fields.map((test) => rewriteField(test, by)) }
    default:
      return pattern
  }
}

function rewriteField(test: FieldTest, by: Rewriter): FieldTest {
  if (test.kind === 'compare') return { ...test, value: rewriteExpr(test.value, by) }
  return test.kind === 'pattern' ? { ...test, pattern: rewritePattern(test.pattern, by) } : test
}

export function rewriteGroup(group: GroupBy, by: Rewriter): GroupBy {
  if (group.kind === 'set') return { ...group, items: group.items.map((item) => rewriteGroup(item, by)) }
  return { ...group, expr: rewriteExpr(group.expr, by) }
}

export function rewriteFn(fn: Fn, by: Rewriter): Fn {
  const body = fn.body?.map((expr) => rewriteExpr(expr, by))
  const cases = fn.cases?.map((clause) => rewriteCase(clause, by))
  return { ...fn, ...(body && { body }), ...(cases && { cases }) }
}
