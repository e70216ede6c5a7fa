/** What type an expression has, as far as its text alone tells. */
import type { Expr } from './ast.ts'
import type { TypeName } from './function.ts'
import { Float, type Value } from './value.ts'

export type Types = ReadonlySet<TypeName>

/** The types that the value of `expr` can have; undefined if it can be anything. */
export function typesOf(expr: Expr): Types | undefined {
  switch (expr.kind) {
    case 'literal':
      return new Set([typeOfValue(expr.value)])
    case 'text':
      return new Set(['string'])
    case 'list':
    case 'for':
      return new Set(['array'])
    case 'record':
    case 'patch':
    case 'merge':
      return new Set(['record'])
    case 'bytes':
      return new Set(['bytes'])
    case 'presence':
      return new Set(['bool'])
    case 'unary':
      return expr.op === 'not' ? new Set(['bool']) : undefined
    case 'binary':
      return typesOfOperation(expr)
    case 'match':
      return typesOfAny(expr.cases.map(({ body }) => body.at(-1)!))
    case 'path':
      if (expr.segments.length > 0 || expr.root.kind !== 'name' || expr.root.constant === undefined)
        return undefined
      return new Set([typeOfValue(expr.root.constant)])
    case 'call':
      return expr.callee?.kind === 'native' ? typesOfResult(expr.callee.native.returns) : undefined
    default:
      return undefined
  }
}

/** Of several expressions one gives the value. */
function typesOfAny(exprs: readonly Expr[]): Types | undefined {
  const types = exprs.map(typesOf)
  return types.includes(undefined) ? undefined : new Set(types.flatMap((it) => [...it!]))
}

function typesOfOperation({ op, left, right }: Expr & { kind: 'binary' }): Types | undefined {
  switch (op) {
    case '+':
      return typesOfSum(typesOf(left), typesOf(right))
    case '==':
    case '!=':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case 'and':
    case 'or':
    case 'xor':
      return new Set(['bool'])
    case '-':
    case '*':
    case '%':
    case '<<':
    case '>>':
    case '>>>':
      return new Set(['integer', 'float'])
    case '/':
      return new Set(['float'])
    default:
      return undefined
  }
}

/** Numbers are added and texts joined: knowing one side is enough. */
function typesOfSum(left: Types | undefined, right: Types | undefined): Types | undefined {
  for (const side of [left, right]) {
    if (side === undefined) continue
    const types = [...side]
    if (types.every((type) => type === 'string')) return new Set(['string'])
    if (types.every((type) => type === 'integer' || type === 'float')) return new Set(['integer', 'float'])
  }
  return undefined
}

function typesOfResult(returns: TypeName | readonly TypeName[]): Types | undefined {
  const types = typeof returns === 'string' ? [returns] : returns
  if (types.includes('any')) return undefined
  return new Set(types.flatMap((type) => (type === 'number' ? (['integer', 'float'] as const) : [type])))
}

export function typeOfValue(value: Value): TypeName {
  if (value === null) return 'null'
  if (value instanceof Float) return 'float'
  if (value instanceof Uint8Array) return 'bytes'
  if (Array.isArray(value)) return 'array'
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'boolean':
      return 'bool'
    case 'bigint':
      return 'integer'
    case 'number':
      return Number.isInteger(value) ? 'integer' : 'float'
    default:
      return 'record'
  }
}
