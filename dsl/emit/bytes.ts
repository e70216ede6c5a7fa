import type { Bytes, BytesPart } from '../ast.ts'
import type { Span } from '../source.ts'
import { expression } from './expression.ts'
import type { PartSite } from './runtime/bytes.ts'
import { any, type Code, constant, operands, type Unit, use } from './unit.ts'

export function emitBytes(unit: Unit, expr: Bytes): Code {
  const values = operands(
    unit,
    expr.parts.map((part) => () => expression(unit, part.value)),
  )
  const parts = constant(unit, partsOf(expr))
  return any(`${use(unit, 'pack')}([${values.map(({ js }) => js).join(', ')}], ${parts})`)
}

export function partsOf(expr: Bytes): readonly PartSite[] {
  return expr.parts.map((part) => partOf(part, expr.span))
}

/** Integers take 8 bits unless they say otherwise, a binary all of its bytes. */
function partOf({ span, type, bits, endian, signed }: BytesPart, outer: Span): PartSite {
  return { at: { span, outer }, type, size: bits ?? (type === 'binary' ? 0 : 8), endian, signed }
}
