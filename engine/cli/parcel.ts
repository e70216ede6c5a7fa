/** What `plan` and `apply` send: the files that were named, or the wish that the process reads its own again. */
import { messageOf } from '../binding/files.ts'
import { bundleOf } from './bundle.ts'
import { CommandFailure, exit } from './exit.ts'
import type { Terminal } from './terminal.ts'

export async function bodyOf(paths: readonly string[], terminal: Terminal): Promise<object> {
  if (paths.length === 0) return {}
  try {
    const { directory } = terminal
    return { bundle: await bundleOf(paths, { directory, stdin: () => terminal.readInput() }) }
  } catch (error) {
    const { path } = error as NodeJS.ErrnoException
    const what = path === undefined ? 'Cannot read the configuration' : `Cannot read "${path}"`
    throw new CommandFailure(exit.no, `${what}: ${messageOf(error)}`)
  }
}

/** The number of a revision, of a flag or an argument. */
export function revisionOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new CommandFailure(exit.usage, `"${text}" is not the number of a revision: "temblor status" shows it`)
}
