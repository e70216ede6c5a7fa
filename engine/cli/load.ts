/** Checking of a configuration from the command line's side: what `run` starts from and reloads. */
import { check } from '../check.ts'
import { countOf, prettyFindings } from './findings.ts'
import type { Loaded } from './service.ts'
import type { Terminal } from './terminal.ts'

export async function loadConfiguration(paths: readonly string[], terminal: Terminal): Promise<Loaded> {
  const { plan, findings, files } = await check(paths)
  return { plan, files, report: prettyFindings(findings, terminal.stderr), ...countOf(findings) }
}
