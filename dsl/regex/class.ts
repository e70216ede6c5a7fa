/** Character sets: `[a-z&&[^x]]`, `\d`, `\p{Greek}`, `[[:alpha:]]`, in the notation of JavaScript's `v` flag. */
import { type Cursor, peek, RegexError, readEscapedChar } from './parse.ts'

/** `ascii` is right for texts of ASCII only, and quicker. */
export interface Sets {
  readonly ascii: string
  readonly unicode: string
}

const SHORTHANDS: Readonly<Record<string, Sets>> = {
  d: { ascii: '[0-9]', unicode: '\\p{Nd}' },
  D: { ascii: '[^0-9]', unicode: '\\P{Nd}' },
  s: { ascii: '[ \\t-\\r]', unicode: '\\p{White_Space}' },
  S: { ascii: '[^ \\t-\\r]', unicode: '\\P{White_Space}' },
  w: { ascii: '[0-9A-Za-z_]', unicode: '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]' },
  W: { ascii: '[^0-9A-Za-z_]', unicode: '[^\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]' },
}

const POSIX: Readonly<Record<string, string>> = {
  alnum: '[0-9A-Za-z]',
  alpha: '[A-Za-z]',
  ascii: '[\\x00-\\x7F]',
  blank: '[\\t ]',
  cntrl: '[\\x00-\\x1F\\x7F]',
  digit: '[0-9]',
  graph: '[!-~]',
  lower: '[a-z]',
  print: '[ -~]',
  punct: '[!-\\/:-@\\[-`\\{-~]',
  space: '[\\t-\\r ]',
  upper: '[A-Z]',
  word: '[0-9A-Za-z_]',
  xdigit: '[0-9A-Fa-f]',
}

/** The set of an escape such as `\d` or `\p{L}`, the cursor standing after the backslash; undefined if it is none. */
export function readEscapedSet(cursor: Cursor): Sets | undefined {
  const shorthand = SHORTHANDS[peek(cursor)]
  if (shorthand !== undefined) {
    cursor.at++
    return shorthand
  }
  const property = /([pP])(?:\{(\^?)([\w =:-]+)\}|(\w))/y
  property.lastIndex = cursor.at
  const found = property.exec(cursor.text)
  if (found === null) return undefined
  const name = propertyNamed((found[3] ?? found[4]!).trim())
  if (name === undefined) throw new RegexError(`The class "\\${found[0]}" is not known`, cursor.at - 1)
  cursor.at = property.lastIndex
  const negated = (found[1] === 'P') !== (found[2] === '^')
  const text = `\\${negated ? 'P' : 'p'}{${name}}`
  return { ascii: text, unicode: text }
}

/** Scripts are written without `Script=` in Rust, and names may be in any case there. */
function propertyNamed(name: string): string | undefined {
  const [key, value] = name.split(/\s*[=:]\s*/)
  const title = (text: string) =>
    text.replace(/[A-Za-z]+/g, (word) => word[0]!.toUpperCase() + word.slice(1).toLowerCase())
  const candidates =
    value === undefined
      ? [name, title(name), name.toUpperCase(), `Script=${title(name)}`]
      : [`${key}=${value}`, `${title(key!)}=${title(value)}`]
  return candidates.find((candidate) => {
    try {
      return new RegExp(`\\p{${candidate}}`, 'v')
    } catch {
      return false
    }
  })
}

/** A class, the cursor standing after its `[`. */
export function readClass(cursor: Cursor, depth = 0): Sets {
  const start = cursor.at - 1
  if (depth > 50) throw new RegexError('Classes nest too deep', start)
  const negated = peek(cursor) === '^'
  if (negated) cursor.at++
  const body: Body = { ascii: '', unicode: '', operand: { ascii: '', unicode: '' } }
  for (let first = true; ; first = false) {
    const char = peek(cursor)
    if (char === '') throw new RegexError('A class is not closed by "]"', start)
    if (char === ']' && !first) break
    const operator = /(&&|--|~~)/y
    operator.lastIndex = cursor.at
    if (operator.test(cursor.text)) readOperator(cursor, body)
    else add(body, readItem(cursor, depth))
  }
  cursor.at++
  close(body)
  const open = negated ? '[^' : '['
  return { ascii: `${open}${body.ascii}]`, unicode: `${open}${body.unicode}]` }
}

interface Body {
  ascii: string
  unicode: string
  /** What stands since the last operator. */
  operand: { ascii: string; unicode: string }
}

function add(body: Body, sets: Sets): void {
  body.operand.ascii += sets.ascii
  body.operand.unicode += sets.unicode
}

function close(body: Body): void {
  const nested = body.ascii !== ''
  body.ascii += nested ? `[${body.operand.ascii}]` : body.operand.ascii
  body.unicode += nested ? `[${body.operand.unicode}]` : body.operand.unicode
}

function readOperator(cursor: Cursor, body: Body): void {
  const operator = cursor.text.slice(cursor.at, cursor.at + 2)
  if (operator === '~~') throw new RegexError('The class operator "~~" is not supported', cursor.at)
  cursor.at += 2
  // JavaScript takes one kind of operator in a class: what came before becomes one nested operand.
  const whole = (side: 'ascii' | 'unicode') =>
    body[side] === '' ? `[${body.operand[side]}]` : `[${body[side]}[${body.operand[side]}]]`
  const ascii = `${whole('ascii')}${operator}`
  body.unicode = `${whole('unicode')}${operator}`
  body.ascii = ascii
  body.operand = { ascii: '', unicode: '' }
}

function readItem(cursor: Cursor, depth: number): Sets {
  const { text, at } = cursor
  if (text[at] === '[') return readNested(cursor, depth)
  if (text[at] === '\\') {
    cursor.at++
    const sets = readEscapedSet(cursor)
    if (sets !== undefined) return sets
    cursor.at = at
  }
  const from = readChar(cursor)
  // A dash at the end of a class is a dash.
  if (text[cursor.at] !== '-' || text[cursor.at + 1] === ']' || text[cursor.at + 1] === '-')
    return one(quote(from))
  cursor.at++
  const to = readChar(cursor)
  if (from.codePointAt(0)! > to.codePointAt(0)!)
    throw new RegexError('A range of characters runs backwards', at)
  return one(`${quote(from)}-${quote(to)}`)
}

function readNested(cursor: Cursor, depth: number): Sets {
  const posix = /\[:(\^?)([a-z]+):\]/y
  posix.lastIndex = cursor.at
  const found = posix.exec(cursor.text)
  if (found === null) {
    cursor.at++
    return readClass(cursor, depth + 1)
  }
  const named = POSIX[found[2]!]
  if (named === undefined) throw new RegexError(`The class "${found[0]}" is not known`, cursor.at)
  cursor.at = posix.lastIndex
  return one(found[1] === '^' ? `[^${named.slice(1)}` : named)
}

function readChar(cursor: Cursor): string {
  const char = peek(cursor)
  if (char === '') throw new RegexError('A class is not closed by "]"', cursor.at)
  cursor.at += char.length
  return char === '\\' ? readEscapedChar(cursor) : char
}

function one(text: string): Sets {
  return { ascii: text, unicode: text }
}

/** A character as it may stand in a class under the `v` flag. */
export function quote(char: string): string {
  if (/^[0-9A-Za-z_ ]$/.test(char)) return char
  return `\\u{${char.codePointAt(0)!.toString(16)}}`
}
