import type { Binary, BinaryOp, Expr, Unary } from '../ast.ts'
import { expression } from './expression.ts'
import type { RuntimeName } from './runtime/runtime.ts'
import { any, type Code, type Known, operands, pinned, site, type Unit, use } from './unit.ts'

const functions: Record<Exclude<BinaryOp, '==' | '!='>, RuntimeName> = {
  or: 'or',
  xor: 'xor',
  and: 'and',
  '^': 'bitXor',
  '&': 'bitAnd',
  '>=': 'greaterOrEqual',
  '>': 'greater',
  '<=': 'lessOrEqual',
  '<': 'less',
  '>>': 'shiftRight',
  '>>>': 'shiftRightUnsigned',
  '<<': 'shiftLeft',
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '%': 'remainder',
}

const logical: Record<string, (left: string, right: string) => string> = {
  and: (left, right) => `${left} && ${right}`,
  or: (left, right) => `${left} || ${right}`,
  xor: (left, right) => `${left} !== ${right}`,
}

/** Those that `quickly` knows. */
const pinnable = new Set<BinaryOp>(['>=', '>', '<=', '<'])

const toBoolean = new Set<BinaryOp>(['or', 'xor', 'and', '>=', '>', '<=', '<'])

/** Both sides are evaluated always, also by `and` and `or`. */
export function emitBinary(unit: Unit, expr: Binary): Code {
  const sides = operands(unit, [() => expression(unit, expr.left), () => expression(unit, expr.right)])
  if (/^\d{1,9}$/.test(sides[1]!.js) && pinnable.has(expr.op)) sides[0] = pinned(unit, sides[0]!)
  const [left, right] = sides as [Code, Code]
  if (expr.op === '==' || expr.op === '!=') return emitEquality(unit, expr.op, [left, right])
  if (left.known === 'boolean' && right.known === 'boolean' && expr.op in logical) {
    return emitLogical(unit, expr.op, [left, right])
  }
  return computed(unit, expr, sides as [Code, Code])
}

/** Operators by their functions; the common case with a small integer that is known stands where it is, for V8 inlines only so much. */
function computed(unit: Unit, { op, span }: Binary, sides: readonly [Code, Code]): Code {
  const name = use(unit, functions[op as keyof typeof functions])
  const known: Known = toBoolean.has(op) ? 'boolean' : 'any'
  const place = site(unit, span)
  const quick = quickly(unit, op, sides)
  if (quick === undefined) return { ...any(`${name}(${sides[0].js}, ${sides[1].js}, ${place})`), known }
  const { js, test } = quick
  return {
    ...any(`(${test} ? ${sides[0].js} ${op} ${js} : ${name}(${sides[0].js}, ${js}, ${place}))`),
    known,
  }
}

/** What holds if JavaScript's own operator does, where the right side is a small integer and the left one a variable. */
export function quickly(
  _unit: Unit,
  op: string,
  [left, right]: readonly [Code, Code],
): { readonly js: string; readonly test: string } | undefined {
  const { js } = right
  if (!left.stable || !/^\w+$/.test(left.js) || !/^\d{1,9}$/.test(js)) return undefined
  return /^[<>]=?$/.test(op) ? { js, test: `typeof ${left.js} === "number"` } : undefined
}

/** Two booleans: JavaScript's own operators, behind both evaluations. */
function emitLogical(unit: Unit, op: string, [left, right]: readonly [Code, Code]): Code {
  const join = logical[op]!
  if (left.stable && right.stable)
    return { js: `(${join(left.js, right.js)})`, known: 'boolean', stable: false }
  const [first, second] = [pinned(unit, left), pinned(unit, right)]
  return { js: `(${join(first.js, second.js)})`, known: 'boolean', stable: false }
}

function emitEquality(unit: Unit, op: '==' | '!=', sides: readonly [Code, Code]): Code {
  const js = equality(unit, sides)
  return { js: op === '==' ? js : `!${js}`, known: 'boolean', stable: false }
}

/** Equality, with as little as the types known allow: most compare something with a constant. */
export function equality(unit: Unit, [left, right]: readonly [Code, Code]): string {
  if (isConstant(left) && !isConstant(right)) return equality(unit, [right, left])
  if (
    right.js === 'null' ||
    right.known === 'boolean' ||
    (left.known === 'string' && right.known === 'string')
  ) {
    return `(${left.js} === ${right.js})`
  }
  if (!right.stable || !left.stable) return `${use(unit, 'equal')}(${left.js}, ${right.js})`
  if (right.known === 'string') {
    // Only bytes can equal a string that is not the same.
    return `(${left.js} === ${right.js} || (typeof ${left.js} === "object" && ${use(unit, 'equalSlow')}(${left.js}, ${right.js})))`
  }
  if (right.known === 'integer') {
    return `(${left.js} === ${right.js} || (typeof ${left.js} !== "string" && !(typeof ${left.js} === "number" && (${left.js} | 0) === ${left.js}) && ${use(unit, 'equalSlow')}(${left.js}, ${right.js})))`
  }
  return `${use(unit, 'equal')}(${left.js}, ${right.js})`
}

function isConstant(code: Code): boolean {
  return /^["(\d]|^(null|true|false)$/.test(code.js) && code.stable
}

const unary: Record<Unary['op'], RuntimeName> = { '+': 'plus', '-': 'minus', '!': 'flip', not: 'negate' }

export function emitUnary(unit: Unit, expr: Unary): Code {
  const operand = expression(unit, expr.operand)
  if (expr.op === 'not' && operand.known === 'boolean')
    return { js: `!${operand.js}`, known: 'boolean', stable: false }
  const js = `${use(unit, unary[expr.op])}(${operand.js}, ${site(unit, expr.operand.span, expr.span)})`
  return { js, known: expr.op === 'not' ? 'boolean' : 'any', stable: false }
}

/** A condition: whatever is no boolean is an error at the condition, shown within `outer`. */
export function emitCondition(unit: Unit, expr: Expr, outer = expr.span): string {
  const code = expression(unit, expr)
  return code.known === 'boolean'
    ? code.js
    : `${use(unit, 'needBoolean')}(${code.js}, ${site(unit, expr.span, outer)})`
}
