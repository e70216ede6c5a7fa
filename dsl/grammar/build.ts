/** What the rules of the grammar call to make nodes: everything that is more than an object literal. */
import type { Binary, BinaryOp, BytesPart, Expr, LegacyPart, Literal, Path, Segment, Text } from '../ast.ts'
import { type Source, type Span, spanOf } from '../source.ts'
import { fromLegacy } from './legacy.ts'
import { nameOfCode, type Token } from './tokens.ts'

/** A range of tokens, as the parser counts them. */
interface Range {
  readonly start: number
  readonly end: number
}

interface Name {
  readonly name: string
  readonly span: Span
}

interface Operand {
  readonly expr: Expr
  readonly range: Range
}

/** A piece of a string (its token; none for an escaped `#`) or an interpolated expression. */
type TextPart = { readonly piece: number | undefined } | Expr

/** How tight each operator binds: a higher number, a tighter bond. */
export const tightness: Readonly<Record<BinaryOp, number>> = {
  or: 1,
  xor: 2,
  and: 3,
  '^': 4,
  '&': 5,
  '==': 6,
  '!=': 6,
  '>=': 7,
  '>': 7,
  '<=': 7,
  '<': 7,
  '>>': 8,
  '>>>': 8,
  '<<': 8,
  '+': 9,
  '-': 9,
  '*': 10,
  '/': 10,
  '%': 10,
}

/** The helpers for a parse of `tokens`; `base` is the index of the token that the parser sees first. */
export function createBuild(source: Source, tokens: readonly Token[], base: number) {
  return {
    span,
    value,
    from,
    whole,
    text,
    qualified,
    operation,
    bytesPart,
    metaPath,
    selector,
    some,
    name: nameOfCode,
  }

  function span(range: Range): Span {
    const first = tokens[base + range.start]!
    const last = range.end > range.start ? tokens[base + range.end - 1]! : first
    return spanOf(source, first.start, last.end)
  }

  function value(index: number): Token['value'] {
    return tokens[base + index]!.value
  }

  /** The place of a construct without the documentation before its first keyword. */
  function from(range: Range, keyword: string): Span {
    let start = range.start
    while (tokens[base + start]!.kind !== keyword) start += 1
    return span({ start, end: range.end })
  }

  function whole(): Span {
    return spanOf(source, 0, source.text.length)
  }

  function qualified(place: Span, names: readonly Name[]) {
    const last = names[names.length - 1]!
    return {
      module: names.slice(0, -1).map(({ name }) => name),
      name: last.name,
      nameSpan: last.span,
      span: place,
    }
  }

  function operation(first: Operand, rest: readonly (readonly [string, Operand])[]): Expr {
    let at = 0
    return climb(first, 0).expr

    function climb(left: Operand, least: number): Operand {
      let so = left
      while (at < rest.length) {
        const [code, operand] = rest[at]!
        const op = nameOfCode(code) as BinaryOp
        if (tightness[op] <= least) break
        at += 1
        const right = climb(operand, tightness[op])
        const range = { start: so.range.start, end: right.range.end }
        const expr: Binary = { kind: 'binary', op, left: so.expr, right: right.expr, span: span(range) }
        so = { expr, range }
      }
      return so
    }
  }

  function text(place: Span, parts: readonly TextPart[], heredoc: boolean): Literal | Text {
    const found: (string | Expr | LegacyPart)[] = []
    let escaped = false
    for (const part of parts) {
      if ('kind' in part) found.push(part)
      else if (part.piece === undefined) addText('#')
      else for (const piece of fromLegacy(source, tokens[base + part.piece]!, escaped)) addPiece(piece)
      escaped = 'piece' in part && part.piece === undefined
    }
    if (found.every((part) => typeof part === 'string')) {
      return { kind: 'literal', value: found.join(''), span: place }
    }
    return { kind: 'text', parts: found, heredoc, span: place }

    function addPiece(piece: string | LegacyPart): void {
      if (typeof piece === 'string') addText(piece)
      else found.push(piece)
    }

    function addText(more: string): void {
      const last = found[found.length - 1]
      if (typeof last === 'string') found[found.length - 1] = last + more
      else if (more !== '') found.push(more)
    }
  }

  function bytesPart(
    place: Span,
    part: { value: Expr; bits: number | bigint | null; type: Name | null },
  ): BytesPart {
    const words = part.type === null ? [] : part.type.name.split('-')
    return {
      value: part.value,
      ...some({ bits: part.bits === null ? null : Number(part.bits) }),
      type: words.includes('binary') ? 'binary' : 'integer',
      endian: words.includes('little') ? 'little' : 'big',
      signed: words.includes('signed'),
      ...some({ dataType: part.type?.name }),
      span: place,
    }
  }

  function metaPath(place: Span, names: readonly (Name | Segment)[]): Path {
    const root = { kind: 'meta' as const, span: spanOf(source, place.start, place.start + 1) }
    const [first, ...rest] = names
    if (first === undefined) return { kind: 'path', root, segments: [], span: place }
    const key: Segment = { kind: 'key', name: (first as Name).name, span: first.span }
    return { kind: 'path', root, segments: [key, ...(rest as Segment[])], span: place }
  }

  function selector(place: Span, begin: Expr, end: Expr | null): Segment {
    if (end !== null) return { kind: 'range', from: begin, to: end, span: place }
    if (begin.kind === 'literal' && typeof begin.value === 'string') {
      return { kind: 'key', name: begin.value, span: place }
    }
    if (begin.kind === 'literal' && Number.isInteger(begin.value) && (begin.value as number) >= 0) {
      return { kind: 'index', index: begin.value as number, span: place }
    }
    return { kind: 'element', expr: begin, span: place }
  }
}

/** Fields that have a value: what is absent in the text is absent in the tree. */
function some<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value != null)) as {
    [K in keyof T]?: NonNullable<T[K]>
  }
}
