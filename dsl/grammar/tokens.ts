/**
 * The terminals of the language. The lexer turns text into tokens; the grammar is written over their names, each of
 * which is one character of the string that the parser reads (see `encode`). So a rule says `"match"` and means the
 * keyword, whatever whitespace and comments stand around it.
 */
import type { Source } from '../source.ts'
import type { Value } from '../value.ts'

/** Reserved in scripts and queries alike; a name of this spelling needs backticks. */
export const keywords = [
  'intrinsic',
  'mod',
  'const',
  'let',
  'match',
  'end',
  'fn',
  'case',
  'of',
  'when',
  'default',
  'patch',
  'insert',
  'upsert',
  'update',
  'erase',
  'move',
  'copy',
  'merge',
  'for',
  'event',
  'state',
  'present',
  'absent',
  'and',
  'or',
  'xor',
  'not',
  'drop',
  'emit',
  'select',
  'from',
  'where',
  'with',
  'group',
  'by',
  'having',
  'into',
  'create',
  'tumbling',
  'sliding',
  'window',
  'stream',
  'operator',
  'script',
  'set',
  'each',
  'define',
  'args',
  'use',
  'as',
  'recur',
] as const

/** Longest first, so that the lexer may try them in order. */
export const symbols = [
  '>>>',
  '>>',
  '>=',
  '>',
  '<<',
  '<=',
  '<',
  '=>',
  '==',
  '=',
  '::',
  ':',
  '!=',
  '!',
  '~=',
  '~',
  '%[',
  '%(',
  '%{',
  '%',
  ',',
  '$',
  '.',
  '_',
  ';',
  '+',
  '-',
  '*',
  '(',
  ')',
  '{',
  '}',
  '[',
  ']',
  '/',
  '^',
  '&',
] as const

/** Terminals that carry a value, under the names that tremor prints them by. */
const classes = [
  '<ident>',
  'bool',
  'nil',
  'int',
  'float',
  '"',
  'string',
  '\\#',
  '#{',
  'heredoc_start',
  'heredoc',
  'heredoc_end',
  '<extractor>',
  '<doc-comment>',
  '<mod-comment>',
  '#!config',
  '<error>',
  '<end-of-stream>',
] as const

export const terminals: readonly string[] = [...keywords, ...symbols, ...classes]

export type Terminal = (typeof keywords)[number] | (typeof symbols)[number] | (typeof classes)[number]

export interface Token {
  readonly kind: Terminal
  readonly start: number
  readonly end: number
  /** What a literal means, the name of an identifier, the rule of an extractor, the text of a comment. */
  readonly value?: Value
}

/** First code of the private use area: terminal n is this plus n. */
const firstCode = 0xe000
const codes = new Map(terminals.map((name, index) => [name, String.fromCharCode(firstCode + index)]))

/** The character that stands for a terminal, or undefined for a name that is none. */
export function codeOf(name: string): string | undefined {
  return codes.get(name)
}

export function nameOfCode(code: string): string {
  return terminals[code.charCodeAt(0) - firstCode] ?? code
}

/** What the parser reads: a character for each token. */
export function encode(tokens: readonly Token[]): string {
  let text = ''
  for (const token of tokens) text += codes.get(token.kind)
  return text
}

export function textOfToken(source: Source, token: Token): string {
  return source.text.slice(token.start, token.end)
}

const reserved: ReadonlySet<string> = new Set([...keywords, 'true', 'false', 'null'])

/** Whether `name` can be written as a name only in backticks. */
export function isReserved(name: string): boolean {
  return reserved.has(name)
}
