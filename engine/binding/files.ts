/** The files a configuration consists of. The only place in `binding/` that meets a disk; everything else is handed this. */
import { isUtf8 } from 'node:buffer'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { type Diagnostic, defineDiagnostic } from '#dsl/diagnostic.ts'
import { type Source, spanOf } from '#dsl/source.ts'

export const unreadable = defineDiagnostic({
  code: 'E0621',
  title: 'file cannot be read',
  explain:
    'A file or directory that was asked for, or that a configuration names, does not exist, cannot be read, is longer than 1 MiB, or is of a kind that nothing reads.',
})

/** What is asked of a file system; tests and editors hand in another. */
export interface Files {
  /** Throws what `node:fs` throws. */
  read(path: string): string
  list(path: string): readonly { readonly name: string; readonly isDirectory: boolean }[]
  isDirectory(path: string): boolean
  /** Standard input, whole. */
  stdin(): string
}

export const disk: Files = {
  read: (path) => {
    const { size } = statSync(path)
    if (size > maxBytes) throw new Error('it is longer than 1 MiB')
    const bytes = readFileSync(path)
    if (!isUtf8(bytes)) throw new Error('it is no UTF-8 text')
    return bytes.toString('utf8')
  },
  list: (path) =>
    readdirSync(path, { withFileTypes: true }).map((entry) => ({
      name: entry.name,
      // A ConfigMap's files are links, so what a link leads to decides.
      isDirectory: entry.isSymbolicLink() ? isFolder(join(path, entry.name)) : entry.isDirectory(),
    })),
  isDirectory: isFolder,
  stdin: () => readFileSync(0, 'utf8'),
}

const maxBytes = 1024 * 1024

/** Somebody named a folder that is no configuration: the root of a disk, a home. */
const mostEntries = 10_000

export interface Gathered {
  /** `.yaml`, `.yml`, and standard input. */
  readonly yaml: readonly Source[]
  /** Pipelines. */
  readonly trickle: readonly Source[]
  /** Scripts named one by one: they are checked, nothing runs them. */
  readonly tremor: readonly Source[]
  readonly findings: readonly Diagnostic[]
}

/**
 * Reads what `paths` name: files as they are, directories with everything below them in the order of names, `-` as YAML
 * from standard input. In directories hidden names, `node_modules`, test folders and `*.test.yaml` are left out, and
 * scripts, which are modules there.
 */
export function gather(paths: readonly string[], files: Files): Gathered {
  const yaml: Source[] = []
  const trickle: Source[] = []
  const tremor: Source[] = []
  const findings: Diagnostic[] = []
  const seen = new Set<string>()
  let looked = 0
  let tooMany = false
  for (const path of paths) visit(path)
  return { yaml, trickle, tremor, findings }

  function visit(path: string): void {
    if (path === '-') {
      yaml.push({ name: '<stdin>', text: files.stdin() })
      return
    }
    if (seen.has(resolve(path))) return
    seen.add(resolve(path))
    try {
      if (files.isDirectory(path)) visitFolder(path)
      else take(path)
    } catch (error) {
      findings.push(cannotRead(path, messageOf(error)))
    }
  }

  function visitFolder(path: string): void {
    if (tooMany) return
    const entries = [...files.list(path)].filter(
      ({ name }) => !name.startsWith('.') && name !== 'node_modules',
    )
    looked += entries.length
    if (looked > mostEntries) {
      tooMany = true
      const help = 'Name the folder of the configuration, or its files'
      findings.push(cannotRead(path, `there are more than ${mostEntries} files and folders to look at`, help))
      return
    }
    for (const { name, isDirectory } of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (
        isDirectory ? /^tests?$/.test(name) : !/\.(ya?ml|trickle)$/.test(name) || /\.test\.ya?ml$/.test(name)
      )
        continue
      visit(join(path, name))
    }
  }

  function take(path: string): void {
    const kind = /\.(ya?ml|trickle|tremor)$/.exec(path)?.[1]
    if (kind === undefined) {
      findings.push(cannotRead(path, 'it is of no known kind', 'Known are .yaml, .yml, .trickle and .tremor'))
      return
    }
    const source = { name: path, text: files.read(path) }
    if (kind === 'trickle') trickle.push(source)
    else if (kind === 'tremor') tremor.push(source)
    else yaml.push(source)
  }
}

/** The text of a module `a::b` as seen from `from`: beside it, then in the folders of `TREMOR_PATH`. */
export function moduleFinder(files: Files, env: Env, found: (source: Source, from: Source) => void) {
  const folders = (env['TREMOR_PATH'] ?? '').split(':').filter((folder) => folder !== '')
  const cache = new Map<string, Source | undefined>()
  return (path: readonly string[], from: Source): Source | undefined => {
    for (const folder of [dirname(from.name), ...folders]) {
      for (const ending of ['tremor', 'trickle']) {
        const source = readOnce(`${join(folder, ...path)}.${ending}`)
        if (source === undefined) continue
        found(source, from)
        return source
      }
    }
    return undefined
  }

  function readOnce(name: string): Source | undefined {
    if (!cache.has(name)) {
      try {
        cache.set(name, { name, text: files.read(name) })
      } catch {
        cache.set(name, undefined)
      }
    }
    return cache.get(name)
  }
}

/** `request_handling` of `pipelines/request_handling.trickle`. */
export function stemOf(path: string): string {
  return basename(path).replace(/\.[^.]+$/, '')
}

export type Env = Readonly<Record<string, string | undefined>>

function cannotRead(path: string, why: string, help?: string): Diagnostic {
  const source = { name: path, text: '' }
  return {
    code: unreadable.code,
    severity: 'error',
    origin: 'temblor',
    message: `Cannot read "${path}": ${why}`,
    labels: [{ span: spanOf(source, 0, 0) }],
    ...(help === undefined ? {} : { help }),
  }
}

/** Why a file system refused, without its name for the error and the path once more. */
export function messageOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'it does not exist'
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied'
  if (code === 'EISDIR') return 'it is a directory'
  if (code === 'ELOOP') return 'its links lead in a circle'
  return message
}

function isFolder(path: string): boolean {
  return statSync(path).isDirectory()
}
