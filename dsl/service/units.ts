/** A text as a formatter sees it: words that stay as they are, and what stood between them. */
import type { Lexed } from '../grammar/lex.ts'
import type { Terminal, Token } from '../grammar/tokens.ts'
import type { Source } from '../source.ts'

export interface Comment {
  readonly text: string
  /** An empty line stands before it. */
  readonly blank: boolean
}

/** A token, or a whole string with all that is interpolated in it. */
export interface Unit {
  readonly kind: Terminal
  readonly text: string
  /** Comments on lines of their own before it. */
  readonly leading: readonly Comment[]
  /** The comment that follows it on its line. */
  readonly trailing: string | undefined
  /** It stands on another line than what is before it. */
  readonly newline: boolean
  /** An empty line stands between it and what is before it. */
  readonly blank: boolean
}

/** The last unit is the end of the text. */
export function unitsOf(source: Source, { tokens, comments }: Lexed): Unit[] {
  const { text } = source
  const ranges = joinStrings(tokens)
  const units: Unit[] = []
  let comment = 0
  /** Where the last unit ended, and where the comment behind it did. */
  let end = 0
  let from = 0
  for (const [at, range] of ranges.entries()) {
    const leading: Comment[] = []
    for (let next = commentBefore(range.start); next !== undefined; next = commentBefore(range.start)) {
      leading.push({ text: textOf(next), blank: isBlank(from, next.start) })
      from = next.end
    }
    const newline = text.slice(end, range.start).includes('\n')
    const blank = isBlank(from, range.start)
    // What is written inside of a string's interpolation stays within the string.
    while (commentBefore(range.end) !== undefined);
    end = from = range.end
    const behind: string[] = []
    const next = ranges[at + 1]?.start ?? 0
    // A `#!config` is read only with a blank behind it, so no line may end with it.
    while (comments[comment] !== undefined && comments[comment]!.start < next) {
      const found = comments[comment]!
      if (range.kind !== '#!config' && text.slice(end, found.start).includes('\n')) break
      behind.push(textOf(found))
      from = found.end
      comment += 1
    }
    const trailing = behind.length > 0 ? behind.join(' ') : undefined
    units.push({ kind: range.kind, text: textOf(range), leading, trailing, newline, blank })
  }
  return units

  function commentBefore(offset: number) {
    return comment < comments.length && comments[comment]!.start < offset ? comments[comment++] : undefined
  }

  function textOf(range: { start: number; end: number }): string {
    return text.slice(range.start, range.end).trimEnd()
  }

  function isBlank(from: number, to: number): boolean {
    return /\n[^\S\n]*\n/.test(text.slice(from, to))
  }
}

interface Range {
  readonly kind: Terminal
  readonly start: number
  readonly end: number
}

function joinStrings(tokens: readonly Token[]): Range[] {
  const ranges: Range[] = []
  let at = 0
  while (at < tokens.length) {
    const { kind, start } = tokens[at]!
    at = kind === '"' || kind === 'heredoc_start' ? behindString(tokens, at) : at + 1
    ranges.push({ kind, start, end: tokens[at - 1]!.end })
  }
  return ranges
}

function behindString(tokens: readonly Token[], open: number): number {
  const close = tokens[open]!.kind === '"' ? '"' : 'heredoc_end'
  let at = open + 1
  while (tokens[at]!.kind !== close) at = tokens[at]!.kind === '#{' ? behindInterpolation(tokens, at) : at + 1
  return at + 1
}

function behindInterpolation(tokens: readonly Token[], open: number): number {
  let braces = 1
  let at = open + 1
  while (braces > 0) {
    const { kind } = tokens[at]!
    if (kind === '"' || kind === 'heredoc_start') {
      at = behindString(tokens, at)
      continue
    }
    if (kind === '{' || kind === '%{') braces += 1
    if (kind === '}') braces -= 1
    at += 1
  }
  return at
}
