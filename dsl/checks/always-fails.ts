import type { Binary, Call, Expr, Query, Script } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import type { TypeName } from '../function.ts'
import { type Types, typesOf } from '../types.ts'
import { walkTree } from '../walk.ts'
import { type Check, warning } from './finding.ts'
import { named } from './types-never-meet.ts'

const kind = defineDiagnostic({
  code: 'W0119',
  title: 'operation that always fails',
  explain:
    'The text tells what type the value has, and the operator, function or condition does not take that type, whatever the event holds. Conditions take booleans only: there is no truth in numbers or texts.',
  wrong:
    'use std::string;\nmatch event of\n  case _ when string::len("#{event.name}") => 1\n  default => 2\nend',
  right:
    'use std::string;\nmatch event of\n  case _ when string::len("#{event.name}") > 0 => 1\n  default => 2\nend',
})
export default kind

export const alwaysFails: Check = {
  kind,
  run(tree) {
    const findings: Diagnostic[] = []
    const tell = (found: Diagnostic | undefined): void => void (found !== undefined && findings.push(found))
    walkTree(tree, {
      expr(expr) {
        if (expr.kind === 'binary') tell(operation(expr))
        if (expr.kind === 'unary' && expr.operand.kind !== 'literal') {
          const takes = unary[expr.op]!
          tell(misfit(expr.operand, new Set(takes), `"${expr.op}" takes`))
        }
        if (expr.kind === 'call') for (const found of argumentsOf(expr)) tell(found)
        if (expr.kind === 'match' || expr.kind === 'for')
          for (const { guard } of expr.cases) tell(condition(guard))
        if (expr.kind === 'patch' || expr.kind === 'merge')
          tell(misfit(expr.target, record, `"${expr.kind}" takes`))
        if (expr.kind === 'merge') tell(misfit(expr.value, record, '"merge" takes'))
      },
      fn({ cases = [] }) {
        for (const { guard } of cases) tell(condition(guard))
      },
    })
    for (const clause of clausesOf(tree)) tell(condition(clause))
    return findings
  },
}

const numbers: readonly TypeName[] = ['integer', 'float']
const record: Types = new Set(['record'])

const unary: Readonly<Record<string, readonly TypeName[]>> = {
  '+': numbers,
  '-': numbers,
  '!': ['integer', 'bool'],
  not: ['bool'],
}

const binary: Readonly<Record<string, readonly TypeName[]>> = {
  '-': numbers,
  '*': numbers,
  '/': numbers,
  '%': ['integer'],
  '<<': ['integer'],
  '>>': ['integer'],
  '>>>': ['integer'],
  '&': ['integer', 'bool'],
  '^': ['integer', 'bool'],
  and: ['bool'],
  or: ['bool'],
  xor: ['bool'],
  '+': ['integer', 'float', 'string'],
}

function operation(expr: Binary): Diagnostic | undefined {
  const takes = binary[expr.op]
  // What is literal on both sides is folded, and its errors are told there.
  if (takes === undefined || (expr.left.kind === 'literal' && expr.right.kind === 'literal')) return undefined
  const sides = [expr.left, expr.right]
  const wrong = sides
    .map((side) => misfit(side, new Set(takes), `"${expr.op}" takes`))
    .find((it) => it !== undefined)
  return wrong ?? (expr.op === '+' ? mixed(expr) : undefined)
}

function mixed(expr: Binary): Diagnostic | undefined {
  const [left, right] = [typesOf(expr.left), typesOf(expr.right)]
  if (left === undefined || right === undefined || isText(left) === isText(right)) return undefined
  if ([left, right].some((types) => types.has('string') && types.size > 1)) return undefined
  return warning(
    kind,
    expr.span,
    `This always fails: "+" does not join ${named(left)} with ${named(right)}`,
    {
      origin: 'temblor',
      help: 'Interpolate, as in "#{value}", or add numbers only',
    },
  )
}

function isText(types: Types): boolean {
  return types.has('string')
}

function condition(guard: Expr | undefined): Diagnostic | undefined {
  return guard === undefined ? undefined : misfit(guard, new Set(['bool']), 'a condition takes')
}

function* argumentsOf({ callee, args }: Call): Iterable<Diagnostic> {
  // What is literal is folded, and its errors are told there.
  if (callee?.kind !== 'native' || args.every((arg) => arg.kind === 'literal')) return
  for (const [at, arg] of args.entries()) {
    const asked = callee.native.args[at]?.type
    const types = asked === undefined ? [] : typeof asked === 'string' ? [asked] : asked
    if (types.length === 0 || types.includes('any')) continue
    const takes = new Set(types.flatMap((type) => (type === 'number' ? numbers : [type])))
    const found = misfit(arg, takes, `"${callee.native.name}" takes`)
    if (found !== undefined) yield found
  }
}

/** Reports an operand of none of the types that are taken. */
function misfit(expr: Expr, takes: Types, who: string): Diagnostic | undefined {
  const types = typesOf(expr)
  if (types === undefined || [...types].some((type) => takes.has(type))) return undefined
  return warning(kind, expr.span, `This always fails: ${who} ${named(takes)}, and this is ${named(types)}`, {
    origin: 'temblor',
  })
}

function clausesOf(tree: Script | Query): (Expr | undefined)[] {
  if (tree.kind === 'script') return []
  return tree.statements.flatMap((statement) =>
    statement.kind === 'select' ? [statement.where, statement.having] : [],
  )
}
