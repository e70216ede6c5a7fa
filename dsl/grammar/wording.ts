/** What is said of misspelt words, in our wording: the kind of finding, and what would be right. */
import type { DiagnosticKind } from '../diagnostic.ts'
import {
  badCharacter,
  badEscape,
  badFloat,
  badHex,
  badInt,
  badUnicode,
  emptyInterpolation,
  heredocOpening,
  unexpectedEnd,
  unterminatedExtractor,
  unterminatedHeredoc,
  unterminatedIdent,
  unterminatedInterpolation,
  unterminatedString,
} from './findings.ts'

const words = new Map<DiagnosticKind, readonly [message: string, help?: string]>([
  [
    unterminatedString,
    ['String has no end on its line', 'Write the closing quote, or a heredoc for several lines'],
  ],
  [unterminatedHeredoc, ['Heredoc has no end', 'Close it with three quotes']],
  [
    heredocOpening,
    ['Text stands behind the three quotes that open a heredoc', 'Begin the text on the next line'],
  ],
  [
    unterminatedInterpolation,
    ['Interpolation has no end', 'Close it with "}", or write "\\#{" if a literal "#{" is meant'],
  ],
  [
    emptyInterpolation,
    ['Interpolation is empty', 'Write an expression into it, or "\\#{" if a literal "#{" is meant'],
  ],
  [unterminatedIdent, ['Quoted name has no end on its line', 'Write the closing backtick']],
  [
    unterminatedExtractor,
    [
      'Rule of an extractor has no end on its line',
      'Write the closing bar; a bar inside of a rule is written \\|',
    ],
  ],
  [badEscape, ['Unknown escape "FOUND"', 'A backslash itself is written as two']],
  [
    badUnicode,
    ['Escape "FOUND" names no character', 'Write "\\u" and four hexadecimal digits, or the character itself'],
  ],
  [badCharacter, ['Unexpected "FOUND" behind a number', 'Put a space or an operator between them']],
  [badHex, ['Hexadecimal number "FOUND" has no digits or does not fit into 64 bits']],
  [badInt, ['Integer does not fit into 64 bits with sign', 'Write it as a float: with ".0" behind it']],
  [badFloat, ['Exponent of float "FOUND" has no digits']],
  [unexpectedEnd, ['Unexpected end of the text behind a backslash']],
])

/** Our words for a finding about `found`. */
export function messageOf(kind: DiagnosticKind, found: string): string {
  return words.get(kind)![0].replace('FOUND', () => found)
}

export function helpOf(kind: DiagnosticKind): { readonly help?: string } {
  const help = words.get(kind)![1]
  return help === undefined ? {} : { help }
}
