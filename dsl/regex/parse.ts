/**
 * Reads the syntax of Rust's `regex` crate (https://docs.rs/regex, "Syntax"). What that crate refuses is refused:
 * look-around, back references. `(?-u)` and `(?U)` are not supported.
 */
import type { ParsedRegex, Regex } from './ast.ts'
import { readClass, readEscapedSet } from './class.ts'

/** A mistake in a regular expression, with the offset at which it was found. */
export class RegexError extends Error {
  readonly offset: number
  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/** Counts above this multiply to patterns that fill the memory. */
const MOST_REPEATS = 1000
const MOST_NESTING = 100

interface Flags {
  readonly anyCase: boolean
  readonly multiLine: boolean
  readonly dotAll: boolean
  readonly verbose: boolean
}

export interface Cursor {
  readonly text: string
  at: number
}

interface State extends Cursor {
  flags: Flags
  depth: number
  readonly dialect: Dialect
  readonly names: (string | undefined)[]
}

/** What grok patterns, written for Oniguruma, may use beyond Rust's syntax. An atomic group counts as a plain one. */
export interface Dialect {
  readonly lookAround: boolean
}

/** Throws `RegexError`. */
export function parseRegex(text: string, dialect: Dialect = { lookAround: false }): ParsedRegex {
  const flags: Flags = { anyCase: false, multiLine: false, dotAll: false, verbose: false }
  const state: State = { text, at: 0, flags, depth: 0, names: [undefined], dialect }
  const root = readEither(state)
  if (state.at < text.length) throw new RegexError('A ")" closes no group', state.at)
  return { root, names: state.names }
}

/** Alternatives up to the end of the group. Flags set inside last to its end. */
function readEither(state: State): Regex {
  const outer = state.flags
  if (++state.depth > MOST_NESTING)
    throw new RegexError(`Groups nest deeper than ${MOST_NESTING} levels`, state.at)
  const options = [readSequence(state)]
  while (peek(state) === '|') {
    state.at++
    options.push(readSequence(state))
  }
  state.flags = outer
  state.depth--
  return options.length === 1 ? options[0]! : { kind: 'either', options }
}

function readSequence(state: State): Regex {
  const parts: Regex[] = []
  for (;;) {
    if (state.flags.verbose) skipVerbose(state)
    const char = peek(state)
    if (char === '' || char === '|' || char === ')') break
    const part = readPart(state)
    if (part !== undefined) parts.push(readRepeats(state, part))
  }
  if (parts.length === 0) return { kind: 'empty' }
  return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts }
}

function skipVerbose(state: State): void {
  const blank = /(?:\s|#[^\n]*(?:\n|$))+/y
  blank.lastIndex = state.at
  if (blank.test(state.text)) state.at = blank.lastIndex
}

/** One piece of a sequence; undefined for `(?i)`, which is none. */
function readPart(state: State): Regex | undefined {
  const char = peek(state)
  const at = state.at
  state.at += char.length
  switch (char) {
    case '(':
      return readGroup(state)
    case '[':
      return cased(state, { kind: 'set', ...readClass(state) })
    case '.':
      return state.flags.dotAll ? set('[\\s\\S]') : set('[^\\n]')
    case '^':
      return { kind: state.flags.multiLine ? 'lineStart' : 'start' }
    case '$':
      return { kind: state.flags.multiLine ? 'lineEnd' : 'end' }
    case '\\':
      return readEscape(state)
    case '*':
    case '+':
    case '?':
    case '{':
      throw new RegexError(`A "${char}" repeats nothing`, at)
    default:
      return cased(state, { kind: 'char', char })
  }
}

function set(text: string): Regex {
  return { kind: 'set', ascii: text, unicode: text }
}

function cased(state: State, inner: Regex): Regex {
  return state.flags.anyCase ? { kind: 'anyCase', inner } : inner
}

function readGroup(state: State): Regex | undefined {
  const { text, at } = state
  if (peek(state) !== '?') return closeGroup(state, at, state.names.push(undefined) - 1)
  const named = /\?P?<([A-Za-z_][A-Za-z0-9_.[\]]*)>/y
  named.lastIndex = at
  const name = named.exec(text)?.[1]
  if (name !== undefined) {
    if (state.names.includes(name)) throw new RegexError(`The group name "${name}" is used twice`, at)
    state.at = named.lastIndex
    return closeGroup(state, at, state.names.push(name) - 1)
  }
  const look = /\?(?:(<?)([=!])|>)/y
  look.lastIndex = at
  const looks = state.dialect.lookAround ? look.exec(text) : null
  if (looks !== null) {
    state.at = look.lastIndex
    const group = closeGroup(state, at)
    if (looks[2] === undefined) return group
    return { kind: 'look', inner: group, behind: looks[1] === '<', negated: looks[2] === '!' }
  }
  const flags = /\?([a-zA-Z]*)(?:-([a-zA-Z]+))?([:)])/y
  flags.lastIndex = at
  const found = flags.exec(text)
  if (found === null) {
    const what = /^\?<?[=!]/.test(text.slice(at))
      ? 'Look-around is not supported'
      : 'A group begins with "(", "(?:" or "(?P<name>"'
    throw new RegexError(what, at)
  }
  const outer = state.flags
  state.at = flags.lastIndex
  const inner = withFlags(outer, found[1]!, found[2] ?? '', at)
  if (found[3] === ')') {
    state.flags = inner
    return undefined
  }
  state.flags = inner
  const group = closeGroup(state, at)
  state.flags = outer
  return group
}

function closeGroup(state: State, start: number, capture?: number): Regex {
  const inner = readEither(state)
  if (peek(state) !== ')') throw new RegexError('A group is not closed by ")"', start - 1)
  state.at++
  return capture === undefined ? { kind: 'group', inner } : { kind: 'group', inner, capture }
}

const FLAGS: Readonly<Record<string, keyof Flags>> = {
  i: 'anyCase',
  m: 'multiLine',
  s: 'dotAll',
  x: 'verbose',
}

function withFlags(flags: Flags, on: string, off: string, at: number): Flags {
  const changed: Record<string, boolean> = {}
  for (const [letters, value] of [
    [on, true],
    [off, false],
  ] as const) {
    for (const letter of letters) {
      const name = FLAGS[letter]
      if (name !== undefined) changed[name] = value
      else if (letter !== 'u' || !value) throw new RegexError(`The flag "${letter}" is not supported`, at)
    }
  }
  return { ...flags, ...changed }
}

function readEscape(state: State): Regex {
  const at = state.at - 1
  const anchors: Readonly<Record<string, Regex['kind']>> = {
    A: 'start',
    z: 'end',
    b: 'boundary',
    B: 'noBoundary',
  }
  const char = peek(state)
  const anchor = anchors[char]
  if (anchor !== undefined) {
    state.at++
    return { kind: anchor } as Regex
  }
  if (/[1-9]/.test(char)) throw new RegexError('Back references are not supported', at)
  const sets = readEscapedSet(state)
  if (sets !== undefined) return cased(state, { kind: 'set', ...sets })
  return cased(state, { kind: 'char', char: readEscapedChar(state) })
}

const CONTROLS: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  f: '\f',
  v: '\v',
  a: '\u0007',
}

/** The character of an escape, the cursor standing after the backslash. */
export function readEscapedChar(cursor: Cursor): string {
  const { text, at } = cursor
  const char = peek(cursor)
  const control = CONTROLS[char]
  if (control !== undefined) {
    cursor.at++
    return control
  }
  const hex = /x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|[xuU]\{([0-9A-Fa-f]{1,8})\}/y
  hex.lastIndex = at
  const found = hex.exec(text)
  if (found !== null) {
    const code = Number.parseInt(found[1] ?? found[2] ?? found[3] ?? found[4]!, 16)
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
      throw new RegexError('The escape is no character', at - 1)
    cursor.at = hex.lastIndex
    return String.fromCodePoint(code)
  }
  if (!/^[!-/:-@[-`{-~ ]$/.test(char)) throw new RegexError(`The escape "\\${char}" is not known`, at - 1)
  cursor.at++
  return char
}

function readRepeats(state: State, part: Regex): Regex {
  let inner = part
  for (;;) {
    if (state.flags.verbose) skipVerbose(state)
    const repeat = /(?:([*+?])|\{\s*([0-9]+)\s*(,?)\s*([0-9]*)\s*\})(\??)/y
    repeat.lastIndex = state.at
    const found = repeat.exec(state.text)
    if (found === null) return inner
    const [least, most] = boundsOf(found)
    if (least > most) throw new RegexError('A repetition has its bounds in the wrong order', state.at)
    if (least > MOST_REPEATS || (most !== Infinity && most > MOST_REPEATS)) {
      throw new RegexError(`A repetition counts to ${MOST_REPEATS} at most`, state.at)
    }
    state.at = repeat.lastIndex
    inner = { kind: 'repeat', inner, least, most, greedy: found[5] === '' }
  }
}

function boundsOf([, sign, least, comma, most]: RegExpExecArray): [number, number] {
  if (sign === '*') return [0, Infinity]
  if (sign === '+') return [1, Infinity]
  if (sign === '?') return [0, 1]
  if (comma === '') return [Number(least), Number(least)]
  return [Number(least), most === '' ? Infinity : Number(most)]
}

/** The character at the cursor, '' at the end. */
export function peek({ text, at }: Cursor): string {
  const code = text.codePointAt(at)
  return code === undefined ? '' : String.fromCodePoint(code)
}
