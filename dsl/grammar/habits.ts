/** What people write who come from other languages, or in a hurry, and what they should have written. */
import { best } from '../nearest.ts'
import type { Token } from './tokens.ts'

/** Where the parser stopped. */
export interface Stop {
  readonly found: string
  readonly token: Token
  readonly before: Token | undefined
  /** The text of the token before. */
  readonly left: string
  /** Whether a statement or a value begins with the token before. */
  readonly begins: boolean
  readonly expected: readonly string[]
}

const starts = [
  ...['match', 'for', 'patch', 'merge', 'let', 'emit', 'fn', 'const', 'use', 'mod', 'not'],
  ...['select', 'define', 'create'],
]

/** Words at the head of a statement that this language does not have. */
const foreign: Readonly<Record<string, string>> = {
  if: 'There is no "if": write "match VALUE of case PATTERN when CONDITION => … default => … end"',
  switch: 'Write "match VALUE of case … => … default => … end"',
  return: 'The last expression is the result: leave "return" out',
  var: 'Write "let"',
  def: 'Write "fn NAME(…) with … end"',
  func: 'Write "fn NAME(…) with … end"',
  function: 'Write "fn NAME(…) with … end"',
  while: 'There is no "while": "for VALUE of case (key, value) => … end" goes through a record or list',
  import: 'Write "use"',
  require: 'Write "use"',
}

export function habitHelp(stop: Stop): string | undefined {
  return ofSign(stop) ?? ofWord(stop)
}

function ofSign({ found, left, expected }: Stop): string | undefined {
  switch (found) {
    case '=':
      if (left === '==') return 'Equality is written "=="'
      if (expected.includes('=>')) return 'Did you mean "=>"?'
      if (!expected.includes('==')) return undefined
      return expected.includes(';')
        ? 'An assignment begins with "let"; equality is written "=="'
        : 'Equality is written "=="'
    case ':':
      return expected.includes('=') ? 'A value is assigned with "="' : undefined
    case '&':
      return left === '&' ? 'Write "and"' : undefined
    case '||':
      return expected.includes('=>')
        ? 'A case has one pattern: write two cases, or "when … or …"'
        : 'Write "or"'
    case "'":
      return 'Strings stand in double quotes'
    default:
      return undefined
  }
}

function ofWord({ found, token, before, left, begins, expected }: Stop): string | undefined {
  if (token.kind === '<ident>' && expected.includes('"') && !expected.includes('<ident>'))
    return `A string stands in double quotes: "${found}"`
  if (found === 'having' && expected.includes('into')) return '"having" stands behind "into"'
  if (found === 'where' && expected.includes('into')) return '"where" stands before "group by"'
  if (before?.kind !== '<ident>' || !begins) return undefined
  if (Object.hasOwn(foreign, left)) return foreign[left]
  const near = left.length < 3 ? undefined : best(left, starts, left.length < 5 ? 1 : 2)
  return near === undefined ? undefined : `Did you mean "${near}"?`
}
