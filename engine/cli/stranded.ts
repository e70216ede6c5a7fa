/** Events that a write-ahead log keeps where nobody looks any more: it was written by more workers than there are now, or by one process alone. */
import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isRecord, type Value } from '#dsl/value.ts'
import type { Plan } from '../binding/plan.ts'
import type { Log } from '../log.ts'

interface Options {
  readonly workers: number
  readonly log: Log
}

export function warnOfStranded(plan: Plan, { workers, log }: Options): void {
  for (const dir of logFolders(plan))
    for (const folder of strandedIn(dir, workers)) {
      const help =
        folder === dir
          ? 'without --workers'
          : `with --workers ${Number(basename(folder).slice('worker-'.length))} or more`
      log.warn({ folder }, `A log of events lies where no worker looks for it: run once ${help} to send them`)
    }
}

function logFolders({ pipelines }: Plan): ReadonlySet<string> {
  const dirs = pipelines.flatMap(({ graph }) =>
    graph.nodes.flatMap((node) => {
      if (node.kind !== 'operator' || node.operator !== 'qos::wal') return []
      const params = node.params as Value
      const dir = isRecord(params) ? params['dir'] : undefined
      return typeof dir === 'string' ? [dir] : []
    }),
  )
  return new Set(dirs)
}

function strandedIn(dir: string, workers: number): readonly string[] {
  const isUsed = (name: string) => workers > 1 && Number(name.slice('worker-'.length)) <= workers
  const folders = namesIn(dir)
    .filter((name) => /^worker-\d+$/.test(name) && !isUsed(name))
    .map((name) => join(dir, name))
  return [...(workers > 1 ? [dir] : []), ...folders].filter((folder) =>
    namesIn(folder).some((name) => name.endsWith('.wal')),
  )
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
