// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of configurations are written so
/** `${VAR}`, `${VAR:-default}`, `${VAR:?message}` and `${file:/path}` in the scalars of a configuration; `$${` is a plain `${`. */
import { dirname, resolve } from 'node:path'
import { defineDiagnostic } from '#dsl/diagnostic.ts'
import { type Env, type Files, messageOf } from './files.ts'

export const unresolved = defineDiagnostic({
  code: 'E0622',
  title: 'variable cannot be filled in',
  explain:
    'A value holds "${NAME}" or "${file:/path}", and the environment variable is not set, or the file cannot be read. "${NAME:-text}" gives a default, "${NAME:?text}" an explanation of what is wanted.',
  wrong: 'onramp:\n  - id: http_in\n    type: rest\n    config:\n      port: ${NOWHERE_SET}',
  right: 'onramp:\n  - id: http_in\n    type: rest\n    config:\n      port: ${NOWHERE_SET:-8080}',
})

export interface Filled {
  readonly text: string
  /** Whether anything was filled in. */
  readonly changed: boolean
  /** What could not be, each with its place in the text as parsed. */
  readonly problems: readonly { readonly message: string; readonly help?: string }[]
  /** Files that were asked for. */
  readonly files: readonly string[]
}

/** `from` is the file the text stands in: relative paths start there. */
export function fillFromEnvironment(
  text: string,
  it: { readonly env: Env; readonly files: Files; readonly from: string },
): Filled {
  if (!text.includes('${')) return { text, changed: false, problems: [], files: [] }
  const problems: { message: string; help?: string }[] = []
  const files: string[] = []
  const filled = text.replace(/\$\$\{|\$\{([^}]*)\}?/g, (whole, inner: string | undefined) => {
    if (inner === undefined) return '${'
    if (!whole.endsWith('}')) return refuse(`"${whole}" has no closing brace`)
    if (inner.startsWith('file:')) return fromFile(inner.slice('file:'.length))
    const match = /^([A-Za-z_]\w*)(?::([-?])([\s\S]*))?$/.exec(inner)
    if (match === null)
      return refuse(
        `"${whole}" is no variable`,
        'Write "${NAME}", "${NAME:-default}", "${NAME:?message}", "${file:/path}", or "$${" for a plain "${"',
      )
    const [, name, form, rest] = match
    const value = it.env[name!]
    if (value !== undefined && (value !== '' || form === undefined)) return value
    if (form === '-') return rest!
    if (form === '?') return refuse(`The variable "${name}" is not set: ${rest}`)
    return refuse(`The variable "${name}" is not set`, `Set it, or give a default: "\${${name}:-…}"`)
  })
  return { text: filled, changed: true, problems, files }

  function fromFile(written: string): string {
    const path = resolve(it.from.startsWith('<') ? '.' : dirname(it.from), written)
    // Also one that cannot be read: a watcher waits for it to appear.
    files.push(path)
    try {
      const content = it.files.read(path)
      return content.replace(/\r?\n$/, '')
    } catch (error) {
      return refuse(`The file "${path}" cannot be filled in: ${messageOf(error)}`)
    }
  }

  function refuse(message: string, help?: string): string {
    problems.push(help === undefined ? { message } : { message, help })
    return ''
  }
}
