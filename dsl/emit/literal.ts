import type { Expr, List, Literal, RecordExpr } from '../ast.ts'
import { isRecord, type Value } from '../value.ts'
import { expression } from './expression.ts'
import {
  any,
  type Code,
  constant,
  fieldName,
  operands,
  pinned,
  quote,
  site,
  stable,
  type Unit,
  use,
} from './unit.ts'

/** A value that was known while compiling. Containers are shared by all runs, but for `{}`, which is there to be filled. */
export function emitLiteral(unit: Unit, value: Value): Code {
  if (value === null || typeof value === 'boolean') {
    return stable(String(value), value === null ? 'any' : 'boolean')
  }
  if (typeof value === 'string') return stable(quote(value), 'string')
  if (typeof value === 'number' && Number.isSafeInteger(value)) {
    return stable(value < 0 ? `(${value})` : String(value), 'integer')
  }
  if (isRecord(value)) {
    if (Object.keys(value).length === 0) return { js: '{}', known: 'record', stable: false, fresh: true }
    return stable(constant(unit, value), 'record')
  }
  return stable(constant(unit, value), Array.isArray(value) ? 'array' : 'any')
}

export function emitList(unit: Unit, list: List): Code {
  const items = operands(
    unit,
    list.items.map((item) => () => expression(unit, item)),
  )
  return { ...any(`[${items.map(({ js }) => js).join(', ')}]`), known: 'array' }
}

/** Of a field, the value comes before a computed name. Of fields with one name, the last one counts. */
export function emitRecord(unit: Unit, record: RecordExpr): Code {
  const makers = record.fields.flatMap(({ key, value }) => [
    () => (isName(key) ? expression(unit, value) : pinned(unit, expression(unit, value))),
    () => (isName(key) ? stable(fieldName(key.value)) : emitString(unit, key)),
  ])
  const codes = operands(unit, makers)
  const fields = record.fields.map(({ key }, at) => {
    const name = codes[2 * at + 1]!.js
    return `${isName(key) ? name : `[${name}]`}: ${codes[2 * at]!.js}`
  })
  return {
    js: fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`,
    known: 'record',
    stable: false,
    fresh: true,
  }
}

/** An expression that must be a string: a computed key, a port. */
export function emitString(unit: Unit, expr: Expr): Code {
  const code = expression(unit, expr)
  if (code.known === 'string') return code
  return { ...any(`${use(unit, 'needString')}(${code.js}, ${site(unit, expr.span)})`), known: 'string' }
}

export function isName(key: Expr): key is Literal & { readonly value: string } {
  return key.kind === 'literal' && typeof key.value === 'string'
}
