/** `match`: the first case whose pattern and guard hold, in source order. */
import type { Case, Match } from '../ast.ts'
import { effectors, expression } from './expression.ts'
import { emitCondition } from './operator.ts'
import { attempt, emitPattern } from './pattern.ts'
import {
  block,
  branch,
  type Code,
  type Facts,
  type Goal,
  joined,
  label,
  pinned,
  site,
  type Unit,
  use,
  write,
  writeBlock,
} from './unit.ts'

export function emitMatch(unit: Unit, expr: Match, goal: Goal): void {
  const target = held(unit, expression(unit, expr.target))
  const done = label(unit)
  const ways: Facts[] = []
  const lines = block(unit, () => {
    for (const clause of expr.cases) ways.push(emitCase(unit, expr, { clause, target, goal, done }))
    if (!expr.cases.some(isAlways)) write(unit, `${use(unit, 'noClause')}(${site(unit, expr.span)});`)
  })
  writeBlock(unit, `${done}:`, lines)
  joined(unit, ways)
}

interface Way {
  readonly clause: Case
  readonly target: Code
  readonly goal: Goal
  readonly done: string
}

function emitCase(unit: Unit, expr: Match, { clause, target, goal, done }: Way): Facts {
  return branch(unit, () => {
    attempt(unit, (miss) => {
      emitPattern(unit, clause.pattern, { target, miss, wanted: false, outer: expr.span })
      if (clause.guard !== undefined)
        write(unit, `if (!${emitCondition(unit, clause.guard, expr.span)}) break ${miss};`)
      effectors(unit, clause.body, goal)
      write(unit, `break ${done};`)
    })
  }).after
}

function isAlways({ pattern, guard }: Case): boolean {
  return guard === undefined && (pattern.kind === 'default' || pattern.kind === 'any')
}

/** A number by itself cannot be asked for properties: it goes into a variable. */
function held(unit: Unit, code: Code): Code {
  return pinned(unit, code.known === 'integer' ? { ...code, stable: false } : code)
}
