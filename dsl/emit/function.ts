/** Functions of the script become functions of the module. */
import type { Case, Fn } from '../ast.ts'
import { effectors } from './expression.ts'
import { spend } from './fuel.ts'
import { emitCondition } from './operator.ts'
import { attempt, emitPattern } from './pattern.ts'
import type { PathSite } from './runtime/path.ts'
import {
  any,
  block,
  branch,
  type Code,
  constant,
  countArm,
  indented,
  local,
  newUnit,
  pinned,
  site,
  type Unit,
  use,
  write,
} from './unit.ts'

/** Steps that a call costs: it takes as long as so many rounds of a loop. */
const CALL = 3

/** Rounds of `recur` one call may take, the first included. */
const ROUNDS = 1024

/** The name of the function in the module; it is written on first use. */
export function functionName(unit: Unit, fn: Fn, given: number): string {
  // A call that leaves arguments out goes to a copy, in which parameters may have no value.
  const whole = given >= fn.params.length
  const functions = whole ? unit.module.functions : unit.module.gappy
  const known = functions.get(fn)
  if (known !== undefined) return known
  const name = whole ? `f${functions.size}` : `g${functions.size}`
  functions.set(fn, name)
  const inside = newUnit(unit.module, 'function', fn)
  if (whole) for (const [at] of fn.params.entries()) inside.assigned.add(at)
  unit.module.sources.push(emitFunction(inside, fn, name))
  return name
}

/**
 * `event`, `$` and `state` are null inside. `from` is the place of the call, where running into the limit of `recur`
 * is reported.
 */
function emitFunction(unit: Unit, fn: Fn, name: string): string {
  const params = fn.params.map((_, at) => local(unit, at))
  const body = block(unit, () => {
    if (fn.cases === undefined) effectors(unit, fn.body!, { to: 'return' })
    else emitCases(unit, fn, fn.cases)
  })
  const others = [...unit.slots].filter((slot) => slot >= params.length).map((slot) => `l${slot}`)
  const inner = [...others, ...[...unit.roots].map((root) => `${root} = null`)]
  const lines = inner.length > 0 ? [`let ${inner.join(', ')};`, ...body] : body
  const head = `function ${name}(${['frame', 'from', ...params, ...(fn.open ? ['args'] : [])].join(', ')}) {`
  const args = fn.open || !body.some((line) => /\bargs\b/.test(line)) ? [] : ['const args = [];']
  const temps = names('t', unit.temps)
  const paid = block(unit, () => spend(unit, fn.nameSpan, CALL))
  const whole =
    fn.recurs === true || body.some((line) => line.includes('continue again;'))
      ? rounds(unit, fn, lines)
      : lines
  return [head, ...indented([...args, ...paid, ...temps, ...whole]), '}'].join('\n')
}

/** Rounds are counted in a variable of their own, and taken from the fuel when the function is left: that is a third faster. */
function rounds(unit: Unit, fn: Fn, lines: readonly string[]): string[] {
  const far = `stop === ${ROUNDS} ? ${use(unit, 'recursionLimit')}(from) : ${use(unit, 'exhausted')}(${site(unit, fn.nameSpan)})`
  const paying = lines.map((line) => line.replace(/^( *)return (.*);$/, '$1return fuel -= round, $2;'))
  return [
    `const stop = fuel < ${ROUNDS} ? fuel : ${ROUNDS};`,
    'let round = -1;',
    'again: for (;;) {',
    ...indented([`if (++round === stop) ${far};`, ...paying]),
    '}',
  ]
}

export function names(prefix: string, count: number): string[] {
  return count === 0 ? [] : [`let ${Array.from({ length: count }, (_, at) => prefix + at).join(', ')};`]
}

/** `of case (a, b) => …`: inside a case, the parameters are what its patterns extracted. */
function emitCases(unit: Unit, fn: Fn, cases: readonly Case[]): void {
  const targets = fn.params.map((_, at) => pinned(unit, { ...argument(unit, fn, at), stable: false }))
  for (const clause of cases) {
    branch(unit, () => {
      attempt(unit, (miss) => emitCase(unit, fn, { clause, targets, miss }))
    })
  }
}

function argument(unit: Unit, fn: Fn, at: number): Code {
  if (unit.assigned.has(at)) return any(local(unit, at))
  const { name, span } = fn.params[at]!
  const place: PathSite = {
    at: { span, outer: span },
    reach: 'local',
    root: name,
    rootAt: { span, outer: span },
    steps: [],
  }
  const variable = local(unit, at)
  return any(`${variable} !== undefined ? ${variable} : ${use(unit, 'unset')}(${constant(unit, place)})`)
}

interface Attempt {
  readonly clause: Case
  readonly targets: readonly Code[]
  readonly miss: string
}

function emitCase(unit: Unit, fn: Fn, { clause, targets, miss }: Attempt): void {
  const { pattern, guard, body } = clause
  const extracted: Code[] = []
  if (pattern.kind === 'tuple') {
    const { tests, open } = pattern
    if (open ? tests.length > targets.length : tests.length !== targets.length) return
    tests.forEach((test, at) => {
      extracted.push(
        pinned(unit, emitPattern(unit, test, { target: targets[at]!, miss, wanted: true, outer: fn.span })),
      )
    })
  }
  if (guard !== undefined) write(unit, `if (!${emitCondition(unit, guard, fn.span)}) break ${miss};`)
  extracted.forEach((value, at) => {
    write(unit, `${local(unit, at)} = ${value.js};`)
    unit.assigned.add(at)
  })
  countArm(unit, clause)
  effectors(unit, body, { to: 'return' })
}
