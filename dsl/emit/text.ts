import type { Text } from '../ast.ts'
import { expression } from './expression.ts'
import {
  any,
  type Code,
  constant,
  operands,
  pinned,
  quote,
  site,
  stable,
  temp,
  type Unit,
  use,
  write,
} from './unit.ts'

/** An interpolated string: strings go in as they are, other values as JSON. */
export function emitText(unit: Unit, expr: Text): Code {
  const pieces = operands(
    unit,
    expr.parts.map((part) => () => emitPart(unit, part)),
  )
  const isBounded = !pieces.every((piece) => piece.stable)
  const build = (): string => {
    const js = ['""', ...pieces.map((piece) => piece.js)].join(' + ')
    return isBounded ? `${use(unit, 'bounded')}(${js}, ${site(unit, expr.span)})` : `(${js})`
  }
  const varying = pieces.filter((piece) => !isQuoted(piece))
  if (unit.kind !== 'script' || pieces.length === 1 || varying.length !== 1)
    return { ...any(build()), known: 'string' }
  const at = pieces.indexOf(varying[0]!)
  pieces[at] = pinned(unit, varying[0]!)
  return keptText(unit, pieces[at].js, build())
}

/** Of one piece that mostly is the same again: then so is the text, which costs those who compare or write it less than an equal one. */
function keptText(unit: Unit, piece: string, built: string): Code {
  const last = constant(unit, { of: undefined, text: '' })
  const made = temp(unit)
  write(
    unit,
    `${made} = ${piece} === ${last}.of ? ${last}.text : ${use(unit, 'keepText')}(${last}, ${piece}, ${built});`,
  )
  return stable(made, 'string')
}

function isQuoted({ js, stable }: Code): boolean {
  return stable && js.startsWith('"')
}

function emitPart(unit: Unit, part: Text['parts'][number]): Code {
  if (typeof part === 'string') return stable(quote(part), 'string')
  if (part.kind === 'legacy' && part.interpolates !== true) return stable(quote(part.text), 'string')
  const code = expression(unit, part.kind === 'legacy' ? part.path : part)
  return code.known === 'string' ? code : { ...any(`${use(unit, 'text')}(${code.js})`), known: 'string' }
}
