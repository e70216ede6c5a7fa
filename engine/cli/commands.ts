/** The commands by name: the folder `commands/` is the list. */
import { readdirSync } from 'node:fs'
import type { CommandSpec } from './command.ts'

const folder = new URL('./commands/', import.meta.url)

export function commandNames(): string[] {
  return files()
    .map((file) => file.replace(/\.[jt]s$/, ''))
    .sort()
}

/** Loads the file of one command only: what the others need must not slow its start. */
export async function loadCommand(name: string): Promise<CommandSpec | undefined> {
  const file = files().find((file) => file.replace(/\.[jt]s$/, '') === name)
  if (file === undefined) return undefined
  const module = await import(new URL(file, folder).href)
  return module.default
}

/** Sources in a checkout, compiled files in a package. */
function files(): string[] {
  return readdirSync(folder).filter((file) => /(?<!\.d)\.[jt]s$/.test(file))
}
