/** `for`: over the elements of an array or the fields of a record; over anything else it does nothing. */
import type { For, ForCase } from '../ast.ts'
import { effectors, expression, reach } from './expression.ts'
import { spend } from './fuel.ts'
import { emitCondition } from './operator.ts'
import {
  block,
  branch,
  countArm,
  type Goal,
  indented,
  label,
  local,
  NOTHING,
  pinned,
  recordTest,
  repeated,
  stable,
  temp,
  type Unit,
  use,
  write,
  writeBlock,
} from './unit.ts'

export function emitFor(unit: Unit, expr: For, goal: Goal): void {
  // A variable of its own: the body may assign the one the value came from.
  const target = pinned(unit, { ...expression(unit, expr.target), stable: false }).js
  const [keys, count, at, list] = [temp(unit), temp(unit), temp(unit), temp(unit)]
  write(unit, `${keys} = ${recordTest(unit, target)} ? ${use(unit, 'keysOf')}(${target}) : null;`)
  write(
    unit,
    `${count} = ${keys} !== null ? ${keys}.length : Array.isArray(${target}) ? ${target}.length : 0;`,
  )
  if (goal.to !== 'nothing') write(unit, `${list} = [];`)
  const body = repeated(unit, () =>
    block(unit, () => {
      spend(unit, expr.span)
      const value = `${keys} === null ? ${target}[${at}] : ${target}[${keys}[${at}]]`
      emitCases(unit, expr, {
        key: `${keys} === null ? ${at} : ${keys}[${at}]`,
        value,
        list,
        wanted: goal.to !== 'nothing',
      })
    }),
  )
  writeBlock(unit, `for (${at} = 0; ${at} < ${count}; ${at}++)`, body)
  reach(unit, stable(list, 'array'), goal)
}

interface Round {
  readonly key: string
  readonly value: string
  readonly list: string
  readonly wanted: boolean
}

/** The first case whose guard holds gives an element; if none does, there is none. */
function emitCases(unit: Unit, expr: For, round: Round): void {
  const done = label(unit)
  const lines = block(unit, () => {
    for (const clause of expr.cases) emitCase(unit, expr, { clause, round, done })
  })
  write(unit, `${done}: {`)
  unit.lines.push(...indented(lines))
  write(unit, '}')
}

function emitCase(
  unit: Unit,
  expr: For,
  { clause, round, done }: { clause: ForCase; round: Round; done: string },
): void {
  branch(unit, () => {
    bind(unit, clause.keySlot, round.key)
    bind(unit, clause.valueSlot, round.value)
    const guard = clause.guard === undefined ? undefined : emitCondition(unit, clause.guard, expr.span)
    const lines = block(unit, () => {
      countArm(unit, clause)
      const result = temp(unit)
      effectors(unit, clause.body, round.wanted ? { to: 'variable', name: result } : NOTHING)
      if (round.wanted) write(unit, `${round.list}.push(${result});`)
      write(unit, `break ${done};`)
    })
    if (guard === undefined) unit.lines.push(...lines)
    else writeBlock(unit, `if (${guard})`, lines)
  })
}

function bind(unit: Unit, slot: number | undefined, js: string): void {
  if (slot === undefined) return
  write(unit, `${local(unit, slot)} = ${js};`)
  unit.assigned.add(slot)
}
