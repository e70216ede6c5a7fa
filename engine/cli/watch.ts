/**
 * Watching of configuration files. Directories are watched and not files: a file that is replaced (by an editor, by
 * Kubernetes swapping a ConfigMap) is a new file, and a watch on the old one never fires again.
 */
import { type FSWatcher, statSync, watch } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Clock, Timer } from '../clock.ts'

/** An edit is rarely one write: what happens within this time is one change. */
const settleMs = 250

export interface Watcher {
  /** Watches what these files and directories lie in, in place of what was watched before. */
  follow(paths: readonly string[]): void
  close(): void
}

/** `changed` is called once per burst of changes, of whatever file in a watched directory: who reads them sees what is new. */
export function createWatcher(clock: Clock, changed: () => void): Watcher {
  const watchers = new Map<string, FSWatcher>()
  let pending: Timer | null = null

  return {
    follow(paths) {
      const wanted = new Set(paths.map(directoryOf))
      for (const [directory, watcher] of watchers) if (!wanted.has(directory)) drop(directory, watcher)
      for (const directory of wanted) if (!watchers.has(directory)) add(directory)
    },
    close() {
      pending?.cancel()
      for (const [directory, watcher] of watchers) drop(directory, watcher)
    },
  }

  function add(directory: string): void {
    try {
      const watcher = watch(directory, settle)
      // The directory itself is gone: what is read next will say so.
      watcher.on('error', () => drop(directory, watcher))
      watchers.set(directory, watcher)
    } catch {
      // It vanished meanwhile.
    }
  }

  function drop(directory: string, watcher: FSWatcher): void {
    watcher.close()
    watchers.delete(directory)
  }

  function settle(): void {
    pending?.cancel()
    pending = clock.after(settleMs, () => {
      pending = null
      changed()
    })
  }
}

function directoryOf(path: string): string {
  const full = resolve(path)
  return statSync(full, { throwIfNoEntry: false })?.isDirectory() ? full : dirname(full)
}
