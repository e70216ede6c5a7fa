/** Findings on their way out of the process: for people by `dsl/render.ts`, for machines in the forms they know. */

import { relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Diagnostic, Label } from '#dsl/diagnostic.ts'
import { render } from '#dsl/render.ts'
import { positionAt, type Span } from '#dsl/source.ts'
import { version } from '../home.ts'
import { loadKinds } from '../kinds.ts'
import type { Stream } from './terminal.ts'

/** Beyond so many a person mends some first. */
const mostShown = 20

export function prettyFindings(findings: readonly Diagnostic[], { colour }: Stream): string {
  const shown = findings.slice(0, mostShown).map((finding) => `${render(finding, { colour }).trimEnd()}\n`)
  const rest = findings.length - shown.length
  return [...shown, ...(rest > 0 ? [`and ${rest} more\n`] : [])].join('\n')
}

export function countOf(findings: readonly Diagnostic[]): { errors: number; warnings: number } {
  const errors = findings.filter(({ severity }) => severity === 'error').length
  return { errors, warnings: findings.length - errors }
}

/** `1 error, 2 warnings`; empty if there is nothing to count. */
export function countText(findings: readonly Diagnostic[]): string {
  const { errors, warnings } = countOf(findings)
  const part = (count: number, noun: string) =>
    count === 0 ? [] : [`${count} ${noun}${count === 1 ? '' : 's'}`]
  return [...part(errors, 'error'), ...part(warnings, 'warning')].join(', ')
}

/** Lines and columns count from 1, columns in characters, ends are exclusive. */
export function plainFinding(finding: Diagnostic) {
  const { code, severity, message, labels, notes, help, fix } = finding
  return {
    code,
    severity,
    message,
    ...rangeOf(labels[0].span),
    labels: labels.map(plainLabel),
    ...(notes?.length ? { notes } : {}),
    ...(help === undefined ? {} : { help }),
    ...(fix?.length ? { fix: fix.map(({ span, text }) => ({ ...rangeOf(span), text })) } : {}),
  }
}

export function jsonFindings(findings: readonly Diagnostic[]): string {
  return `${JSON.stringify({ schema: 1, ...countOf(findings), findings: findings.map(plainFinding) })}\n`
}

/** Workflow commands of GitHub Actions, which shows them beside the lines. */
export function githubFindings(findings: readonly Diagnostic[]): string {
  const data = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  const property = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
  return findings
    .map((finding) => {
      const { file, line, column, endLine, endColumn } = rangeOf(finding.labels[0].span)
      const text = finding.help === undefined ? finding.message : `${finding.message}\n${finding.help}`
      const place = `file=${property(relative('.', resolve(file)))},line=${line},col=${column},endLine=${endLine},endColumn=${endColumn}`
      return `::${finding.severity} ${place},title=${property(finding.code)}::${data(text)}\n`
    })
    .join('')
}

/** SARIF 2.1.0 (OASIS), for code scanning. */
export async function sarifFindings(findings: readonly Diagnostic[]): Promise<string> {
  const used = new Set(findings.map(({ code }) => code))
  const kinds = (await loadKinds()).filter(({ code }) => used.has(code))
  const rules = kinds.map(({ code, title, explain }) => ({
    id: code,
    shortDescription: { text: title },
    fullDescription: { text: explain },
  }))
  const results = findings.map(({ code, severity, message, labels }) => ({
    ruleId: code,
    level: severity,
    message: { text: message },
    locations: [{ physicalLocation: physical(labels[0].span) }],
    ...(labels.length > 1
      ? {
          relatedLocations: labels
            .slice(1)
            .map(({ span, message }) => ({
              physicalLocation: physical(span),
              message: { text: message ?? '' },
            })),
        }
      : {}),
  }))
  const driver = { name: 'temblor', version, rules }
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, results }],
  }
  return `${JSON.stringify(log, null, 2)}\n`
}

function physical(span: Span) {
  const { file, line, column, endLine, endColumn } = rangeOf(span)
  return {
    artifactLocation: { uri: pathToFileURL(resolve(file)).href },
    region: { startLine: line, startColumn: column, endLine, endColumn },
  }
}

function plainLabel({ span, message }: Label) {
  return { ...rangeOf(span), ...(message === undefined ? {} : { message }) }
}

function rangeOf({ source, start, end }: Span) {
  const from = positionAt(source, start)
  const to = positionAt(source, end)
  return { file: source.name, line: from.line, column: from.column, endLine: to.line, endColumn: to.column }
}
