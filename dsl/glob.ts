/** Shell patterns as Rust's `glob` crate reads them, matched in linear time. */

import { MistakeInText, type TextShape } from './function.ts'
import { spend } from './work.ts'

type Token =
  | { readonly kind: 'char'; readonly char: string }
  | { readonly kind: 'any' }
  | {
      readonly kind: 'set'
      readonly ranges: readonly (readonly [number, number])[]
      readonly negated: boolean
    }
  /** `*`: any run of characters, slashes too. */
  | { readonly kind: 'run' }
  /** `**` as a whole path segment: nothing, or a run that ends in a slash or the text. */
  | { readonly kind: 'folders' }

/** A test for whole texts. Throws `MistakeInText` on a bad pattern. */
export function compileGlob(pattern: string): (text: string) => boolean {
  const shape = shapeOf(pattern)
  if (shape !== undefined) return simple(shape)
  const tokens = tokensOf(pattern)
  return (text) => matches(tokens, text)
}

/** What most patterns are: a text with a star at its ends. */
export function shapeOf(pattern: string): TextShape | undefined {
  const plain = /^(\*?)([^*?[\]]*)(\*?)$/.exec(pattern)
  if (plain === null) return undefined
  const [, open, part, end] = plain as unknown as [string, string, string, string]
  if (open !== '' && end !== '') return { how: 'includes', part }
  return { how: open !== '' ? 'endsWith' : end !== '' ? 'startsWith' : 'is', part }
}

function simple({ how, part }: TextShape): (text: string) => boolean {
  switch (how) {
    case 'includes':
      return (text) => text.includes(part)
    case 'endsWith':
      return (text) => text.endsWith(part)
    case 'startsWith':
      return (text) => text.startsWith(part)
    case 'is':
      return (text) => text === part
  }
}

function tokensOf(pattern: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < pattern.length; ) {
    const stars = /\*+/y
    stars.lastIndex = at
    const run = stars.exec(pattern)?.[0].length ?? 0
    if (run > 0) {
      tokens.push({ kind: run === 1 ? 'run' : 'folders' })
      at += run === 1 ? 1 : afterFolders(pattern, at, run)
      continue
    }
    const char = String.fromCodePoint(pattern.codePointAt(at)!)
    if (char === '[') {
      const [token, length] = readSet(pattern, at)
      tokens.push(token)
      at += length
      continue
    }
    tokens.push(char === '?' ? { kind: 'any' } : { kind: 'char', char })
    at += char.length
  }
  return tokens
}

/** How many characters a `**` takes, its slash included. */
function afterFolders(pattern: string, at: number, run: number): number {
  const before = at === 0 || pattern[at - 1] === '/'
  const after = at + 2 === pattern.length || pattern[at + 2] === '/'
  if (run > 2)
    throw new MistakeInText(
      `A glob has one or two stars in a row, found ${run} in ${JSON.stringify(pattern)}`,
      at,
      run,
    )
  if (!before || !after) {
    const found = JSON.stringify(pattern)
    throw new MistakeInText(`Two stars of a glob make a whole path segment, found ${found}`, at, 2)
  }
  return at + 2 === pattern.length ? 2 : 3
}

function readSet(pattern: string, at: number): [Token, number] {
  const set = /\[(!?)((?:\]|[^\]])[^\]]*)\]/y
  set.lastIndex = at
  const found = set.exec(pattern)
  if (found === null)
    throw new MistakeInText(`A "[" of a glob is not closed, found ${JSON.stringify(pattern)}`, at)
  const chars = [...found[2]!].map((char) => char.codePointAt(0)!)
  const ranges: [number, number][] = []
  for (let index = 0; index < chars.length; index++) {
    const last = chars[index + 2]
    if (chars[index + 1] === 45 && last !== undefined) {
      ranges.push([chars[index]!, last])
      index += 2
    } else ranges.push([chars[index]!, chars[index]!])
  }
  return [{ kind: 'set', ranges, negated: found[1] === '!' }, found[0].length]
}

/** Runs all ways at once: `alive[i]` says that the first i tokens may match what was read. */
function matches(tokens: readonly Token[], text: string): boolean {
  let alive: boolean[] = tokens.map(() => false)
  alive[0] = true
  skipEmpty(tokens, alive, true)
  for (const char of text) {
    spend(tokens.length)
    const next: boolean[] = tokens.map(() => false)
    tokens.forEach((token, index) => {
      if (alive[index] !== true) return
      if (token.kind === 'run' || token.kind === 'folders') next[index] = true
      else if (takes(token, char)) next[index + 1] = true
    })
    skipEmpty(tokens, next, char === '/', alive)
    alive = next
  }
  // A `**` at the end takes the rest whatever it ends in.
  return (
    alive[tokens.length] === true || (tokens.at(-1)?.kind === 'folders' && alive[tokens.length - 1] === true)
  )
}

/** A star may take nothing; folders may end where a slash was read, or where they just began. */
function skipEmpty(
  tokens: readonly Token[],
  alive: boolean[],
  slash: boolean,
  before?: readonly boolean[],
): void {
  tokens.forEach((token, index) => {
    if (alive[index] !== true) return
    if (token.kind === 'run') alive[index + 1] = true
    if (token.kind === 'folders' && (slash || before?.[index] !== true)) alive[index + 1] = true
  })
}

function takes(token: Token, char: string): boolean {
  if (token.kind === 'char') return token.char === char
  if (token.kind !== 'set') return true
  const code = char.codePointAt(0)!
  return token.ranges.some(([low, high]) => code >= low && code <= high) !== token.negated
}
