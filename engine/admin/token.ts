/**
 * The word by which a running Temblor knows who may change it. The operator sets one (TEMBLOR_ADMIN_TOKEN), or the process makes one up and
 * leaves it where only its own user can read it: other users of the machine reach the port, but not the file.
 */
import { randomBytes } from 'node:crypto'
import { lstatSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

/** A token for this port, written down. Throws if there is no folder that is ours alone. */
export function leaveToken(port: number, environment: Environment): string {
  const folder = folderOf(environment)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  mustBeOurs(folder)
  const token = randomBytes(24).toString('base64url')
  const path = join(folder, `${port}.token`)
  rmSync(path, { force: true })
  writeFileSync(path, token, { mode: 0o600, flag: 'wx' })
  return token
}

export function forgetToken(port: number, environment: Environment): void {
  rmSync(join(folderOf(environment), `${port}.token`), { force: true })
}

/** What a process of the same user left for this port; undefined if there is none. */
export function findToken(port: number, environment: Environment): string | undefined {
  try {
    const folder = folderOf(environment)
    mustBeOurs(folder)
    return readFileSync(join(folder, `${port}.token`), 'utf8').trim()
  } catch {
    return undefined
  }
}

function folderOf(environment: Environment): string {
  const runtime = environment['XDG_RUNTIME_DIR']
  return runtime ? join(runtime, 'temblor') : join(tmpdir(), `temblor-${process.getuid?.() ?? 'user'}`)
}

/** In a folder that everybody may write to, somebody else may have been first. */
function mustBeOurs(folder: string): void {
  const { uid, mode } = lstatSync(folder)
  const isFolder = lstatSync(folder).isDirectory()
  if (isFolder && (process.getuid === undefined || (uid === process.getuid() && (mode & 0o077) === 0))) return
  throw new Error(`"${folder}" is not a folder that only this user can read`)
}
