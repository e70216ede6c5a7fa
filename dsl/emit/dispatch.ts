/**
 * Long rows of cases that ask one thing for different texts (`%{ measurement == "cpu" }`, `"cpu"`) are not tried one by one:
 * the text is looked up, and only the cases that ask for it are tried. The order of cases stays as written.
 */
import type { Case, Pattern } from '../ast.ts'

/** A row shorter than this is tried case by case. */
const LEAST = 4

/** Consecutive cases: a row that is looked up, or one case by itself. */
export type Row = { readonly kind: 'one'; readonly clause: Case } | LookedUp

export interface LookedUp {
  readonly kind: 'row'
  /** The field that is asked for, undefined for the target itself. */
  readonly key: string | undefined
  /** The cases by the text they ask for, without that question. */
  readonly groups: ReadonlyMap<string, readonly Case[]>
}

interface Question {
  readonly key: string | undefined
  readonly text: string
  /** The case without the question. */
  readonly rest: Case
}

export function rowsOf(cases: readonly Case[]): readonly Row[] {
  const rows: Row[] = []
  for (let at = 0; at < cases.length; ) {
    const questions = questionsFrom(cases, at)
    if (questions.length < LEAST) rows.push({ kind: 'one', clause: cases[at]! })
    else rows.push({ kind: 'row', key: questions[0]!.key, groups: grouped(questions) })
    at += questions.length < LEAST ? 1 : questions.length
  }
  return rows
}

/** The questions of the cases from `start` on, as long as they are about the same thing. */
function questionsFrom(cases: readonly Case[], start: number): Question[] {
  const questions: Question[] = []
  for (const clause of cases.slice(start)) {
    const question = questionOf(clause)
    if (question === undefined || (questions.length > 0 && question.key !== questions[0]!.key)) break
    questions.push(question)
  }
  return questions
}

function grouped(questions: readonly Question[]): ReadonlyMap<string, readonly Case[]> {
  const groups = new Map<string, Case[]>()
  for (const { text, rest } of questions) {
    const group = groups.get(text)
    if (group === undefined) groups.set(text, [rest])
    else group.push(rest)
  }
  return groups
}

/** Only the first test of a pattern may be asked first: one before it could fail. */
function questionOf(clause: Case): Question | undefined {
  const { pattern } = clause
  if (pattern.kind === 'expr' && pattern.expr.kind === 'literal' && typeof pattern.expr.value === 'string') {
    return {
      key: undefined,
      text: pattern.expr.value,
      rest: { ...clause, pattern: { kind: 'any', span: pattern.span } },
    }
  }
  const first = fieldsOf(pattern)?.[0]
  if (first?.kind !== 'compare' || first.op !== '==' || first.value.kind !== 'literal') return undefined
  const { value } = first.value
  if (typeof value !== 'string') return undefined
  return { key: first.key, text: value, rest: { ...clause, pattern: withoutFirst(pattern) } }
}

function fieldsOf(pattern: Pattern) {
  if (pattern.kind === 'bind') return pattern.pattern.kind === 'record' ? pattern.pattern.fields : undefined
  return pattern.kind === 'record' ? pattern.fields : undefined
}

/** What was compared is in no extracted record, so that it leaves nothing behind. */
function withoutFirst(pattern: Pattern): Pattern {
  if (pattern.kind === 'bind') return { ...pattern, pattern: withoutFirst(pattern.pattern) }
  return pattern.kind === 'record' ? { ...pattern, fields: pattern.fields.slice(1) } : pattern
}
