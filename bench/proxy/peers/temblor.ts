/** Temblor as a user starts it: limits, deadlines, metrics, log and admin on. */
import { join } from 'node:path'
import { type Command, freePort } from '../processes.ts'
import { file } from '../scratch.ts'
import type { Place, TemblorSetup } from '../workload.ts'

export const root = join(import.meta.dirname, '../../..')

export interface TemblorOptions {
  /** Tells the files of this one from another's. */
  readonly name: string
  readonly checkout?: string
  /** Of Node, before the script. */
  readonly node?: readonly string[]
}

export async function temblor(setup: TemblorSetup, place: Place, options: TemblorOptions): Promise<Command> {
  const { name, checkout = root, node = [] } = options
  const trickle = Object.entries(setup.trickle ?? {})
  return {
    env: setup.env?.(place) ?? {},
    line: [
      join(root, 'node_modules/.bin/node'),
      ...node,
      join(checkout, 'bin/temblor.js'),
      'run',
      ...(setup.from === undefined ? [] : ['--from', setup.from]),
      file(`${name}.yaml`, setup.yaml(place)),
      ...trickle.map(([id, text]) => file(`${id}.trickle`, text)),
      ...(setup.paths ?? []).map((path) => join(checkout, path)),
      '--admin',
      `127.0.0.1:${await freePort()}`,
      '--log-format',
      'json',
      ...(process.env['TEMBLOR_BENCH_FLAGS']?.split(' ') ?? []),
    ],
  }
}
