/** `merge`: a record over another. What is known of the second while compiling is written out. */
import type { Expr, Merge } from '../ast.ts'
import { isRecord, type Rec } from '../value.ts'
import { expression } from './expression.ts'
import { emitLiteral } from './literal.ts'
import { fieldRead } from './path.ts'
import {
  any,
  block,
  type Code,
  indented,
  operands,
  pinned,
  quote,
  recordTest,
  site,
  stable,
  temp,
  type Unit,
  use,
  write,
} from './unit.ts'

export function emitMerge(unit: Unit, expr: Merge): Code {
  const { target, value } = expr
  if (value.kind === 'literal' && isRecord(value.value) && isSmall(value.value)) {
    const holder = pinned(unit, emitRecordOf(unit, target, expr))
    return { ...stable(emitKnown(unit, holder.js, value.value), 'record'), fresh: true }
  }
  const sides = operands(unit, [
    () => pinned(unit, emitRecordOf(unit, target, expr)),
    () => emitRecordOf(unit, value, expr),
  ])
  const js = `${use(unit, 'merge')}(${sides[0]!.js}, ${sides[1]!.js})`
  return { js, known: 'record', stable: false, fresh: true }
}

function emitRecordOf(unit: Unit, expr: Expr, whole: Merge): Code {
  const code = expression(unit, expr)
  if (code.known === 'record') return code
  return any(`${use(unit, 'needRecord')}(${code.js}, ${site(unit, expr.span, whole.span)})`)
}

/** Few fields, none of which JavaScript would take for something else. */
function isSmall(value: Rec): boolean {
  const fields = Object.entries(value)
  return (
    fields.length <= 16 &&
    fields.every(([key, field]) => key !== '__proto__' && (!isRecord(field) || isSmall(field)))
  )
}

/** One copy without what is null, then the other fields written into it. The result is the variable with the copy. */
function emitKnown(unit: Unit, holder: string, value: Rec): string {
  const made = temp(unit)
  const fields = Object.entries(value)
  const gone = fields.filter(([, field]) => field === null).map(([key]) => `${quote(key)}: ${temp(unit)}`)
  write(
    unit,
    gone.length === 0 ? `${made} = { ...${holder} };` : `({ ${gone.join(', ')}, ...${made} } = ${holder});`,
  )
  for (const [key, field] of fields) {
    if (field === null) continue
    const { js } = emitLiteral(unit, field)
    if (!isRecord(field)) write(unit, `${made}[${quote(key)}] = ${js};`)
    else emitInner(unit, { made, key, field, js })
  }
  return made
}

interface Inner {
  readonly made: string
  readonly key: string
  readonly field: Rec
  /** The field as it is written where there is no record yet. */
  readonly js: string
}

function emitInner(unit: Unit, { made, key, field, js }: Inner): void {
  const old = pinned(unit, any(fieldRead(unit, made, key))).js
  const merged = temp(unit)
  const lines = block(unit, () => {
    write(unit, `${merged} = ${emitKnown(unit, old, field)};`)
  })
  write(unit, `if (${recordTest(unit, old)}) {`)
  unit.lines.push(...indented(lines))
  write(unit, `} else ${merged} = ${js};`)
  write(unit, `${made}[${quote(key)}] = ${merged};`)
}
