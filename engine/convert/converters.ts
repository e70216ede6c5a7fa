/** The kinds by name: the folder `from/` is the list. */
import { readdirSync } from 'node:fs'
import type { Converter } from './converter.ts'

const folder = new URL('./from/', import.meta.url)

/** `go-reverse-proxy`, `sidecar-dispatcher`. */
export function converterNames(): string[] {
  return files()
    .map((file) => file.replace(/\.[jt]s$/, ''))
    .sort()
}

/** Undefined if there is no such kind. */
export async function loadConverter(name: string): Promise<Converter | undefined> {
  const file = files().find((file) => file.replace(/\.[jt]s$/, '') === name)
  if (file === undefined) return undefined
  const module = await import(new URL(file, folder).href)
  return module.default
}

/** The kind whose file this looks like, by the keys at its top. */
export async function kindOf(text: string): Promise<string | undefined> {
  const found = [...text.matchAll(/^([\w-]+)[ \t]*:/gm)].map(([, key]) => key!)
  if (found.length === 0) return undefined
  for (const name of converterNames()) {
    const converter = await loadConverter(name)
    if (found.every((key) => converter!.keys.includes(key))) return name
  }
  return undefined
}

/** Sources in a checkout, compiled files in a package. */
function files(): string[] {
  return readdirSync(folder).filter((file) => /(?<!\.d)\.[jt]s$/.test(file))
}
