/** Text to tokens. Errors are findings; the lexer goes on behind them, so that all are told at once. */
import type { Diagnostic, DiagnosticKind } from '../diagnostic.ts'
import { type Source, spanOf } from '../source.ts'
import { float, type Value } from '../value.ts'
import * as wrong from './findings.ts'
import { keywords, symbols, type Terminal, type Token } from './tokens.ts'
import { helpOf, messageOf } from './wording.ts'

export interface Lexed {
  /** Ends in an `<end-of-stream>` token. */
  readonly tokens: readonly Token[]
  /** Comments that are no part of the tree, for those who print the text again. */
  readonly comments: readonly { readonly start: number; readonly end: number }[]
  readonly findings: readonly Diagnostic[]
}

/** What the lexer is inside of: nothing (top), a string, a heredoc, or an interpolation in one of them. */
interface Mode {
  readonly kind: 'top' | 'string' | 'heredoc' | 'interpolation'
  /** Where it was opened. */
  readonly at: number
  /** Open braces inside of an interpolation. */
  braces: number
  /** First token inside of an interpolation. */
  readonly firstToken: number
}

const ident = /[\p{XID_Start}][\p{XID_Continue}-]*/uy
const identStart = /\p{XID_Start}/u
const blank = /\s+/y
const number = /-?[0-9][0-9_]*/y
const digits = /[0-9_]*/y
const keywordSet: ReadonlySet<string> = new Set(keywords)
const escapes: Readonly<Record<string, string>> = {
  "'": "'",
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}

export function lex(source: Source): Lexed {
  const { text } = source
  const tokens: Token[] = []
  const comments: { start: number; end: number }[] = []
  const findings: Diagnostic[] = []
  const modes: Mode[] = [{ kind: 'top', at: 0, braces: 0, firstToken: 0 }]
  let at = 0

  while (at < text.length || modes.length > 1) {
    const mode = modes[modes.length - 1]!
    if (mode.kind === 'string') stringPiece(mode)
    else if (mode.kind === 'heredoc') heredocPiece(mode)
    else if (at >= text.length) leaveAtEnd(mode)
    else word(mode)
  }
  tokens.push({ kind: '<end-of-stream>', start: text.length, end: text.length })
  return { tokens, comments, findings }

  function push(kind: Terminal, start: number, value?: Value): void {
    tokens.push(value === undefined ? { kind, start, end: at } : { kind, start, end: at, value })
  }

  function find(kind: DiagnosticKind, start: number, end: number, theirs: string, hint?: string): void {
    // tremor stops reading here: it prints nothing behind the line, and of a heredoc nothing before it.
    const host = modes.find((mode) => mode.kind === 'heredoc')
    const whole = kind === wrong.unterminatedInterpolation && host !== undefined
    const context = kind === wrong.unexpectedEnd ? 'none' : whole ? spanOf(source, host.at, end) : 'cut'
    findings.push({
      code: kind.code,
      severity: 'error',
      origin: 'tremor',
      message: messageOf(kind, text.slice(start, end)),
      labels: [{ span: spanOf(source, start, end) }],
      ...helpOf(kind),
      tremor: { message: theirs, context, ...(hint === undefined ? {} : { hint }) },
    })
  }

  function matchAt(pattern: RegExp): string | undefined {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0]
  }

  function endOfLine(from: number): number {
    const end = text.indexOf('\n', from)
    return end < 0 ? text.length : end
  }

  function word(mode: Mode): void {
    const start = at
    const char = text[at]!
    const space = matchAt(blank)
    if (space !== undefined) at += space.length
    else if (char === '#') comment()
    else if (char === '"') quote()
    else if (char === '`') quotedIdent()
    else if (char === '|') extractor()
    else if (matchAt(number) !== undefined) numeral()
    else if (identStart.test(String.fromCodePoint(text.codePointAt(at)!))) name()
    else symbol(mode, start)
  }

  function symbol(mode: Mode, start: number): void {
    if (text[at] === '}' && mode.kind === 'interpolation' && mode.braces === 0)
      return leaveInterpolation(mode)
    const colons = /:+/y
    const found = matchAt(colons) ?? symbols.find((symbol) => text.startsWith(symbol, at))
    if (found === undefined || (found.length > 2 && found[0] === ':')) {
      at += found?.length ?? String.fromCodePoint(text.codePointAt(at)!).length
      return push('<error>', start)
    }
    at += found.length
    if (mode.kind === 'interpolation')
      mode.braces += found === '{' || found === '%{' ? 1 : found === '}' ? -1 : 0
    push(found as Terminal, start)
  }

  function name(): void {
    const start = at
    const found = matchAt(ident)!
    at += found.length
    if (keywordSet.has(found)) push(found as Terminal, start)
    else if (found === 'true' || found === 'false') push('bool', start, found === 'true')
    else if (found === 'null') push('nil', start, null)
    else push('<ident>', start, found)
  }

  function quotedIdent(): void {
    const start = at
    const close = text.indexOf('`', start + 1)
    const line = endOfLine(start)
    if (close < 0 || close > line) {
      at = line
      find(
        wrong.unterminatedIdent,
        start,
        line,
        "It looks like you forgot to terminate an ident with a closing '`'",
      )
      return push('<ident>', start, text.slice(start + 1, line))
    }
    at = close + 1
    push('<ident>', start, text.slice(start + 1, close))
  }

  function comment(): void {
    const start = at
    if (text.startsWith('#!config ', at)) {
      at += '#!config '.length
      return push('#!config', start)
    }
    at = endOfLine(at)
    const found = text.slice(start, at)
    if (found.startsWith('###')) push('<mod-comment>', start, found.slice(3))
    else if (found.startsWith('##')) push('<doc-comment>', start, found.slice(2))
    else comments.push({ start, end: at })
  }

  // ---- numbers -----------------------------------------------------------------------------------------------

  function numeral(): void {
    const start = at
    const whole = matchAt(number)!
    at += whole.length
    if (text[at] === '.') return fraction(start)
    if (text[at] === 'x') return hexadecimal(start, whole)
    if (letterFollows()) return strayLetter(start)
    const value = BigInt(whole.replaceAll('_', ''))
    if (value < -(2n ** 63n) || value >= 2n ** 63n) {
      find(wrong.badInt, start, at, 'An invalid integer literal')
      return push('int', start, 0)
    }
    push('int', start, exact(value))
  }

  function fraction(start: number): void {
    at += 1
    at += matchAt(digits)!.length
    if (text[at] === 'e') {
      const exponent = /e[+-]?[0-9][0-9_]*/y
      const found = matchAt(exponent)
      if (found === undefined) {
        at += 1
        find(wrong.badFloat, start, at, 'An invalid float literal')
        return push('float', start, 0)
      }
      at += found.length
    }
    if (letterFollows()) return strayLetter(start)
    push('float', start, float(Number(text.slice(start, at).replaceAll('_', ''))))
  }

  function hexadecimal(start: number, whole: string): void {
    at += 1
    const hexDigits = /[0-9a-fA-F_]*/y
    const found = matchAt(hexDigits)!.replaceAll('_', '')
    at += matchAt(hexDigits)!.length
    if (found === '') {
      // The finding covers the character that stands where a digit should.
      find(wrong.badHex, start, Math.min(at + 1, text.length), 'An invalid hexadecimal')
      if (letterFollows()) at += matchAt(ident)!.length
      return push('int', start, 0)
    }
    if (letterFollows()) return strayLetter(start)
    const magnitude = BigInt(`0x${found}`)
    if ((whole !== '0' && whole !== '-0') || magnitude >= 2n ** 63n) {
      find(wrong.badHex, start, at, 'An invalid hexadecimal')
      return push('int', start, 0)
    }
    push('int', start, exact(whole === '0' ? magnitude : -magnitude))
  }

  function letterFollows(): boolean {
    return at < text.length && identStart.test(String.fromCodePoint(text.codePointAt(at)!))
  }

  function strayLetter(start: number): void {
    const letter = String.fromCodePoint(text.codePointAt(at)!)
    find(wrong.badCharacter, at, at + letter.length, `An unexpected character '${letter}' was found`)
    at += matchAt(ident)!.length
    push('int', start, 0)
  }

  // ---- strings -----------------------------------------------------------------------------------------------

  function quote(): void {
    const start = at
    if (!text.startsWith('"""', at)) {
      at += 1
      push('"', start)
      modes.push({ kind: 'string', at: start, braces: 0, firstToken: 0 })
      return
    }
    at += 3
    const line = endOfLine(at)
    const lineBreak = text[at] === '\r' ? at + 1 : at
    if (text[lineBreak] !== '\n' && isInHeredoc()) return endHeredocAround(line)
    if (text[lineBreak] === '\n') at = lineBreak + 1
    else if (at >= text.length) find(wrong.unterminatedHeredoc, start, at, heredocText)
    else {
      find(
        wrong.heredocOpening,
        start,
        at,
        'It looks like you have characters tailing the here doc opening, it needs to be followed by a newline',
      )
      at = line
    }
    push('heredoc_start', start)
    modes.push({ kind: 'heredoc', at: start, braces: 0, firstToken: 0 })
  }

  function isInHeredoc(): boolean {
    return modes[modes.length - 1]!.kind === 'interpolation' && modes[modes.length - 2]!.kind === 'heredoc'
  }

  /** Three quotes in an interpolation that open nothing: they were meant to end the heredoc around it. */
  function endHeredocAround(line: number): void {
    const around = modes.pop()!
    if (!isTold(around.at)) {
      find(wrong.unterminatedInterpolation, around.at, line, interpolationText, literalHelp)
    }
    if (tokens.length === around.firstToken)
      tokens.push({ kind: 'nil', start: around.at, end: at, value: null })
    push('}', at)
    push('heredoc_end', at)
    modes.pop()
  }

  function stringPiece(mode: Mode): void {
    const start = at
    let value = ''
    while (at < text.length && text[at] !== '"' && text[at] !== '\n') {
      if (interpolationOrHash(start, value, 'string')) return
      if (text[at] === '\\') value += escaped(mode)
      else value += text[at++]
    }
    if (at > start) push('string', start, value)
    const close = at
    if (text[at] === '"') at += 1
    else unterminated(mode)
    push('"', close)
    modes.pop()
  }

  function heredocPiece(mode: Mode): void {
    const start = at
    let value = ''
    while (at < text.length && !text.startsWith('"""', at)) {
      if (interpolationOrHash(start, value, 'heredoc')) return
      if (text[at] === '\\') value += escaped(mode)
      else value += text[at++]
    }
    push('heredoc', start, value)
    const close = at
    if (at < text.length) at += 3
    else unterminatedHeredoc(mode)
    push('heredoc_end', close)
    modes.pop()
  }

  /** Ends the piece of text that began at `start` if an interpolation or an escaped `#` stands here. */
  function interpolationOrHash(start: number, value: string, kind: 'string' | 'heredoc'): boolean {
    const isHash = text.startsWith('\\#', at)
    if (!isHash && !text.startsWith('#{', at)) return false
    if (at > start) push(kind, start, value)
    const opening = at
    at += 2
    push(isHash ? '\\#' : '#{', opening)
    if (!isHash) modes.push({ kind: 'interpolation', at: opening, braces: 0, firstToken: tokens.length })
    return true
  }

  function leaveInterpolation(mode: Mode): void {
    const start = at
    at += 1
    if (tokens.length === mode.firstToken) {
      find(wrong.emptyInterpolation, mode.at, at, 'You have an interpolation without content.', literalHelp)
      tokens.push({ kind: 'nil', start: mode.at, end: at, value: null })
    }
    push('}', start)
    modes.pop()
  }

  function leaveAtEnd(mode: Mode): void {
    if (!isTold(mode.at)) {
      find(wrong.unterminatedInterpolation, mode.at, mode.at + 2, interpolationText, literalHelp)
    }
    if (tokens.length === mode.firstToken) push('nil', at, null)
    push('}', at)
    modes.pop()
  }

  /** What is wrong inside of something is the likely reason that it has no end. */
  function isTold(from: number): boolean {
    return findings.some(({ labels: [{ span }] }) => span.start >= from)
  }

  /** A string that meets the end of its line. In an interpolation of a string it is rather that which was not closed. */
  function unterminated(mode: Mode): void {
    const around = modes[modes.length - 2]!
    const host = modes[modes.length - 3]
    if (around.kind === 'interpolation' && host?.kind === 'string') {
      find(wrong.unterminatedInterpolation, around.at, around.at + 2, interpolationText, literalHelp)
      // Whatever is open on this line ends with it: one mistake is told once.
      while (modes[modes.length - 2]?.kind === 'interpolation') {
        push('"', at)
        modes.pop()
        push('}', at)
        modes.pop()
      }
      return
    }
    if (isTold(mode.at)) return
    find(
      wrong.unterminatedString,
      mode.at,
      at,
      `It looks like you forgot to terminate a string with a closing '"'`,
    )
  }

  function unterminatedHeredoc(mode: Mode): void {
    const around = modes[modes.length - 2]!
    if (isTold(around.kind === 'interpolation' ? around.at : mode.at)) return
    if (around.kind === 'interpolation') {
      return find(
        wrong.unterminatedInterpolation,
        around.at,
        endOfLine(mode.at),
        interpolationText,
        literalHelp,
      )
    }
    find(wrong.unterminatedHeredoc, mode.at, mode.at + 3, heredocText)
  }

  /** The character that the escape at this place means; nothing if it is a bad one. */
  function escaped(mode: Mode): string {
    const start = at
    const char = text[at + 1]
    if (char === undefined) {
      at += 1
      find(wrong.unexpectedEnd, start, at, 'An unexpected end of stream was found')
      return ''
    }
    if (char === 'u') return unicodeEscape(start)
    const meant = Object.hasOwn(escapes, char) ? escapes[char] : undefined
    const shown = String.fromCodePoint(text.codePointAt(at + 1)!)
    if (meant !== undefined) {
      at += 2
      return meant
    }
    at += char === '\n' && mode.kind === 'string' ? 1 : 1 + shown.length
    find(wrong.badEscape, start, start + 1 + shown.length, `An unexpected escape code '${shown}' was found`)
    return ''
  }

  function unicodeEscape(start: number): string {
    const hex = /[0-9a-fA-F]{0,4}/y
    at += 2
    const found = matchAt(hex)!
    at += found.length
    const code = Number.parseInt(found, 16)
    if (found.length === 4 && (code < 0xd800 || code > 0xdfff)) return String.fromCharCode(code)
    const end = found.length === 4 ? at : Math.min(at + 1, text.length)
    find(wrong.badUnicode, start, end, 'An invalid UTF8 escape sequence was found')
    return ''
  }

  // ---- extractors --------------------------------------------------------------------------------------------

  function extractor(): void {
    const start = at
    const lines: string[] = []
    let line = ''
    at += 1
    for (;;) {
      const char = text[at]
      if (char === '|') {
        at += 1
        lines.push(line)
        return push('<extractor>', start, joinContinued(lines))
      }
      if (char === undefined || char === '\n') {
        find(
          wrong.unterminatedExtractor,
          start,
          at,
          "It looks like you forgot to terminate an extractor with a closing '|'",
        )
        return push('<extractor>', start, '')
      }
      at += 1
      if (char !== '\\') line += char
      else if (text[at] === '\n') {
        at += 1
        lines.push(line)
        line = ''
      } else if (text[at] === '\\' || text[at] === '|') line += text[at++]
      else if (at < text.length) {
        const shown = String.fromCodePoint(text.codePointAt(at)!)
        find(wrong.badEscape, at - 1, at + shown.length, `An unexpected escape code '${shown}' was found`)
        at += shown.length
      }
    }
  }
}

const interpolationText = "It looks like you forgot to terminate a string interpolation with a closing '}'"
const literalHelp = "Did you mean to write a literal '#{'? Escape it as '\\#{'."
const heredocText = 'It looks like you forgot to terminate a here doc with with a closing \'"""\''

function exact(value: bigint): number | bigint {
  const near = Number(value)
  return Number.isSafeInteger(near) ? near : value
}

/** The lines of a continued rule, without the indentation that all of them share. */
function joinContinued(lines: readonly string[]): string {
  const indents = lines.filter((line) => line !== '').map((line) => line.length - line.trimStart().length)
  const shared = Math.min(...indents, Number.MAX_SAFE_INTEGER)
  return lines.map((line) => (indents.length === 0 ? line : line.slice(shared))).join('')
}
