/** A configuration as it was read, to be read again elsewhere: whatever is written to the disk meanwhile, the same comes of it. */
import type { Files } from './files.ts'

export interface Reading {
  readonly paths: readonly string[]
  /** Variables do not count: whoever made the texts has put them in. */
  readonly plainText: boolean
  readonly steps: Readonly<Record<string, Step>>
}

type Step = { readonly value: unknown } | { readonly message: string; readonly code: string | undefined }

type Operation = keyof Files

/** `files` as they are, and what was read of them. */
export function recording(
  files: Files,
  { paths, plainText = false }: { readonly paths: readonly string[]; readonly plainText?: boolean },
): { readonly files: Files; readonly reading: Reading } {
  const steps: Record<string, Step> = {}
  const record =
    <T>(operation: Operation, from: (path: string) => T) =>
    (path = ''): T => {
      const key = `${operation} ${path}`
      try {
        const value = from(path)
        steps[key] = { value }
        return value
      } catch (error) {
        const { message, code } = error as NodeJS.ErrnoException
        steps[key] = { message, code }
        throw error
      }
    }
  return {
    files: {
      read: record('read', (path) => files.read(path)),
      list: record('list', (path) => files.list(path)),
      isDirectory: record('isDirectory', (path) => files.isDirectory(path)),
      stdin: record('stdin', () => files.stdin()),
    },
    reading: { paths, plainText, steps },
  }
}

export function replaying({ steps }: Reading): Files {
  const replay =
    (operation: Operation) =>
    (path = '') => {
      const step = steps[`${operation} ${path}`]
      if (step !== undefined && 'value' in step) return step.value as never
      throw Object.assign(new Error(step?.message ?? 'it does not exist'), { code: step?.code ?? 'ENOENT' })
    }
  return {
    read: replay('read'),
    list: replay('list'),
    isDirectory: replay('isDirectory'),
    stdin: replay('stdin'),
  }
}
