/** The older way to interpolate, `{path}`: found in the text of a string, decided on in 2-resolve. */
import type { LegacyPart, Segment } from '../ast.ts'
import { type Source, spanOf } from '../source.ts'
import { isReserved, type Token } from './tokens.ts'

const candidate = /\{(\$?)([\p{XID_Start}][\p{XID_Continue}-]*(?:\.[\p{XID_Start}][\p{XID_Continue}-]*)*)\}/uy

/**
 * The text of a piece of string, cut where a bare `{path}` stands: one simple path without spaces, behind no `#`
 * and no escape. `escaped` says that an escape stands right before the piece.
 */
export function fromLegacy(source: Source, piece: Token, escaped: boolean): (string | LegacyPart)[] {
  const value = piece.value as string
  if (!value.includes('{')) return [value]
  const { text } = source
  const parts: (string | LegacyPart)[] = []
  let plain = ''
  let barred = escaped
  for (let at = piece.start; at < piece.end; ) {
    if (text[at] === '\\') {
      const length = text[at + 1] === 'u' ? 6 : 2
      plain += unescaped(text.slice(at, at + length))
      at += length
      barred = true
      continue
    }
    const part = text[at] === '{' && !barred ? partAt(source, at) : undefined
    barred = text[at] === '#'
    if (part === undefined) {
      plain += text[at]
      at += 1
      continue
    }
    parts.push(plain, part)
    plain = ''
    at = part.span.end
  }
  return parts.length === 0 ? [value] : [...parts, plain]
}

function partAt(source: Source, at: number): LegacyPart | undefined {
  candidate.lastIndex = at
  const found = candidate.exec(source.text)
  if (found === null) return undefined
  const [whole, dollar, dotted] = found
  const names = dotted!.split('.')
  if (dollar === '' && isReserved(names[0]!)) return undefined
  const start = at + 1
  const rootEnd = dollar === '$' ? start + 1 : start + names[0]!.length
  const segments: Segment[] = []
  let from = dollar === '$' ? rootEnd : rootEnd + 1
  for (const name of dollar === '$' ? names : names.slice(1)) {
    segments.push({ kind: 'key', name, span: spanOf(source, from, from + name.length) })
    from += name.length + 1
  }
  const rootSpan = spanOf(source, start, rootEnd)
  return {
    kind: 'legacy',
    text: whole,
    path: {
      kind: 'path',
      root:
        dollar === '$'
          ? { kind: 'meta', span: rootSpan }
          : { kind: 'name', module: [], name: names[0]!, span: rootSpan },
      segments,
      span: spanOf(source, start, at + whole.length - 1),
    },
    span: spanOf(source, at, at + whole.length),
  }
}

function unescaped(text: string): string {
  const plain: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }
  if (text[1] === 'u') return String.fromCharCode(Number.parseInt(text.slice(2), 16))
  return plain[text[1]!] ?? text[1] ?? ''
}
