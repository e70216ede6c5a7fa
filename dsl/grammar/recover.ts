/** Where statements end in a text that does not parse, so that the sound ones are read all the same. */
import type { Token } from './tokens.ts'

export interface Slice {
  /** First token, and the `;` or end that closes the statement. */
  readonly start: number
  readonly end: number
}

/** Words that begin a statement of a query and occur nowhere else: an unclosed block cannot swallow what follows. */
const queryStarts: ReadonlySet<string> = new Set(['define', 'create', 'select'])
const openers: ReadonlySet<string> = new Set(['(', '[', '{', '%(', '%[', '%{', '#{'])
const closers: ReadonlySet<string> = new Set([')', ']', '}'])

/**
 * Cuts a text into its statements at the `;` that stand outside of every block. A block is what `of`, `with` or
 * `script` opens and `end` closes; `with … script … end` is one block.
 */
export function statementSlices(tokens: readonly Token[], kind: 'script' | 'query'): Slice[] {
  const slices: Slice[] = []
  const blocks: string[] = []
  let brackets = 0
  let start = 0
  const last = tokens.length - 1
  for (let at = 0; at < last; at += 1) {
    const word = tokens[at]!.kind
    const before = tokens[at - 1]?.kind
    if (openers.has(word)) brackets += 1
    else if (closers.has(word)) brackets = Math.max(0, brackets - 1)
    else if (word === 'of' || word === 'with') blocks.push(word)
    else if (word === 'script') {
      if (before !== 'define' && before !== 'create') {
        if (blocks[blocks.length - 1] === 'with') blocks.pop()
        blocks.push(word)
      }
    } else if (word === 'end') blocks.pop()
    else if (word === ';') {
      const restart = kind === 'query' && queryStarts.has(tokens[at + 1]!.kind)
      const outside = blocks.length === 0 && brackets === 0
      if (!outside && !restart && !isItemStart(tokens, at)) continue
      slices.push({ start, end: at })
      start = at + 1
      blocks.length = 0
      brackets = 0
    }
    if (
      before !== ';' &&
      kind === 'query' &&
      queryStarts.has(word) &&
      at > start &&
      isNewStatement(tokens, at)
    ) {
      slices.push({ start, end: at })
      start = at
      blocks.length = 0
      brackets = 0
    }
  }
  if (start < last) slices.push({ start, end: last })
  return slices
}

/** A `fn` or `const` behind a `;` begins an item even where brackets or blocks are still open. */
function isItemStart(tokens: readonly Token[], semicolon: number): boolean {
  const next = tokens[semicolon + 1]!.kind
  return next === 'fn' || next === 'intrinsic'
}

/** `create`, `define`, `select` after something other than `;`: a forgotten semicolon. */
function isNewStatement(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1]!.kind
  return before !== '.' && before !== '::'
}

/** The names that a broken statement would have declared: nothing is said of their absence. */
export function namesDeclared(tokens: readonly Token[], slice: Slice): string[] {
  const words: ReadonlySet<string> = new Set([
    'fn',
    'const',
    'mod',
    'operator',
    'script',
    'window',
    'stream',
    'let',
    'as',
  ])
  const names: string[] = []
  for (let at = slice.start; at < slice.end; at += 1) {
    const next = tokens[at + 1]
    if (words.has(tokens[at]!.kind) && next?.kind === '<ident>') names.push(next.value as string)
    if (tokens[at]!.kind === 'use') {
      for (let name = at + 1; name < slice.end && tokens[name]!.kind !== ';'; name += 1) {
        if (tokens[name]!.kind === '<ident>') names.push(tokens[name]!.value as string)
      }
    }
  }
  return names
}
