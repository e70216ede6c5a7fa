/** Artefacts that are there without being configured: tremor's `system::…`, and the pipeline for errors of offramps. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Source } from '#dsl/source.ts'
import { home } from '../home.ts'

/** The texts of the pipelines that are built in, by id. */
export const builtinPipelines: Readonly<Record<string, () => Source>> = {
  internal_error_processing: () => shipped('internal_error_processing'),
  'system::passthrough': () => ({ name: '<system::passthrough>', text: 'select event from in into out;\n' }),
}

/** The types of the offramps that are built in, by id. */
export const builtinOfframps: Readonly<Record<string, string>> = {
  'system::stdout': 'stdout',
  'system::stderr': 'stderr',
}

function shipped(name: string): Source {
  const path = join(home, 'pipelines', `${name}.trickle`)
  return { name: path, text: readFileSync(path, 'utf8') }
}
