/** `emit` and `drop`: the ways to end a script before its last line. */
import type { Emit } from '../ast.ts'
import { DROP } from '../program.ts'
import { expression } from './expression.ts'
import { emitString } from './literal.ts'
import { constant, operands, root, stable, type Unit, write } from './unit.ts'

/** The port is evaluated before the value. */
export function emitEmit(unit: Unit, expr: Emit): void {
  const { value, port } = expr
  const [portCode, valueCode] = operands(unit, [
    () => (port === undefined ? stable('undefined') : emitString(unit, port)),
    () => (value === undefined ? stable(root(unit, 'event')) : expression(unit, value)),
  ])
  if (port !== undefined) write(unit, `frame.port = ${portCode!.js};`)
  write(unit, `return ${valueCode!.js};`)
}

export function emitDrop(unit: Unit): void {
  write(unit, `return ${constant(unit, DROP)};`)
}
