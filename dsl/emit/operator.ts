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

/** Where a left side that is no variable becomes one, for `quickly`; with `+` and `-` that brought nothing. */
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

/** Operators by their functions; the common case stands where it is, for V8 inlines only so much. */
function computed(unit: Unit, { op, span }: Binary, sides: readonly [Code, Code]): Code {
  const name = use(unit, functions[op as keyof typeof functions])
  const known: Known = toBoolean.has(op) ? 'boolean' : 'any'
  const place = site(unit, span)
  const [left, right] = sides.map(({ js }) => js)
  const call = `${name}(${left}, ${right}, ${place})`
  const quick = quickly(op, sides)
  return { ...any(quick === undefined ? call : `(${quick} ? ${left} ${op} ${right} : ${call})`), known }
}

/**
 * What holds if JavaScript's own operator does: of a variable and a small integer, and of two variables that `+` and `-` take.
 * The type is asked first: an integer beyond 2^53 and a record would throw where they are made a number of 32 bits.
 */
export function quickly(op: string, [left, right]: readonly [Code, Code]): string | undefined {
  if (!isVariable(left)) return undefined
  const isSmall = /^\d{1,9}$/.test(right.js)
  if (/^[<>]=?$/.test(op)) return isSmall ? `typeof ${left.js} === "number"` : undefined
  if (op !== '+' && op !== '-') return undefined
  if (isSmall) return isShort(left)
  return isVariable(right) ? `${isShort(left)} && ${isShort(right)}` : undefined
}

/** An integer of 32 bits: of two of them, sum and difference are exact. */
function isShort({ js }: Code): string {
  return `typeof ${js} === "number" && (${js} | 0) === ${js}`
}

function isVariable({ js, stable, known }: Code): boolean {
  return stable && /^[a-jl-z]\w*$/.test(js) && (known === 'any' || known === 'integer')
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
