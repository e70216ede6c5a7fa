/** `match`: the first case whose pattern and guard hold, in source order. */
import type { Case, Match } from '../ast.ts'
import { type LookedUp, rowsOf } from './dispatch.ts'
import { effectors, expression } from './expression.ts'
import { emitCondition } from './operator.ts'
import { fieldRead } from './path.ts'
import { attempt, emitPattern } from './pattern.ts'
import {
  any,
  block,
  branch,
  type Code,
  constant,
  countArm,
  type Facts,
  type Goal,
  indented,
  joined,
  label,
  pinned,
  recordTest,
  site,
  temp,
  type Unit,
  use,
  write,
  writeBlock,
} from './unit.ts'

export function emitMatch(unit: Unit, expr: Match, goal: Goal): void {
  const asks = expression(unit, expr.target)
  if (asks.known === 'boolean' && isChoice(expr)) return emitChoice(unit, expr, { condition: asks.js, goal })
  const target = held(unit, asks)
  const asked = askOnce(unit, expr, target)
  const read = asked === undefined ? undefined : new Map<string, Code>()
  const way: Way = { expr, target, asked, read, goal, done: label(unit), ways: [] }
  const lines = block(unit, () => {
    for (const row of rowsOf(expr.cases)) {
      if (row.kind === 'one') emitCase(unit, row.clause, way)
      else emitRow(unit, row, way)
    }
    if (!expr.cases.some(isAlways))
      write(unit, `${use(unit, 'noClause')}(${site(unit, expr.span)}, ${target.js});`)
  })
  writeBlock(unit, `${way.done}:`, lines)
  joined(unit, way.ways)
}

/** `case true => … default => …`, of what is true or false. */
function isChoice({ cases }: Match): boolean {
  const [first, last] = cases
  if (cases.length !== 2 || first!.guard !== undefined || last!.guard !== undefined) return false
  const value = booleanOf(first!)
  return value !== undefined && (isAlways(last!) || booleanOf(last!) === !value)
}

function booleanOf({ pattern }: Case): boolean | undefined {
  if (pattern.kind !== 'expr' || pattern.expr.kind !== 'literal') return undefined
  return typeof pattern.expr.value === 'boolean' ? pattern.expr.value : undefined
}

/** The condition is tested where it stands, without a variable. */
function emitChoice(
  unit: Unit,
  { cases }: Match,
  { condition, goal }: { condition: string; goal: Goal },
): void {
  const ways = cases.map((clause) =>
    branch(unit, () =>
      block(unit, () => {
        countArm(unit, clause)
        effectors(unit, clause.body, goal)
      }),
    ),
  )
  const [first, last] = ways as [(typeof ways)[0], (typeof ways)[0]]
  writeBlock(unit, `if (${booleanOf(cases[0]!) === true ? '' : '!'}${condition})`, first.result)
  writeBlock(unit, 'else', last.result)
  joined(
    unit,
    ways.map(({ after }) => after),
  )
}

/** Whether the target is a record, asked once if several cases want to know. */
function askOnce(unit: Unit, { cases }: Match, target: Code): string | undefined {
  const asking = cases.filter(
    ({ pattern }) => (pattern.kind === 'bind' ? pattern.pattern : pattern).kind === 'record',
  )
  if (asking.length < 2 || target.known === 'record') return undefined
  return pinned(unit, any(recordTest(unit, target.js))).js
}

interface Way {
  readonly expr: Match
  readonly target: Code
  readonly asked: string | undefined
  /** Fields of the target that one of the cases before has read. */
  readonly read: Map<string, Code> | undefined
  readonly goal: Goal
  /** Where to go from the end of a case. */
  readonly done: string
  /** What holds at the end of each case. */
  readonly ways: Facts[]
}

function emitCase(unit: Unit, clause: Case, { expr, target, asked, read, goal, done, ways }: Way): void {
  const { after } = branch(unit, () => {
    attempt(unit, (miss) => {
      emitPattern(unit, clause.pattern, { target, asked, read, miss, wanted: false, outer: expr.span })
      if (clause.guard !== undefined) {
        write(unit, `if (!${emitCondition(unit, clause.guard, expr.span)}) break ${miss};`)
      }
      countArm(unit, clause)
      effectors(unit, clause.body, goal)
      write(unit, `break ${done};`)
    })
  })
  ways.push(after)
}

/** Cases that are looked up by a text: those with the text of the target are tried in their order. */
function emitRow(unit: Unit, row: LookedUp, way: Way): void {
  const { js } = way.target
  const asked = temp(unit)
  const read = row.key === undefined ? js : fieldRead(unit, js, row.key)
  write(
    unit,
    `${asked} = ${row.key === undefined ? js : `${way.asked ?? recordTest(unit, js)} ? ${read} : undefined`};`,
  )
  const table = constant(unit, new Map([...row.groups.keys()].map((text, at) => [text, at])))
  const target: Code = row.key === undefined ? way.target : { ...way.target, known: 'record' }
  write(
    unit,
    `switch (${table}.get(typeof ${asked} === "string" ? ${asked} : ${use(unit, 'textOf')}(${asked}))) {`,
  )
  const groups = [...row.groups.values()]
  groups.forEach((cases, at) => {
    const lines = block(unit, () => {
      for (const clause of cases)
        emitCase(unit, clause, {
          ...way,
          target,
          asked: row.key === undefined ? way.asked : undefined,
          read: undefined,
        })
      write(unit, 'break;')
    })
    unit.lines.push(`  case ${at}: {`, ...indented(indented(lines)), '  }')
  })
  write(unit, '}')
}

function isAlways({ pattern, guard }: Case): boolean {
  return guard === undefined && (pattern.kind === 'default' || pattern.kind === 'any')
}

/** A number by itself cannot be asked for properties: it goes into a variable. */
function held(unit: Unit, code: Code): Code {
  return pinned(unit, code.known === 'integer' ? { ...code, stable: false } : code)
}
