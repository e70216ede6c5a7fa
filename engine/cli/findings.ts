/** Findings for a person at a terminal: laid out by `dsl/render.ts`, counted here. The forms for machines are in `formats.ts`. */
import type { Diagnostic } from '#dsl/diagnostic.ts'
import { type RenderOptions, render } from '#dsl/render.ts'
import type { Stream } from './terminal.ts'

/** Beyond so many a person mends some first. */
const mostShown = 20

export function prettyFindings(
  findings: readonly Diagnostic[],
  { colour }: Stream,
  { placeFirst = false }: Pick<RenderOptions, 'placeFirst'> = {},
): string {
  const shown = findings
    .slice(0, mostShown)
    .map((finding) => `${render(finding, { color: colour, placeFirst }).trimEnd()}\n`)
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
