/** As much of a file system as a log takes. Handed in, so that tests can cut it at every write. */
import { mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { open, readdir, readFile, unlink } from 'node:fs/promises'
import { join } from 'node:path'

export interface LogFolder {
  /** Makes the folder and keeps other processes out. Throws an `Error` that an operator can act on. */
  claim(): void
  unclaim(): void
  list(): Promise<readonly string[]>
  read(name: string): Promise<Uint8Array>
  /** Makes an empty file that is still there after a crash. Rejects if there is one. */
  create(name: string): Promise<LogFile>
  remove(name: string): Promise<void>
}

export interface LogFile {
  /** Resolves when all was written, to where another process could read it. */
  append(bytes: Uint8Array): Promise<void>
  /** Resolves when all that was appended survives a loss of power. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** A folder on disk. Its file `lock` holds the id of the process that uses it. */
export function diskFolder(path: string): LogFolder {
  const lock = join(path, 'lock')
  return {
    claim() {
      try {
        mkdirSync(path, { recursive: true })
        writeFileSync(lock, String(process.pid), { flag: 'wx' })
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
          throw new Error(`Cannot use the folder "${path}": ${(error as Error).message}`)
        const owner = Number(readFileSync(lock, 'utf8'))
        if (owner !== process.pid && isRunning(owner))
          throw new Error(`Cannot use the folder "${path}": process ${owner} does, as its file "lock" says`)
        writeFileSync(lock, String(process.pid))
      }
    },
    unclaim() {
      try {
        unlinkSync(lock)
      } catch {
        // The folder is gone, or cannot be written any more: then nobody has to be kept out either.
      }
    },
    list: () => readdir(path),
    read: (name) => readFile(join(path, name)),
    async create(name) {
      const handle = await open(join(path, name), 'wx')
      const folder = await open(path, 'r')
      await folder.sync().finally(() => folder.close())
      return {
        append: (bytes) => handle.appendFile(bytes),
        sync: () => handle.datasync(),
        close: () => handle.close(),
      }
    },
    remove: (name) => unlink(join(path, name)),
  }
}

function isRunning(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
