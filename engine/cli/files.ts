/** Files that exist only in memory, in front of those on the disk: a configuration that a command made up. */
import { disk, type Files } from '../binding/files.ts'

export function withMemory(made: ReadonlyMap<string, string>): Files {
  return {
    ...disk,
    read: (path) => made.get(path) ?? disk.read(path),
    isDirectory: (path) => !made.has(path) && disk.isDirectory(path),
  }
}
