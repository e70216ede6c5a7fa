/** Where statements end in a text that does not parse, so that the sound ones are read all the same. */
import type { Token } from './tokens.ts'

export interface Slice {
  /** First token, and the `;` or end that closes the statement. */
  readonly start: number
  readonly end: number
}

/** Words that begin a statement of a query and occur nowhere else: an unclosed block cannot swallow what follows. */
const queryStarts: ReadonlySet<string> = new Set(['define', 'create', 'select'])
/** What a `;` may stand in: bodies of functions, modules and scripts. Every other block ends, at the latest, with it. */
type Block = 'body' | 'other'

/**
 * Cuts a text into its statements at the `;` that stand outside of every body. What `of`, `with` or `script` opens,
 * `end` closes; `with … script … end` is one block.
 */
export function statementSlices(tokens: readonly Token[], kind: 'script' | 'query'): Slice[] {
  const slices: Slice[] = []
  const blocks: Block[] = []
  const last = tokens.length - 1
  let start = 0
  for (let at = 0; at < last; at += 1) {
    const word = tokens[at]!.kind
    if (word === 'of') blocks.push('other')
    else if (word === 'with') blocks.push(opensBody(tokens, at) ? 'body' : 'other')
    else if (word === 'script' && !isName(tokens, at)) {
      if (blocks.at(-1) === 'other') blocks.pop()
      blocks.push('body')
    } else if (word === 'end') blocks.pop()
    else if (word === ';') semicolon(at)
    else if (kind === 'query' && queryStarts.has(word) && at > start) cut(at, at)
  }
  if (start < last) cut(last, last)
  return slices

  function semicolon(at: number): void {
    while (blocks.at(-1) === 'other') blocks.pop()
    // A function is declared at the top of a script or module: behind an unclosed body it begins the next statement.
    const restart = blocks.length === 1 && tokens[at + 1]!.kind === 'fn' && tokens[start]!.kind === 'fn'
    if (blocks.length === 0 || restart) cut(at, at + 1)
  }

  function cut(end: number, next: number): void {
    slices.push({ start, end })
    start = next
    blocks.length = 0
  }
}

/** `fn f(…) with` and `mod m with` open a body, `define … with` and `create … with` parameters. */
function opensBody(tokens: readonly Token[], at: number): boolean {
  return tokens[at - 1]?.kind === ')' || tokens[at - 2]?.kind === 'mod'
}

/** `define script x` and `create script x`, which open nothing yet. */
function isName(tokens: readonly Token[], at: number): boolean {
  const before = tokens[at - 1]?.kind
  return before === 'define' || before === 'create'
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

/** The word that opened the innermost block which is still open before `index`: `match`, `fn`, `script`, … */
export function openBlockAt(tokens: readonly Token[], index: number): Token | undefined {
  const starts: ReadonlySet<string> = new Set([
    'match',
    'for',
    'patch',
    'merge',
    'fn',
    'mod',
    'define',
    'create',
  ])
  const opened: (Token | undefined)[] = []
  let start: Token | undefined
  const pending: Token[] = []
  for (const token of tokens.slice(0, index)) {
    const { kind } = token
    if (starts.has(kind)) pending.push((start = token))
    else if (kind === 'of' || kind === 'with') opened.push(pending.pop() ?? start)
    else if (kind === 'script' && start?.kind !== 'create') {
      // `define script s with … script … end` is one block.
      if (opened.at(-1)?.kind === 'define') continue
      if (pending.at(-1)?.kind === 'define' && tokens[tokens.indexOf(token) - 1] === pending.at(-1)) continue
      opened.push(pending.pop() ?? token)
    } else if (kind === 'end') opened.pop()
    else if (kind === ';') pending.length = 0
  }
  return opened.at(-1)
}
