/** What the parser says when it stops: what it found, and in a few words what could have stood there. */
import type { Diagnostic, Label } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { best } from '../nearest.ts'
import { type Source, type Span, spanOf } from '../source.ts'
import { habitHelp } from './habits.ts'
import { openBlockAt } from './recover.ts'
import { isReserved, nameOfCode, type Token, textOfToken } from './tokens.ts'

export const unexpectedToken = defineDiagnostic({
  code: 'E0020',
  title: 'unexpected word',
  explain:
    'The text reads well up to this word, and no rule of the language continues with it. A frequent cause is a `;` or an `end` missing before it.',
  wrong: 'let a = ;\nevent',
  right: 'let a = 1;\nevent',
})

/** Words that every expression may begin with. */
const expressionStarts = ['(', '[', '{', '<ident>', '"', 'int', 'not', 'event', '$', 'nil']
const operatorWords = ['==', '+', 'and', 'or', '<']

interface PeggyError {
  readonly location: { readonly start: { readonly offset: number } }
  readonly expected: readonly Expectation[] | null
}

/** A terminal, or several that peggy has drawn together into a class of characters. */
interface Expectation {
  readonly type: string
  readonly text?: string
  readonly parts?: readonly (string | readonly [string, string])[]
}

/** The finding for a syntax error; `base` is the index of the token at offset 0. */
export function unexpected(
  source: Source,
  tokens: readonly Token[],
  error: PeggyError,
  base: number,
): Diagnostic {
  const index = Math.min(base + error.location.start.offset, tokens.length - 1)
  const token = tokens[index]!
  const expected = expectedNames(error, inUse(tokens, index))
  const found = textOfToken(source, token)
  const hint = hintFor(found, token, expected)
  const help = helpFor(source, tokens, index, expected)
  const place = spanOf(source, token.start, token.end)
  const atEnd = token.kind === '<end-of-stream>'
  const opener = expected.includes('end') ? openBlockAt(tokens, index) : undefined
  return {
    code: unexpectedToken.code,
    severity: 'error',
    origin: 'tremor',
    message: atEnd
      ? `Unexpected end of the text: expected ${inWords(expected)}`
      : `Unexpected "${shortened(found)}": expected ${inWords(expected)}`,
    labels: [
      { span: atEnd ? behind(source, tokens[index - 1]) : place },
      ...opened(source, opener),
      ...(help.help === missingSemicolon ? endOfLineBefore(source, token, tokens[index - 1]) : []),
    ],
    ...help,
    tremor: {
      span: place,
      message: `Found the token \`${found}\` but expected ${choices(theirs(expected, tokens[index - 1]).map(quoted))}`,
      ...(hint === undefined ? {} : { hint }),
    },
  }
}

/** A word on one line, and not too much of it. */
function shortened(word: string): string {
  const line = word.trimEnd().split('\n')[0]!
  return line.length > 40 ? `${line.slice(0, 40)}…` : line
}

/** A text ends behind its last word, not behind its last line break. */
function behind(source: Source, last: Token | undefined): Span {
  const at = last?.end ?? source.text.length
  return spanOf(source, at, at)
}

function opened(source: Source, opener: Token | undefined): Label[] {
  if (opener === undefined) return []
  return [{ span: spanOf(source, opener.start, opener.end), message: 'what begins here has no "end" yet' }]
}

function expectedNames(error: PeggyError, use: boolean): string[] {
  const names = (error.expected ?? []).flatMap(codesIn).map(nameOfCode)
  const unique = [...new Set(names)].sort((a, b) => (a < b ? -1 : 1))
  if (!use || unique.includes('<ident>')) return unique
  // A `use` has a semicolon of its own, wherever it stands.
  return ['as', '::', ';'].filter((name) => name === ';' || unique.includes(name))
}

function codesIn({ type, text, parts }: Expectation): string[] {
  if (type === 'literal') return [text!]
  return (parts ?? []).flatMap((part) => {
    if (typeof part === 'string') return [part]
    const [first, last] = [part[0].charCodeAt(0), part[1].charCodeAt(0)]
    return Array.from({ length: last - first + 1 }, (_, step) => String.fromCharCode(first + step))
  })
}

/** Whether the statement at `index` begins with `use`: that one always needs its semicolon. */
function inUse(tokens: readonly Token[], index: number): boolean {
  for (let at = index - 1; at >= 0; at -= 1) {
    const { kind } = tokens[at]!
    if (kind === 'use') return true
    if (kind !== '<ident>' && kind !== '::' && kind !== 'as') return false
  }
  return false
}

/**
 * What tremor says was expected. It reads every `use` before its parser does, and its parser, an LALR(1) one, has merged
 * what may follow a name in any expression into one state (tests/script_errors/lexer_triple_colon).
 */
function theirs(expected: readonly string[], before: Token | undefined): readonly string[] {
  const isName = before?.kind === '<ident>' && ['(', '.', '::', '['].every((word) => expected.includes(word))
  return isName ? behindName : expected.filter((name) => name !== 'use')
}

const behindName =
  '!= % & ( ) * + , - . . / : :: ; < << <= <end-of-stream> == => > >= >> >>> [ ] ^ and case default end of or when xor }'.split(
    ' ',
  )

/** A terminal as tremor prints it, where a double quote becomes a backtick. */
function quoted(name: string): string {
  return name === '"' ? '`\\``' : `\`${name}\``
}

function choices(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `one of ${names.join(', ')}`
}

/** The expected words with expressions and operators summed up. */
function inWords(expected: readonly string[]): string {
  const words: string[] = []
  // Where a statement may begin, that the text may end is no news.
  let rest = expected.includes('create') ? expected.filter((word) => word !== '<end-of-stream>') : expected
  if (expressionStarts.every((word) => expected.includes(word))) {
    words.push('an expression')
    const inExpression = new Set([
      ...expressionStarts,
      '!',
      '+',
      '-',
      '<<',
      'absent',
      'args',
      'bool',
      'float',
      'for',
      'group',
      'heredoc_start',
      'match',
      'merge',
      'patch',
      'present',
      'recur',
      'state',
      'window',
    ])
    rest = rest.filter((word) => !inExpression.has(word))
  }
  if (operatorWords.every((word) => expected.includes(word))) {
    const operators = new Set([
      'or',
      'xor',
      'and',
      '^',
      '&',
      '==',
      '!=',
      '>=',
      '>',
      '<=',
      '<',
      '>>',
      '>>>',
      '<<',
      '+',
      '-',
      '*',
      '/',
      '%',
      '.',
      '[',
      '(',
      '::',
    ])
    rest = rest.filter((word) => !operators.has(word))
    words.push('an operator')
  }
  for (const word of rest) words.push(plainNames[word] ?? `"${word}"`)
  if (words.length === 1) return words[0]!
  if (words.length > 8) return `${words.slice(0, 7).join(', ')} or another of ${words.length - 7} words`
  return `${words.slice(0, -1).join(', ')} or ${words[words.length - 1]}`
}

const plainNames: Readonly<Record<string, string>> = {
  '<ident>': 'a name',
  '<end-of-stream>': 'the end of the text',
  '"': 'a string',
  heredoc_start: 'a heredoc',
  '<doc-comment>': 'a doc comment',
  '<mod-comment>': 'a module comment',
  '<extractor>': 'a rule such as "|…|"',
  '#!config': 'a "#!config" line',
  int: 'an integer',
  float: 'a float',
  bool: '"true" or "false"',
  nil: '"null"',
}

const followers: ReadonlySet<string> = new Set([
  'end',
  'of',
  'case',
  'default',
  'into',
  'from',
  'where',
  'having',
  'group',
  'when',
  'with',
  'script',
])

const missingSemicolon = 'Is a ";" missing before it?'

/** What is missing before the first word of a line is missing at the end of a line above. */
function endOfLineBefore(source: Source, token: Token, before: Token | undefined): Label[] {
  if (before === undefined || !source.text.slice(before.end, token.start).includes('\n')) return []
  return [{ span: spanOf(source, before.end, before.end), message: 'here?' }]
}

/** Whether a word that begins something stands at `index`: an expression, a statement, a block. */
function begins(tokens: readonly Token[], index: number): boolean {
  const before = tokens[index - 1]?.kind
  return before === undefined || heads.has(before)
}

const heads: ReadonlySet<string> = new Set([';', '=', '=>', 'with', 'script', 'end', '('])

function helpFor(
  source: Source,
  tokens: readonly Token[],
  index: number,
  expected: readonly string[],
): { help?: string } {
  const [token, before] = [tokens[index]!, tokens[index - 1]]
  const found = textOfToken(source, token)
  // Where a whole expression is missing, the word that follows it is itself and no name.
  const follows = followers.has(found) && expected.length > 3
  if (isReserved(found) && token.kind !== '<ident>' && expected.includes('<ident>') && !follows) {
    const text = `\`${found}\``
    return { help: `${found} is a word of the language; as a name it is written ${text}` }
  }
  if ((token.kind === 'case' || token.kind === 'default' || token.kind === 'end') && before?.kind === ',') {
    return { help: 'Remove the "," before it' }
  }
  if (token.kind === 'int' && found.startsWith('-') && expected.includes('-')) {
    return { help: `Put a space behind the minus: - ${found.slice(1)}` }
  }
  if (before?.kind === '<doc-comment>' || token.kind === '<doc-comment>')
    return { help: 'A comment that documents nothing begins with one "#"' }
  const left = before === undefined ? '' : textOfToken(source, before)
  const isNewLine = before === undefined || source.text.slice(before.end, token.start).includes('\n')
  const stop = { found, token, before, left, begins: begins(tokens, index - 1), expected }
  const habit = isNewLine ? undefined : habitHelp(stop)
  if (habit !== undefined) return { help: habit }
  // What is missing at the end of a text is no semicolon.
  if (token.kind === '<end-of-stream>') return {}
  if (expected.includes(';')) return { help: missingSemicolon }
  const near = best(found, expected, 2)
  return near === undefined || found.length < 3 || follows ? {} : { help: `Did you mean "${near}"?` }
}

/** The note that tremor adds. */
function hintFor(found: string, token: Token, expected: readonly string[]): string | undefined {
  if (token.kind === 'default' || token.kind === 'case')
    return 'You might have a trailing `,` in the prior statement'
  if (isReserved(found) && expected.includes('<ident>')) {
    return `It looks like you tried to use the '${found}' as a ident, consider quoting it as \`${found}\` to make it an identifier.`
  }
  if (found === '-' && expected.includes('('))
    return 'Try wrapping this expression in parentheses `(` ... `)`'
  const near = best(found, expected.map(quoted), 3)
  return near === undefined ? undefined : `Did you mean to use ${near}?`
}
