import type { Case, Pattern } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { Float } from '../value.ts'
import { walkTree } from '../walk.ts'
import { type Check, warning } from './finding.ts'
import { takesAll } from './missing-default.ts'

const kind = defineDiagnostic({
  code: 'W0105',
  title: 'case that is never reached',
  explain:
    'The cases of a match are tried in order. Behind one that takes everything, and behind one that tests for the same literal, a case is never reached.',
  wrong: 'match event.a of\n  case 1 => "one"\n  case 1 => "two"\n  default => "many"\nend',
  right: 'match event.a of\n  case 1 => "one"\n  case 2 => "two"\n  default => "many"\nend',
})
export default kind

export const unreachableCase: Check = {
  kind,
  run(tree) {
    const findings: Diagnostic[] = []
    walkTree(tree, {
      expr(expr) {
        if (expr.kind === 'match') findings.push(...unreachable(expr.cases))
      },
      fn(fn) {
        findings.push(...unreachable(fn.cases ?? []))
      },
    })
    return findings
  },
}

function* unreachable(cases: readonly Case[]): Iterable<Diagnostic> {
  const literals = new Map<string, Case>()
  let all: Case | undefined
  for (const entry of cases) {
    const literal = literalOf(entry.pattern)
    const before = all ?? (literal === undefined ? undefined : literals.get(literal))
    // A second default is a finding of its own.
    if (before !== undefined && entry.pattern.kind !== 'default') {
      const how = before === all ? 'takes everything' : 'tests for the same'
      yield warning(kind, entry.pattern.span, 'This case is never reached', {
        origin: 'temblor',
        also: [{ span: before.pattern.span, message: `this one ${how}` }],
      })
      continue
    }
    if (takesAll(entry)) all ??= entry
    else if (literal !== undefined && entry.guard === undefined) literals.set(literal, entry)
  }
}

/** A text that is equal for literal patterns that fit the same values. */
function literalOf(pattern: Pattern): string | undefined {
  if (pattern.kind !== 'expr' || pattern.expr.kind !== 'literal') return undefined
  const { value } = pattern.expr
  if (typeof value === 'object' && value !== null)
    return value instanceof Float ? `number ${value.value}` : undefined
  return `${typeof value === 'bigint' ? 'number' : typeof value} ${value}`
}
