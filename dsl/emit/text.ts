import type { Text } from '../ast.ts'
import { expression } from './expression.ts'
import { any, type Code, operands, quote, site, stable, type Unit, use } from './unit.ts'

/** An interpolated string: strings go in as they are, other values as JSON. */
export function emitText(unit: Unit, expr: Text): Code {
  const pieces = operands(
    unit,
    expr.parts.map((part) => () => emitPart(unit, part)),
  )
  const js = ['""', ...pieces.map((piece) => piece.js)].join(' + ')
  const built = pieces.every((piece) => piece.stable)
    ? `(${js})`
    : `${use(unit, 'bounded')}(${js}, ${site(unit, expr.span)})`
  return { ...any(built), known: 'string' }
}

function emitPart(unit: Unit, part: Text['parts'][number]): Code {
  if (typeof part === 'string') return stable(quote(part), 'string')
  if (part.kind === 'legacy' && part.interpolates !== true) return stable(quote(part.text), 'string')
  const code = expression(unit, part.kind === 'legacy' ? part.path : part)
  return code.known === 'string' ? code : { ...any(`${use(unit, 'text')}(${code.js})`), known: 'string' }
}
