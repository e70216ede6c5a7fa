/** Findings for machines: JSON, GitHub's annotations, SARIF. For people they are laid out by `dsl/render.ts`. */
import type { Diagnostic, DiagnosticKind, Label } from '#dsl/diagnostic.ts'
import { positionAt, type Span } from '#dsl/source.ts'

/** One finding as plain data. Lines and columns count from 1, columns in characters; ends are exclusive. */
export function plain({ code, severity, message, labels, notes, help, fix }: Diagnostic) {
  const [first, ...related] = labels
  return {
    code,
    severity,
    message,
    ...rangeOf(first.span),
    ...(first.message === undefined ? {} : { label: first.message }),
    ...(related.length === 0 ? {} : { related: related.map(plainLabel) }),
    ...(notes === undefined || notes.length === 0 ? {} : { notes }),
    ...(help === undefined ? {} : { help }),
    ...(fix === undefined ? {} : { fix: fix.map(({ span, text }) => ({ ...rangeOf(span), text })) }),
  }
}

/** Workflow commands, a line each: GitHub shows them beside the lines they are about. */
export function githubOf(findings: readonly Diagnostic[]): string {
  return findings.map(annotation).join('')
}

function annotation({ code, severity, message, labels: [{ span }], help }: Diagnostic): string {
  const { file, line, column, endLine, endColumn } = rangeOf(span)
  const place = `file=${property(file)},line=${line},col=${column},endLine=${endLine},endColumn=${endColumn}`
  return `::${severity} ${place},title=${property(code)}::${data(help === undefined ? message : `${message}\n${help}`)}\n`
}

/** `%`, CR and LF would end a workflow command; `:` and `,` a property of one. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

/** SARIF 2.1.0 (OASIS), one run. Of `kinds` those that occur are listed as rules. */
export function sarifOf(
  findings: readonly Diagnostic[],
  { kinds, version }: { readonly kinds: readonly DiagnosticKind[]; readonly version: string },
): string {
  const rules = [...new Set(findings.map(({ code }) => code))].sort().map((id) => {
    const kind = kinds.find(({ code }) => code === id)
    if (kind === undefined) return { id }
    return { id, shortDescription: { text: kind.title }, fullDescription: { text: kind.explain } }
  })
  const run = {
    tool: { driver: { name: 'temblor', version, rules } },
    columnKind: 'unicodeCodePoints',
    results: findings.map(sarifResult),
  }
  const $schema = 'https://json.schemastore.org/sarif-2.1.0.json'
  return `${JSON.stringify({ $schema, version: '2.1.0', runs: [run] }, null, 2)}\n`
}

function sarifResult({ code, severity, message, labels, help, fix }: Diagnostic) {
  const [first, ...related] = labels
  const location = ({ span, message }: Label) => ({
    physicalLocation: { artifactLocation: artifact(span), region: region(span) },
    ...(message === undefined ? {} : { message: { text: message } }),
  })
  const change = (span: Span, text: string) => ({
    artifactLocation: artifact(span),
    replacements: [{ deletedRegion: region(span), insertedContent: { text } }],
  })
  return {
    ruleId: code,
    level: severity,
    message: { text: help === undefined ? message : `${message}: ${help}` },
    locations: [location(first)],
    ...(related.length === 0 ? {} : { relatedLocations: related.map(location) }),
    ...(fix === undefined
      ? {}
      : { fixes: [{ artifactChanges: fix.map(({ span, text }) => change(span, text)) }] }),
  }
}

function artifact({ source }: Span) {
  return { uri: encodeURI(source.name.replaceAll('\\', '/')) }
}

function region(span: Span) {
  const { line, column, endLine, endColumn } = rangeOf(span)
  return { startLine: line, startColumn: column, endLine, endColumn }
}

function plainLabel({ span, message }: Label) {
  return { ...rangeOf(span), ...(message === undefined ? {} : { message }) }
}

function rangeOf({ source, start, end }: Span) {
  const from = positionAt(source, start)
  const to = positionAt(source, end)
  return { file: source.name, line: from.line, column: from.column, endLine: to.line, endColumn: to.column }
}
