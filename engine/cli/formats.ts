/** Findings for machines: JSON, GitHub's annotations, SARIF. For people they are laid out in `dsl/render.ts`. */
import type { Diagnostic, DiagnosticKind, Label } from '#dsl/diagnostic.ts'
import { positionAt, type Span } from '#dsl/source.ts'

/** Line and column count from 1; `end` is the place behind the last character. */
interface Range {
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

/** One JSON array, a finding an object. The shape is part of the interface: fields are added, never changed. */
export function jsonOf(findings: readonly Diagnostic[]): string {
  return JSON.stringify(findings.map(plain), null, 2)
}

/** A finding as plain data, places counted as a reader counts. */
export function plain({
  code,
  severity,
  origin,
  message,
  labels,
  notes,
  help,
  fix,
}: Diagnostic): Readonly<Record<string, unknown>> {
  const [first, ...related] = labels
  const place = ({ span, message: text }: Label) => ({
    file: span.source.name,
    ...rangeOf(span),
    ...(text === undefined ? {} : { message: text }),
  })
  return {
    code,
    severity,
    origin,
    message,
    ...place({ span: first.span }),
    ...(first.message === undefined ? {} : { label: first.message }),
    ...(related.length === 0 ? {} : { related: related.map(place) }),
    ...(notes === undefined || notes.length === 0 ? {} : { notes }),
    ...(help === undefined ? {} : { help }),
    ...(fix === undefined
      ? {}
      : { fix: fix.map(({ span, text }) => ({ file: span.source.name, ...rangeOf(span), text })) }),
  }
}

/** Workflow commands: GitHub shows each beside its line. */
export function githubOf(findings: readonly Diagnostic[]): string {
  return findings.map(annotation).join('\n')
}

function annotation({ code, severity, message, labels: [{ span }], help }: Diagnostic): string {
  const { line, column, endLine, endColumn } = rangeOf(span)
  const place = `file=${property(span.source.name)},line=${line},endLine=${endLine},col=${column},endColumn=${endColumn}`
  return `::${severity} ${place},title=${property(code)}::${data(help === undefined ? message : `${message}\n${help}`)}`
}

/** `%`, CR and LF would end a workflow command; `:` and `,` a property of one. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

/** SARIF 2.1.0, one run. `kinds` describe the codes; those that occur are listed as rules. */
export function sarifOf(
  findings: readonly Diagnostic[],
  it: { readonly kinds: readonly DiagnosticKind[]; readonly version: string },
): string {
  const codes = [...new Set(findings.map(({ code }) => code))].sort()
  const rules = codes.map((code) => {
    const kind = it.kinds.find((each) => each.code === code)
    return {
      id: code,
      ...(kind === undefined
        ? {}
        : { shortDescription: { text: kind.title }, fullDescription: { text: kind.explain } }),
    }
  })
  const driver = { name: 'temblor', version: it.version, rules }
  const results = findings.map((finding) => resultOf(finding, codes.indexOf(finding.code)))
  return JSON.stringify(
    {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [{ tool: { driver }, columnKind: 'unicodeCodePoints', results }],
    },
    null,
    2,
  )
}

function resultOf(
  { code, severity, message, labels, help, fix }: Diagnostic,
  ruleIndex: number,
): Readonly<Record<string, unknown>> {
  const [first, ...related] = labels
  const location = ({ span, message: text }: Label) => ({
    physicalLocation: physical(span),
    ...(text === undefined ? {} : { message: { text } }),
  })
  return {
    ruleId: code,
    ruleIndex,
    level: severity,
    message: { text: help === undefined ? message : `${message}. ${help}` },
    locations: [location(first)],
    ...(related.length === 0 ? {} : { relatedLocations: related.map(location) }),
    ...(fix === undefined
      ? {}
      : { fixes: [{ artifactChanges: fix.map(({ span, text }) => changeOf(span, text)) }] }),
  }
}

function physical(span: Span) {
  return { artifactLocation: { uri: uriOf(span) }, region: regionOf(span) }
}

function changeOf(span: Span, text: string) {
  return {
    artifactLocation: { uri: uriOf(span) },
    replacements: [{ deletedRegion: regionOf(span), insertedContent: { text } }],
  }
}

function regionOf(span: Span) {
  const { line, column, endLine, endColumn } = rangeOf(span)
  return { startLine: line, startColumn: column, endLine, endColumn }
}

function uriOf({ source }: Span): string {
  return encodeURI(source.name.replaceAll('\\', '/'))
}

function rangeOf({ source, start, end }: Span): Range {
  const from = positionAt(source, start)
  const to = positionAt(source, end)
  return { line: from.line, column: from.column, endLine: to.line, endColumn: to.column }
}
