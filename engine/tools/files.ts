/** Finding the files that a tool works on. */
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { disk, messageOf } from '../binding/files.ts'

/** A path that was given cannot be read. */
export class Unreadable extends Error {}

/** The path itself if it is a file; in a folder all that `wanted` likes, in the order of names, without hidden ones. */
export function filesBelow(path: string, wanted: (name: string) => boolean): string[] {
  return guarded(path, () => {
    if (!statSync(path).isDirectory()) return [path]
    const entries = readdirSync(path, { withFileTypes: true })
      .filter(({ name }) => !name.startsWith('.') && name !== 'node_modules')
      .sort((a, b) => (a.name < b.name ? -1 : 1))
    return entries.flatMap((entry) => {
      const below = join(path, entry.name)
      if (entry.isDirectory()) return filesBelow(below, wanted)
      return wanted(entry.name) ? [below] : []
    })
  })
}

/** Scripts and queries. */
export function programFiles(path: string): string[] {
  return filesBelow(path, (name) => /\.(tremor|trickle)$/.test(name))
}

export function readText(path: string): string {
  return guarded(path, () => disk.read(path))
}

function guarded<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof Unreadable) throw error
    throw new Unreadable(`Cannot read "${path}": ${messageOf(error)}`)
  }
}
