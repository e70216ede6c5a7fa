/** The journals of this process by their folder: a generation of the configuration shares them with the one before it. */
import { resolve } from 'node:path'
import type { Log } from '../log.ts'
import { diskFolder } from './folder.ts'
import { Journal } from './journal.ts'

export interface JournalUse {
  readonly journal: Journal
  enter(): void
  /** True if nobody uses it any more. */
  leave(): boolean
}

interface Open {
  readonly journal: Journal
  readonly owner: string
  users: number
}

const open = new Map<string, Open>()

/**
 * The journal in `dir`. Throws an `Error` that an operator can act on if the folder cannot be made, or belongs to another
 * process or to another operator than `owner`.
 */
export function openJournal(
  dir: string,
  { owner, log, segmentBytes }: { owner: string; log: Log; segmentBytes: number },
): JournalUse {
  const path = resolve(dir)
  const folder = diskFolder(path)
  let it = open.get(path)
  if (it === undefined) {
    folder.claim()
    it = { journal: new Journal(folder, { log, segmentBytes }), owner, users: 0 }
    open.set(path, it)
  } else if (it.owner !== owner)
    throw new Error(
      `Cannot use the folder "${path}" for ${owner}: ${it.owner} does; each needs a folder of its own`,
    )
  const { journal } = it
  return {
    journal,
    enter: () => {
      it.users++
      if (open.get(path) === it) return
      folder.claim()
      open.set(path, it)
    },
    leave: () => {
      if (--it.users > 0) return false
      // At once where nothing is under way: a process that stops does not wait for more.
      if (journal.idle) letGo()
      void journal.rest().then(letGo)
      return true
    },
  }

  function letGo(): void {
    if (it!.users > 0 || open.get(path) !== it) return
    open.delete(path)
    folder.unclaim()
  }
}
