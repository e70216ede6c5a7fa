import type { Binary, Match, Pattern } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import type { TypeName } from '../function.ts'
import { type Types, typesOf } from '../types.ts'
import { walkTree } from '../walk.ts'
import { type Check, warning } from './finding.ts'

const kind = defineDiagnostic({
  code: 'W0112',
  title: 'comparison that is decided before it is made',
  explain:
    'Values of different types are never equal, and only numbers, or texts, have an order. Where both types are known from the text, the result of the comparison is known, too, and so is that a case never fits; an order between others fails at run time.',
  wrong: 'use std::string;\nstring::len(event.name) == "3"',
  right: 'use std::string;\nstring::len(event.name) == 3',
})
export default kind

export const typesNeverMeet: Check = {
  kind,
  run(tree) {
    const findings: Diagnostic[] = []
    walkTree(tree, {
      expr(expr) {
        if (expr.kind === 'match') findings.push(...neverFitting(expr))
        if (expr.kind !== 'binary') return
        // What is literal on both sides is folded, and its errors are told there.
        if (expr.left.kind === 'literal' && expr.right.kind === 'literal') return
        const [left, right] = [typesOf(expr.left), typesOf(expr.right)]
        if (left === undefined || right === undefined) return
        if (equalities.has(expr.op) && !meet(left, right)) findings.push(decided(expr, left, right))
        if (orders.has(expr.op) && !ordered(left, right)) findings.push(failing(expr, left, right))
      },
    })
    return findings
  },
}

const equalities: ReadonlySet<string> = new Set(['==', '!='])
const orders: ReadonlySet<string> = new Set(['<', '<=', '>', '>='])

function decided(expr: Binary, left: Types, right: Types): Diagnostic {
  const always = expr.op === '==' ? 'false' : 'true'
  return warning(
    kind,
    expr.span,
    `This comparison is always ${always}: ${named(left)} never equals ${named(right)}`,
    { origin: 'temblor' },
  )
}

function failing(expr: Binary, left: Types, right: Types): Diagnostic {
  return warning(
    kind,
    expr.span,
    `This comparison fails at run time: ${named(left)} and ${named(right)} have no order`,
    { origin: 'temblor' },
  )
}

/** Cases whose pattern asks for another type than the target has. */
function* neverFitting({ target, cases }: Match): Iterable<Diagnostic> {
  // A literal that is told apart is a way to switch cases on and off.
  const types = target.kind === 'literal' ? undefined : typesOf(target)
  if (types === undefined) return
  for (const { pattern } of cases) {
    const asked = typesAsked(pattern.kind === 'bind' ? pattern.pattern : pattern)
    if (asked === undefined || meet(types, asked)) continue
    yield warning(kind, pattern.span, `This case never fits: ${named(types)} is never ${named(asked)}`, {
      origin: 'temblor',
      also: [{ span: target.span, message: `this is ${named(types)}` }],
    })
  }
}

/** The types a pattern can fit; undefined if that is not known. */
function typesAsked(pattern: Pattern): Types | undefined {
  switch (pattern.kind) {
    case 'record':
      return new Set(['record'])
    case 'array':
    case 'tuple':
      return new Set(['array'])
    case 'extract':
      return new Set(['string'])
    case 'expr':
      return typesOf(pattern.expr)
    default:
      return undefined
  }
}

/** `an integer or a float`. */
export function named(types: Types): string {
  const words = [...types].map((type) => {
    if (type === 'null' || type === 'bytes') return type
    return type === 'bool' ? 'a boolean' : `${/^[aei]/.test(type) ? 'an' : 'a'} ${type}`
  })
  return words.join(' or ')
}

function meet(left: Types, right: Types): boolean {
  return [...left].some((type) => [...right].some((other) => classOf(type) === classOf(other)))
}

function ordered(left: Types, right: Types): boolean {
  return [...left].some((type) =>
    [...right].some((other) => classOf(type) === classOf(other) && hasOrder(type)),
  )
}

/** Types whose values may be equal: all numbers, and texts with bytes. */
function classOf(type: TypeName): string {
  if (type === 'integer' || type === 'float') return 'number'
  return type === 'bytes' ? 'string' : type
}

function hasOrder(type: TypeName): boolean {
  return classOf(type) === 'number' || classOf(type) === 'string'
}
