/** Checking of a configuration from the command line's side: what `run` starts from and reloads. */
import { disk, type Files } from '../binding/files.ts'
import { check } from '../check.ts'
import { countOf, prettyFindings } from './findings.ts'
import { convertNow, type From, inMemory, isConverted } from './from.ts'
import type { Loaded } from './service.ts'
import type { Terminal } from './terminal.ts'

export interface Configuration {
  /** Files and directories. */
  readonly paths: readonly string[]
  /** Where they are read from, if that is not the disk alone. */
  readonly files?: Files
  /** Another system's configuration instead. */
  readonly from?: From
}

export async function loadConfiguration(
  { paths, files: where = disk, from }: Configuration,
  terminal: Terminal,
): Promise<Loaded> {
  if (from !== undefined) return loadConverted(from, terminal)
  const { plan, findings, files } = await check(paths, { files: where })
  return { plan, files, report: prettyFindings(findings, terminal.stderr), ...countOf(findings) }
}

async function loadConverted(from: From, terminal: Terminal): Promise<Loaded> {
  const read = convertNow(from, terminal)
  const made = isConverted(read) ? inMemory(from, read.files) : undefined
  const checked = made && (await check(made.paths, { files: made.files, env: {} }))
  const findings = [...read.findings, ...(checked?.findings ?? [])]
  const report = prettyFindings(findings, terminal.stderr)
  return { plan: checked?.plan, files: read.from, report, ...countOf(findings), metrics: read.metrics }
}
