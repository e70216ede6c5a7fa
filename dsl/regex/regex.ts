/**
 * Regular expressions in Rust's syntax, in bounded time.
 *
 * JavaScript's own engine is quick and backtracks: `(a+)+$` takes it exponential time on a text made for it. So the pattern is
 * measured once (`cost.ts`), and where the worst that could happen to a text of this length is more than a moment, a slower
 * machine runs it that takes every character once (`machine.ts`). Both take from what the run may spend (`dsl/work.ts`).
 */
import { FunctionError, MistakeInText } from '../function.ts'
import { afford } from '../work.ts'
import type { ParsedRegex, Regex } from './ast.ts'
import { quote } from './class.ts'
import { powerOf } from './cost.ts'
import { type Machine, machineOf } from './machine.ts'
import { type Dialect, parseRegex, RegexError } from './parse.ts'

/** UTF-16 units of the longest text a pattern is run on. */
export const LONGEST = 64 * 1024

/** Steps that take the native engine some ten milliseconds. */
const MOMENT = 4_000_000

/** Texts so short cannot take long, whatever the pattern. */
const HARMLESS = 16

export interface Match {
  readonly start: number
  readonly end: number
  /** The texts of the groups by number, the whole match first; undefined for a group that took no part. */
  readonly groups: readonly (string | undefined)[]
}

export class Pattern {
  readonly names: readonly (string | undefined)[]
  readonly #parsed: ParsedRegex
  readonly #power: number
  #ascii: RegExp | undefined
  #unicode: RegExp | undefined
  /** Null if there can be none. */
  #machine: Machine | null | undefined

  constructor(parsed: ParsedRegex) {
    this.#parsed = parsed
    this.names = parsed.names
    this.#power = powerOf(parsed.root)
  }

  test(text: string): boolean {
    return this.find(text, 0) !== undefined
  }

  /** The first match at or after `from`. Throws `FunctionError` on a text that is too long for the pattern. */
  find(text: string, from: number): Match | undefined {
    if (text.length > LONGEST) {
      throw new FunctionError(
        `A regular expression reads at most ${LONGEST} characters, found ${text.length}`,
      )
    }
    const length = text.length - from
    if (length > HARMLESS && !isAffordable(length ** this.#power)) {
      if (this.#machine === undefined) this.#machine = machineOf(this.#parsed.root, this.names.length) ?? null
      if (this.#machine !== null) return this.#findSlowly(this.#machine, text, from)
      throw new FunctionError(`The regular expression is too complex for a text of ${length} characters`)
    }
    const native = this.#for(text)
    native.lastIndex = from
    const found = native.exec(text)
    if (found === null) return undefined
    return { start: found.index, end: found.index + found[0].length, groups: found }
  }

  #findSlowly(machine: Machine, text: string, from: number): Match | undefined {
    const slots = machine.find(text, from)
    if (slots === undefined) return undefined
    const groups = this.names.map((_, number) => {
      const [start, end] = [slots[number * 2]!, slots[number * 2 + 1]!]
      return start < 0 || end < 0 ? undefined : text.slice(start, end)
    })
    return { start: slots[0]!, end: slots[1]!, groups }
  }

  /** All matches in turn; an empty one does not follow the match before it at once. */
  *findAll(text: string): Generator<Match> {
    let last = -1
    for (let from = 0; from <= text.length; ) {
      const match = this.find(text, from)
      if (match === undefined) return
      const empty = match.start === match.end
      if (!empty || match.start !== last) yield match
      last = match.end
      from = empty ? match.end + ((text.codePointAt(match.end) ?? 0) > 0xffff ? 2 : 1) : match.end
    }
  }

  #for(text: string): RegExp {
    if (/^[\x00-\x7f]*$/.test(text)) return (this.#ascii ??= native(this.#parsed.root, 'ascii'))
    return (this.#unicode ??= native(this.#parsed.root, 'unicode'))
  }
}

/** Whether the native engine may do it: the worst is a moment, and not too many such have been. */
function isAffordable(worst: number): boolean {
  return worst <= MOMENT && afford(worst >> 2)
}

const cache = new Map<string, Pattern>()
const CACHED = 256

/** Compiles a pattern, or takes it from the last 256. Throws `FunctionError` saying what is wrong with it. */
export function compileRegex(text: string): Pattern {
  const known = cache.get(text)
  if (known !== undefined) return known
  const pattern = parse(text)
  if (cache.size >= CACHED) cache.delete(cache.keys().next().value!)
  cache.set(text, pattern)
  return pattern
}

/** Compiles a pattern that may look around. Throws `FunctionError`. */
export function compileOniguruma(text: string): Pattern {
  return parse(text, { lookAround: true })
}

function parse(text: string, dialect?: Dialect): Pattern {
  try {
    const pattern = new Pattern(parseRegex(text, dialect))
    pattern.test('')
    return pattern
  } catch (error) {
    if (error instanceof RegexError) {
      const place = `at character ${error.offset + 1} of the regular expression`
      throw new MistakeInText(`${error.message}, ${place}`, error.offset)
    }
    if (error instanceof SyntaxError) throw new FunctionError('The regular expression is not supported')
    throw error
  }
}

type Alphabet = 'ascii' | 'unicode'

function native(root: Regex, alphabet: Alphabet): RegExp {
  return new RegExp(print(root, alphabet), 'gv')
}

const WORD = '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]'

function print(regex: Regex, alphabet: Alphabet): string {
  const inner = (part: Regex) => print(part, alphabet)
  switch (regex.kind) {
    case 'empty':
      return ''
    case 'char':
      return quote(regex.char)
    case 'set':
      return regex[alphabet] === '[]' ? '[^\\s\\S]' : regex[alphabet]
    case 'start':
      return '^'
    case 'end':
      return '$'
    // JavaScript's `m` knows more line ends than "\n"; a negated look would match inside of a surrogate pair.
    case 'lineStart':
      return '(?<=^|\\n)'
    case 'lineEnd':
      return '(?=\\n|$)'
    case 'boundary':
      return alphabet === 'ascii' ? '\\b' : `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`
    case 'noBoundary':
      return alphabet === 'ascii' ? '\\B' : `(?:(?<=${WORD})(?=${WORD})|(?<!${WORD})(?!${WORD}))`
    case 'group':
      return regex.capture === undefined ? `(?:${inner(regex.inner)})` : `(${inner(regex.inner)})`
    case 'look':
      return `(?${regex.behind ? '<' : ''}${regex.negated ? '!' : '='}${inner(regex.inner)})`
    case 'anyCase':
      return `(?i:${inner(regex.inner)})`
    case 'repeat':
      return `(?:${inner(regex.inner)})${bounds(regex)}${regex.greedy ? '' : '?'}`
    case 'sequence':
      return regex.parts.map((part) => (part.kind === 'either' ? `(?:${inner(part)})` : inner(part))).join('')
    case 'either':
      return regex.options.map(inner).join('|')
  }
}

function bounds({ least, most }: Regex & { readonly kind: 'repeat' }): string {
  if (most === Infinity) return least === 0 ? '*' : least === 1 ? '+' : `{${least},}`
  return least === 0 && most === 1 ? '?' : `{${least},${most}}`
}
