/** Findings as text for people. Two layouts: ours, and the one that tremor 0.11 prints, for comparing with its suite. */
import type { Diagnostic, Label } from './diagnostic.ts'
import { linesOf, positionAt, type Source, type Span } from './source.ts'

export interface RenderOptions {
  /** Escape codes for a terminal. */
  readonly color?: boolean
  /** The place begins the first line, as compilers of other languages have it, instead of a line of its own. */
  readonly placeFirst?: boolean
}

/** Our layout: headline, place, the lines with what is marked, help and notes. Ends in a line break. */
export function render(
  finding: Diagnostic,
  { color = false, placeFirst = false }: RenderOptions = {},
): string {
  const paint = color ? painter(finding.severity) : plain
  const [primary, ...others] = finding.labels
  const here = [primary, ...others.filter(({ span }) => span.source === primary.span.source)]
  const elsewhere = others.filter(({ span }) => span.source !== primary.span.source)
  const lastLine = Math.max(...here.map(({ span }) => positionAt(span.source, span.start).line))
  const margin = ' '.repeat(String(lastLine).length)
  const headline = `${paint.severity(`${finding.severity}[${finding.code}]`)}${paint.strong(`: ${visible(finding.message)}`)}`
  // A file that cannot be read, or holds nothing, has no line to show.
  const blank = primary.span.source.text === ''
  const place = blank && !placeFirst ? primary.span.source.name : placeOf(primary.span)
  const text = [
    ...(placeFirst ? [`${place}: ${headline}`] : [headline, `${margin}${paint.dim('-->')} ${place}`]),
    ...(blank
      ? []
      : [`${margin} ${paint.dim('|')}`, ...excerpt(primary.span.source, here, primary, margin, paint)]),
  ]
  const remarks = [
    ...(finding.values ?? []).map(({ what, text }) => [what, text]),
    ...(finding.help === undefined
      ? []
      : [['help', finding.help + (finding.fix === undefined ? '' : ' (fixable)')]]),
    ...(finding.notes ?? []).map((note) => ['note', note]),
    ...elsewhere.map(({ span, message }) => ['note', `${message ?? 'see'}: ${placeOf(span)}`]),
  ]
  if (remarks.length > 0 && !blank) text.push(`${margin} ${paint.dim('|')}`)
  for (const [kind, remark] of remarks) {
    text.push(
      `${margin} ${paint.dim('=')} ${paint.strong(`${kind}:`)} ${visible(remark!).replaceAll('\n', `\n${margin}         `)}`,
    )
  }
  return `${text.join('\n')}\n`
}

/** `file:line:column`. */
export function placeOf({ source, start }: Span): string {
  const { line, column } = positionAt(source, start)
  return `${source.name}:${line}:${column}`
}

interface Paint {
  severity(text: string): string
  strong(text: string): string
  dim(text: string): string
}

const plain: Paint = { severity: (text) => text, strong: (text) => text, dim: (text) => text }

function painter(severity: Diagnostic['severity']): Paint {
  const code = (codes: string) => (text: string) => `\u001b[${codes}m${text}\u001b[0m`
  return { severity: code(severity === 'error' ? '1;31' : '1;33'), strong: code('1'), dim: code('36') }
}

/** The marked lines in order, with `^^^` under the primary label and `---` under the others; `...` for a gap. */
function excerpt(
  source: Source,
  labels: readonly Label[],
  primary: Label,
  margin: string,
  paint: Paint,
): string[] {
  const text: string[] = []
  let before: number | undefined
  let part: Part | undefined
  const sorted = [...labels].sort((a, b) => a.span.start - b.span.start)
  for (const label of sorted) {
    const { line } = positionAt(source, label.span.start)
    if (before !== undefined && line > before + 1) text.push(`${margin}${paint.dim('...')}`)
    const wanted = partOf(source, line, label === primary ? label : (onLine(line, primary) ?? label))
    if (line !== before || part === undefined || !isWithin(label, part)) {
      part = line === before ? partOf(source, line, label) : wanted
      text.push(`${paint.dim(`${String(line).padStart(margin.length)} |`)} ${part.shown}`)
    }
    before = line
    const mark = label === primary ? paint.severity : paint.dim
    const { pad, width } = underline(source, label.span, part)
    const words = label.message === undefined ? '' : ` ${visible(label.message)}`
    text.push(
      `${margin} ${paint.dim('|')} ${pad}${mark((label === primary ? '^' : '-').repeat(width) + words)}`,
    )
  }
  return text

  function onLine(line: number, label: Label): Label | undefined {
    return positionAt(source, label.span.start).line === line ? label : undefined
  }
}

/** What is shown of a line: all of it, or what stands around a label if it is very long. */
interface Part {
  readonly start: number
  readonly end: number
  readonly shown: string
  /** What stands before the text: a mark that something was left out. */
  readonly before: string
}

const LONGEST_LINE = 180
const SHOWN_BEFORE = 60

function partOf(source: Source, line: number, label: Label): Part {
  const first = linesOf(source)[line - 1]!
  const whole = lineText(source, line)
  if (whole.length <= LONGEST_LINE)
    return { start: first, end: first + whole.length, shown: visible(whole), before: '' }
  const from = Math.max(0, label.span.start - first - SHOWN_BEFORE)
  const to = Math.min(whole.length, from + LONGEST_LINE)
  const before = from > 0 ? '…' : ''
  const shown = `${before}${visible(whole.slice(from, to).toWellFormed())}${to < whole.length ? '…' : ''}`
  return { start: first + from, end: first + to, shown, before }
}

function isWithin({ span }: Label, { start, end }: Part): boolean {
  return span.start >= start && span.start <= end
}

/** Where the marks under a span begin, and how many there are. Of a span of several lines the first is marked. */
function underline(source: Source, span: Span, part: Part): { pad: string; width: number } {
  const end = Math.min(span.end, part.end)
  // A tab stays a tab, so that the marks stand under what they mark.
  const pad = [...part.before, ...source.text.slice(part.start, span.start)].map((char) =>
    char === '\t' ? '\t' : ' '.repeat(cells(char)),
  )
  const marked = [...source.text.slice(span.start, end)].reduce((sum, char) => sum + cells(char), 0)
  return { pad: pad.join(''), width: Math.max(1, marked) }
}

/** A text of which a terminal obeys nothing: each control character, and each that turns the line around, as one that is seen. */
function visible(text: string): string {
  return text.replace(
    /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (char) => {
      const code = char.charCodeAt(0)
      return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? '\u2421' : '\u00b7'
    },
  )
}

/** How many places of a terminal a character takes. */
function cells(char: string): number {
  return /\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/u.test(
    char,
  )
    ? 2
    : 1
}

function lineText(source: Source, line: number): string {
  const starts = linesOf(source)
  const end = starts[line] ?? source.text.length + 1
  return source.text.slice(starts[line - 1]!, end - 1).replace(/\r$/, '')
}

/** The layout of tremor's plain highlighter. `top` is the file that was compiled: others are named in the headline. */
export function renderTremor(finding: Diagnostic, top?: Source): string {
  const { tremor = {} } = finding
  const span = tremor.span ?? finding.labels[0].span
  const message = tremor.message ?? finding.message
  const hint = tremor.hint ?? (tremor.message === undefined ? finding.help : undefined)
  if (tremor.context === 'none') return `Error: \n      | ^ ${message}\n\n`

  const { source } = span
  const start = positionAt(source, span.start)
  const end = positionAt(source, span.end)
  const isTop = top === undefined || top === source
  const head =
    finding.severity === 'warning'
      ? 'Warning: '
      : isTop
        ? 'Error: '
        : `Error in ${source.name}:${start.line}:${start.column} `
  const [first, last] = contextLines(finding, span)
  const text = [head]
  for (let line = first; line <= last; line += 1) {
    text.push(`${String(line).padStart(5)} | ${tremorLine(lineText(source, line))}`)
    if (line !== end.line) continue
    const column = start.line === end.line ? start.column : 1
    const width = start.line === end.line ? Math.max(1, end.column - start.column) : end.column - 1
    text.push(`      | ${' '.repeat(column - 1)}${'^'.repeat(width)} ${message}`)
    if (hint !== undefined) text.push(`      | ${' '.repeat(column + width)}NOTE: ${hint}`)
  }
  return `${text.join('\n')}\n\n`
}

/** First and last line that tremor prints. */
function contextLines({ tremor = {} }: Diagnostic, span: Span): [number, number] {
  const { source } = span
  const start = positionAt(source, span.start).line
  const end = positionAt(source, span.end).line
  const { context = 2 } = tremor
  const total = linesOf(source).length
  // Of a query tremor prints the empty line behind the last line break, too.
  const printed = source.text.endsWith('\n') && !source.name.endsWith('.trickle') ? total - 1 : total
  if (context === 'cut') return [Math.max(1, start - 2), end]
  if (typeof context === 'number') return [Math.max(1, start - context), Math.min(printed, end + context)]
  if (context === 'none') return [start, end]
  return [positionAt(source, context.start).line, Math.min(printed, positionAt(source, context.end).line)]
}

/** tremor prints tokens, not text: comments come out with a space behind their `#`. */
function tremorLine(text: string): string {
  return text.replace(
    /^(\s*)(#{1,3})(?![#!{])(.*)$/,
    (_, blank: string, hashes: string, rest: string) => `${blank}${hashes} ${rest}`,
  )
}
