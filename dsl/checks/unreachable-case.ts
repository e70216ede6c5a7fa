import type { Case, Extract, FieldTest, Pattern } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { type Span, textOf } from '../source.ts'
import { Float } from '../value.ts'
import { walkTree } from '../walk.ts'
import { type Check, warning } from './finding.ts'
import { takesAll } from './missing-default.ts'

const kind = defineDiagnostic({
  code: 'W0105',
  title: 'case that is never reached',
  explain:
    'The cases of a match are tried in order. Behind one that takes everything, and behind one that takes all that it would take, a case is never reached.',
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
  const wide: Case[] = []
  let all: Case | undefined
  for (const entry of cases) {
    const literal = literalOf(entry.pattern)
    const before =
      all ??
      (literal === undefined
        ? wide.find(({ pattern }) => covers(pattern, entry.pattern))
        : literals.get(literal))
    // A second default is a finding of its own.
    if (before !== undefined && entry.pattern.kind !== 'default') {
      const how =
        before === all ? 'takes everything' : literal === undefined ? 'takes all of it' : 'tests for the same'
      yield warning(kind, entry.pattern.span, 'This case is never reached', {
        origin: 'temblor',
        also: [{ span: before.pattern.span, message: `this one ${how}` }],
      })
      continue
    }
    if (takesAll(entry)) all ??= entry
    else if (entry.guard !== undefined) continue
    else if (literal !== undefined) literals.set(literal, entry)
    // What is compared case by case must not make a long match slow to compile.
    else if (wide.length < MOST_COMPARED) wide.push(entry)
  }
}

const MOST_COMPARED = 50

/** Whether `wide` fits whatever `narrow` fits, as far as the text tells. */
function covers(wide: Pattern, narrow: Pattern): boolean {
  const [a, b] = [innerOf(wide), innerOf(narrow)]
  if (a.kind === 'any' || a.kind === 'default') return true
  if (a.kind === 'record' && b.kind === 'record')
    return a.fields.every((test) => b.fields.some((other) => implies(other, test)))
  if (a.kind === 'array' && b.kind === 'array')
    return a.tests.every((test) => b.tests.some((other) => covers(test, other)))
  if (a.kind === 'tuple' && b.kind === 'tuple') return coversTuple(a, b)
  if (a.kind === 'array') return a.tests.length === 0 && b.kind === 'tuple'
  if (a.kind === 'extract') return b.kind === 'extract' && isSameTest(a.test, b.test)
  return isSame(a.span, b.span)
}

function isSameTest(a: Extract, b: Extract): boolean {
  return a.name.toLowerCase() === b.name.toLowerCase() && a.rule === b.rule
}

function coversTuple(wide: Pattern & { kind: 'tuple' }, narrow: Pattern & { kind: 'tuple' }): boolean {
  const [least, given] = [wide.tests.length, narrow.tests.length]
  if (wide.open ? given < least : narrow.open || given !== least) return false
  return wide.tests.every((test, at) => covers(test, narrow.tests[at]!))
}

function implies(given: FieldTest, asked: FieldTest): boolean {
  if (given.key !== asked.key) return false
  if (asked.kind === 'present') return given.kind !== 'absent'
  if (asked.kind === 'pattern') return given.kind === 'pattern' && covers(asked.pattern, given.pattern)
  if (asked.kind === 'extract') return given.kind === 'extract' && isSameTest(asked.test, given.test)
  return given.kind === asked.kind && isSame(given.span, asked.span)
}

/** The same text means the same; what is called may answer otherwise the next time. */
function isSame(a: Span, b: Span): boolean {
  const [one, other] = [a, b].map((span) => textOf(span).replace(/\s+/g, ' ').trim())
  return one === other && !one!.includes('(')
}

function innerOf(pattern: Pattern): Pattern {
  return pattern.kind === 'bind' ? pattern.pattern : pattern
}

/** A text that is equal for literal patterns that fit the same values. */
function literalOf(pattern: Pattern): string | undefined {
  if (pattern.kind !== 'expr' || pattern.expr.kind !== 'literal') return undefined
  const { value } = pattern.expr
  if (typeof value === 'object' && value !== null)
    return value instanceof Float ? `number ${value.value}` : undefined
  return `${typeof value === 'bigint' ? 'number' : typeof value} ${value}`
}
