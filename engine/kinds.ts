/** Every code that a finding can have, gathered from the files that declare them. For `explain`, the errors page, and tests. */
import { readdirSync, readFileSync } from 'node:fs'
import type { DiagnosticKind } from '#dsl/diagnostic.ts'

const folders = ['../dsl/', './']

/** In order of their codes. Loads only files that declare some: it is not for the way to a first answer. */
export async function loadKinds(): Promise<readonly DiagnosticKind[]> {
  const found = new Map<string, DiagnosticKind>()
  for (const file of declaringFiles()) {
    const module: Record<string, unknown> = await import(file.href)
    for (const kind of Object.values(module).flatMap((value) => kindsIn(value, 0))) found.set(kind.code, kind)
  }
  return [...found.values()].sort((a, b) => (a.code < b.code ? -1 : 1))
}

function declaringFiles(): URL[] {
  return folders.flatMap((folder) => {
    const base = new URL(folder, import.meta.url)
    return readdirSync(base, { recursive: true, encoding: 'utf8' })
      .filter((path) => /(?<!\.d)\.[jt]s$/.test(path))
      .map((path) => new URL(path.replaceAll('\\', '/'), base))
      .filter((file) => /\bdefine(Diagnostic|Check)\(/.test(readFileSync(file, 'utf8')))
  })
}

/** A kind itself, or the kinds of a table or list of them. */
function kindsIn(value: unknown, depth: number): DiagnosticKind[] {
  if (typeof value !== 'object' || value === null || depth > 2) return []
  const { code, title, explain } = value as Partial<DiagnosticKind>
  if (typeof code === 'string' && typeof title === 'string' && typeof explain === 'string')
    return [value as DiagnosticKind]
  return Object.values(value).flatMap((held) => kindsIn(held, depth + 1))
}
