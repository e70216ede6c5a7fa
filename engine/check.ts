/** The one function behind `check` and `run`: what runs was checked. */
import { type Diagnostic, hasErrors } from '#dsl/diagnostic.ts'
import type { World } from '#dsl/world.ts'
import { disk, type Env, type Files } from './binding/files.ts'
import { linkConfig } from './binding/link.ts'
import type { Plan } from './binding/plan.ts'
import { readConfig } from './binding/read.ts'
import { type Catalogue, loadCatalogue } from './catalogue.ts'

export interface CheckOptions {
  /** By default the disk. */
  readonly files?: Files
  /** By default the environment of the process. */
  readonly env?: Env
  /** By default all components there are. */
  readonly catalogue?: Catalogue
  /** Counters for the cases of scripts, where coverage is asked for. */
  readonly arm?: World['arm']
  /** Warnings count as errors. */
  readonly denyWarnings?: boolean
}

export interface Checked {
  /** Sorted by file and place. */
  readonly findings: readonly Diagnostic[]
  /** What `run` would run. Absent if there are errors, or warnings that are denied. */
  readonly plan?: Plan
  /** Every file that was read, also if there are errors: what a watcher waits on to be mended. */
  readonly files: readonly string[]
}

/** Reads, checks and links what `paths` name (files, directories, `-`). Never throws for bad input. */
export async function check(paths: readonly string[], options: CheckOptions = {}): Promise<Checked> {
  const catalogue = options.catalogue ?? (await loadCatalogue())
  const config = readConfig(paths, {
    files: options.files ?? disk,
    env: options.env ?? process.env,
    catalogue,
    ...(options.arm === undefined ? {} : { arm: options.arm }),
  })
  const { plan, findings } = await linkConfig(config, catalogue)
  const denied = options.denyWarnings === true && findings.length > 0
  return {
    findings,
    files: config.files,
    ...(plan === undefined || denied || hasErrors(findings) ? {} : { plan }),
  }
}
