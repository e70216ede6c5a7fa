/** Findings as text for people. Two layouts: ours, and the one that tremor 0.11 prints, for comparing with its suite. */
import type { Diagnostic, Label } from './diagnostic.ts'
import { linesOf, positionAt, type Source, type Span } from './source.ts'

export interface RenderOptions {
  /** Escape codes for a terminal. */
  readonly color?: boolean
}

/** Our layout: headline, place, the lines with what is marked, help and notes. Ends in a line break. */
export function render(finding: Diagnostic, { color = false }: RenderOptions = {}): string {
  const paint = color ? painter(finding.severity) : plain
  const [primary, ...others] = finding.labels
  const { line, column } = positionAt(primary.span.source, primary.span.start)
  const here = [primary, ...others.filter(({ span }) => span.source === primary.span.source)]
  const elsewhere = others.filter(({ span }) => span.source !== primary.span.source)
  const lastLine = Math.max(...here.map(({ span }) => positionAt(span.source, span.start).line))
  const margin = ' '.repeat(String(lastLine).length)
  const text = [
    `${paint.severity(`${finding.severity}[${finding.code}]`)}${paint.strong(`: ${finding.message}`)}`,
    `${margin}${paint.dim('-->')} ${primary.span.source.name}:${line}:${column}`,
    `${margin} ${paint.dim('|')}`,
    ...excerpt(primary.span.source, here, primary, margin, paint),
  ]
  const remarks = [
    ...(finding.help === undefined
      ? []
      : [['help', finding.help + (finding.fix === undefined ? '' : ' (fixable)')]]),
    ...(finding.notes ?? []).map((note) => ['note', note]),
    ...elsewhere.map(({ span, message }) => ['note', `${message ?? 'see'}: ${placeOf(span)}`]),
  ]
  if (remarks.length > 0) text.push(`${margin} ${paint.dim('|')}`)
  for (const [kind, remark] of remarks) {
    text.push(
      `${margin} ${paint.dim('=')} ${paint.strong(`${kind}:`)} ${remark!.replaceAll('\n', `\n${margin}         `)}`,
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
  const sorted = [...labels].sort((a, b) => a.span.start - b.span.start)
  for (const label of sorted) {
    const { line } = positionAt(source, label.span.start)
    if (before !== undefined && line > before + 1) text.push(`${margin}${paint.dim('...')}`)
    if (line !== before)
      text.push(`${paint.dim(`${String(line).padStart(margin.length)} |`)} ${lineText(source, line)}`)
    before = line
    const mark = label === primary ? paint.severity : paint.dim
    const { pad, width } = underline(source, label.span, line)
    const words = label.message === undefined ? '' : ` ${label.message}`
    text.push(
      `${margin} ${paint.dim('|')} ${pad}${mark((label === primary ? '^' : '-').repeat(width) + words)}`,
    )
  }
  return text
}

/** Where the marks under a span begin, and how many there are. Of a span of several lines the first is marked. */
function underline(source: Source, span: Span, line: number): { pad: string; width: number } {
  const start = linesOf(source)[line - 1]!
  const end = Math.min(span.end, start + lineText(source, line).length)
  // A tab stays a tab, so that the marks stand under what they mark.
  const pad = [...source.text.slice(start, span.start)].map((char) =>
    char === '\t' ? '\t' : ' '.repeat(cells(char)),
  )
  const marked = [...source.text.slice(span.start, end)].reduce((sum, char) => sum + cells(char), 0)
  return { pad: pad.join(''), width: Math.max(1, marked) }
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
