/** Every expression has one emitter; this is where they are told apart. */
import type { Expr } from '../ast.ts'
import { emitBytes } from './bytes.ts'
import { emitCall, emitRecur } from './call.ts'
import { emitDrop, emitEmit } from './emission.ts'
import { emitFor } from './for.ts'
import { emitLet } from './let.ts'
import { emitList, emitLiteral, emitRecord } from './literal.ts'
import { emitMatch } from './match.ts'
import { emitMerge } from './merge.ts'
import { emitBinary, emitUnary } from './operator.ts'
import { emitPatch } from './patch.ts'
import { emitPath } from './path.ts'
import { emitPresence } from './presence.ts'
import { emitText } from './text.ts'
import { type Code, type Goal, stable, temp, type Unit, write } from './unit.ts'

/** The code of a value. Statements it needs are written before. */
export function expression(unit: Unit, expr: Expr): Code {
  switch (expr.kind) {
    case 'literal':
      return emitLiteral(unit, expr.value)
    case 'text':
      return emitText(unit, expr)
    case 'list':
      return emitList(unit, expr)
    case 'record':
      return emitRecord(unit, expr)
    case 'bytes':
      return emitBytes(unit, expr)
    case 'path':
      return emitPath(unit, expr)
    case 'unary':
      return emitUnary(unit, expr)
    case 'binary':
      return emitBinary(unit, expr)
    case 'presence':
      return emitPresence(unit, expr)
    case 'call':
      return emitCall(unit, expr)
    case 'patch':
      return emitPatch(unit, expr)
    case 'merge':
      return emitMerge(unit, expr)
    case 'let':
      return emitLet(unit, expr, true)
    default: {
      const name = temp(unit)
      const outside = unit.pure
      unit.pure = true
      deliver(unit, expr, { to: 'variable', name })
      unit.pure = outside
      return stable(name)
    }
  }
}

/** Evaluates to a goal, as statements: what branches does so there, without a detour through a variable. */
export function deliver(unit: Unit, expr: Expr, goal: Goal): void {
  switch (expr.kind) {
    case 'match':
      return emitMatch(unit, expr, goal)
    case 'for':
      return emitFor(unit, expr, goal)
    case 'emit':
      return emitEmit(unit, expr)
    case 'drop':
      return emitDrop(unit)
    case 'recur':
      return emitRecur(unit, expr)
    case 'let':
      return reach(unit, emitLet(unit, expr, goal.to !== 'nothing'), goal)
    default:
      // As in tremor, an expression whose value nobody takes is not evaluated.
      if (goal.to !== 'nothing') reach(unit, expression(unit, expr), goal)
  }
}

/** The expressions of a clause: all but the last for what they do, the last for its value. */
export function effectors(unit: Unit, body: readonly Expr[], goal: Goal): void {
  const last = body.at(-1)!
  if (!unit.pure) for (const expr of body.slice(0, -1)) deliver(unit, expr, { to: 'nothing' })
  deliver(unit, last, goal)
}

export function reach(unit: Unit, code: Code, goal: Goal): void {
  if (goal.to === 'return') write(unit, `return ${code.js};`)
  else if (goal.to === 'variable') write(unit, `${goal.name} = ${code.js};`)
}
