/** Checking of a configuration from the command line's side: what `run` starts from and reloads. */
import { disk, type Files } from '../binding/files.ts'
import { recording } from '../binding/recorded-files.ts'
import { check } from '../check.ts'
import { kindOf } from '../convert/converters.ts'
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
  const { files: recorded, reading } = recording(where, { paths })
  const { plan, findings, files } = await check(paths, { files: recorded })
  const report =
    prettyFindings(findings, terminal.stderr) + (plan === undefined ? await otherKind(paths, where) : '')
  return { plan, reading, files, report, ...countOf(findings) }
}

async function loadConverted(from: From, terminal: Terminal): Promise<Loaded> {
  const read = convertNow(from, terminal)
  const made = isConverted(read) ? inMemory(from, read.files) : undefined
  const { files: recorded, reading } = recording(made?.files ?? disk, {
    paths: made?.paths ?? [],
    plainText: true,
  })
  const checked = made && (await check(made.paths, { files: recorded, env: {} }))
  const findings = [...read.findings, ...(checked?.findings ?? [])]
  const report = prettyFindings(findings, terminal.stderr)
  return {
    plan: checked?.plan,
    reading,
    files: read.from,
    report,
    ...countOf(findings),
    metrics: read.metrics,
  }
}

/** Another system's file, given as if it were ours. */
async function otherKind(paths: readonly string[], files: Files): Promise<string> {
  const [path, ...others] = paths
  if (path === undefined || path === '-' || others.length > 0) return ''
  try {
    const kind = files.isDirectory(path) ? undefined : await kindOf(files.read(path))
    return kind === undefined
      ? ''
      : `\nThis looks like the file of another system: temblor run --from ${kind} ${path}\n`
  } catch {
    return ''
  }
}
