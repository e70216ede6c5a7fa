/**
 * The house style of scripts and queries. Only what stands between words changes: every word stays, in its order, so
 * that the text means what it meant; the author's breaks behind an opening word or bracket, and empty lines between the
 * parts of a list, stay too.
 */

import type { Diagnostic } from '../diagnostic.ts'
import { hasErrors } from '../diagnostic.ts'
import { lex } from '../grammar/lex.ts'
import { parseQuery, parseScript } from '../passes/1-parse.ts'
import type { Source } from '../source.ts'
import { documentOf } from './format-document.ts'
import { print } from './layout.ts'
import { unitsOf } from './units.ts'

export interface Formatted {
  /** Absent if the text cannot be read. */
  readonly text?: string
  /** Why it cannot be read. */
  readonly findings: readonly Diagnostic[]
}

/** What the lines of a formatted text are kept within, where they can be broken. */
const width = 110

/** Lays a text out. `what` says how to read it; without it, as what it is: a script if it can be one. */
export function format(source: Source, what?: 'script' | 'query'): Formatted {
  const { kind, lexed, findings } = read(source, what)
  if (hasErrors(findings)) return { findings }
  const text = print(documentOf(unitsOf(source, lexed), kind), width)
  if (wordsOf(text) !== wordsOf(source.text)) {
    throw new Error(`The formatter would change the meaning of "${source.name}"`)
  }
  return { text, findings: [] }
}

function read(source: Source, what: 'script' | 'query' | undefined) {
  if (what === 'query') return { kind: 'query' as const, ...parseQuery(source) }
  const script = { kind: 'script' as const, ...parseScript(source) }
  if (what === 'script' || !hasErrors(script.findings)) return script
  const query = { kind: 'query' as const, ...parseQuery(source) }
  // Of a text that is neither, the reading that comes further is nearer to what was meant.
  return firstError(query.findings) > firstError(script.findings) ? query : script
}

function firstError(findings: readonly Diagnostic[]): number {
  const at = findings.flatMap(({ severity, labels: [{ span }] }) =>
    severity === 'error' ? [span.start] : [],
  )
  return Math.min(...at)
}

/** All that a text says: its words and its comments, without the blanks that end a line of them. */
function wordsOf(text: string): string {
  const source = { name: '', text }
  const { tokens, comments } = lex(source)
  const words = tokens.map(({ kind, start, end }) => `${kind} ${text.slice(start, end).trimEnd()}`)
  const said = comments.map(({ start, end }) => text.slice(start, end).trimEnd())
  return `${words.join('\n')}\n${said.join(' ')}`
}
