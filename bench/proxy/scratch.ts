/** Files that peers are started with: in one folder, which goes when the bench does. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const scratch = mkdtempSync(join(tmpdir(), 'temblor-bench-'))

process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))

/** Writes a file and gives its path. */
export function file(name: string, text: string | Uint8Array): string {
  const path = join(scratch, name)
  writeFileSync(path, text)
  return path
}
