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
  type Unit,
  use,
  write,
} from './unit.ts'

/** Rounds of `recur` one call may take, the first included. */
const ROUNDS = 1024

/** The name of the function in the module; it is written on first use. */
export function functionName(unit: Unit, fn: Fn): string {
  const { functions, sources } = unit.module
  const known = functions.get(fn)
  if (known !== undefined) return known
  const name = `f${functions.size}`
  functions.set(fn, name)
  sources.push(emitFunction(newUnit(unit.module, 'function', fn), fn, name))
  return name
}

/**
 * `event`, `$` and `state` are null inside. `from` is the place of the call, where running into the limit of `recur`
 * is reported.
 */
function emitFunction(unit: Unit, fn: Fn, name: string): string {
  const params = fn.params.map((_, at) => local(unit, at))
  const body = block(unit, () => {
    spend(unit, fn.nameSpan)
    if (fn.cases === undefined) effectors(unit, fn.body!, { to: 'return' })
    else emitCases(unit, fn, fn.cases)
  })
  const others = [...unit.slots].filter((slot) => slot >= params.length).map((slot) => `l${slot}`)
  const inner = [...others, ...[...unit.roots].map((root) => `${root} = null`)]
  const lines = inner.length > 0 ? [`let ${inner.join(', ')};`, ...body] : body
  const head = `function ${name}(${['frame', 'from', ...params, ...(fn.open ? ['args'] : [])].join(', ')}) {`
  const args = fn.open || !body.some((line) => /\bargs\b/.test(line)) ? [] : ['const args = [];']
  const temps = names('t', unit.temps)
  if (fn.recurs !== true && !body.some((line) => line.includes('continue again;'))) {
    return [head, ...indented([...args, ...temps, ...lines]), '}'].join('\n')
  }
  const limit = `if (++round === ${ROUNDS}) ${use(unit, 'recursionLimit')}(from);`
  const loop = ['let round = -1;', 'again: for (;;) {', ...indented([limit, ...lines]), '}']
  return [head, ...indented([...args, ...temps, ...loop]), '}'].join('\n')
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
