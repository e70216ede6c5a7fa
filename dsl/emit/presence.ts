import type { Presence } from '../ast.ts'
import { peekPath } from './path.ts'
import { branch, type Code, type Unit } from './unit.ts'

/** A field that holds null is present. */
export function emitPresence(unit: Unit, { op, path }: Presence): Code {
  const { result } = branch(unit, () => peekPath(unit, path))
  return { js: `(${result} ${op === 'present' ? '!==' : '==='} undefined)`, known: 'boolean', stable: false }
}
