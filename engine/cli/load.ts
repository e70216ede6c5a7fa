/** Checking of a configuration from the command line's side: what `run` starts from and reloads. */
import { disk, type Files } from '../binding/files.ts'
import { check } from '../check.ts'
import { countOf, prettyFindings } from './findings.ts'
import type { Loaded } from './service.ts'
import type { Terminal } from './terminal.ts'

export interface Configuration {
  /** Files and directories. */
  readonly paths: readonly string[]
  /** Where they are read from, if that is not the disk alone. */
  readonly files?: Files
}

export async function loadConfiguration(
  { paths, files: from = disk }: Configuration,
  terminal: Terminal,
): Promise<Loaded> {
  const { plan, findings, files } = await check(paths, { files: from })
  return { plan, files, report: prettyFindings(findings, terminal.stderr), ...countOf(findings) }
}
