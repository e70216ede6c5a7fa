/** A value as people may read it in a log or at a terminal: short, on one line, without secrets. */
import { encodeJson } from './json.ts'
import { HIDDEN, hideInText, isSecretName } from './secrets.ts'
import { Float, isRecord, type Value } from './value.ts'

const MOST_CHARACTERS = 40
const MOST_ITEMS = 6
const MOST_DEPTH = 3
const MOST_TEXT = 240
const MOST_MESSAGE = 400

/** Of a text, so much is looked through for secrets; what is behind is not shown either. */
const MOST_READ = 10_000

/** Texts of fewer characters are hidden where they are the whole value only: `1` would hide half of what there is to see. */
const LEAST_INSIDE = 4

export interface Hidden {
  /** Texts that must not be shown, wherever they stand. */
  readonly secrets: ReadonlySet<string>
  /** The value came from under the name of a secret: nothing of it is shown but its shape. */
  readonly isSecret?: boolean
}

const nothing: Hidden = { secrets: new Set() }

export function masked(value: Value, hidden: Hidden = nothing): string {
  let left = MOST_TEXT
  return shown(value, 0, hidden.isSecret === true)

  function shown(it: Value, depth: number, isSecret: boolean): string {
    if (isArray(it)) return list('[', ']', it.length, (at) => shown(it[at]!, depth + 1, isSecret), depth)
    if (it instanceof Uint8Array) return spent(isSecret ? HIDDEN : `<<${it.length} bytes>>`)
    if (isRecord(it)) {
      const keys = Object.keys(it)
      const field = (at: number): string => {
        const key = keys[at]!
        const name = spent(`${quoted(key)}:`)
        return name + shown(it[key]!, depth + 1, isSecret || isSecretName(key))
      }
      return list('{', '}', keys.length, field, depth)
    }
    if (it === null || typeof it === 'boolean') return spent(String(it))
    return spent(isSecret || isHidden(it) ? HIDDEN : typeof it === 'string' ? quoted(it) : encodeJson(it))
  }

  function list(
    open: string,
    close: string,
    count: number,
    item: (at: number) => string,
    depth: number,
  ): string {
    if (count > 0 && depth >= MOST_DEPTH) return spent(`${open}…${close}`)
    const parts: string[] = []
    while (parts.length < count && parts.length < MOST_ITEMS && left > 0) parts.push(item(parts.length))
    if (parts.length < count) parts.push(`… ${count - parts.length} more`)
    return open + parts.join(',') + close
  }

  function spent(text: string): string {
    left -= text.length
    return text
  }

  function isHidden(it: string | number | bigint | Float): boolean {
    return hidden.secrets.has(it instanceof Float ? String(it.value) : String(it))
  }

  /** A text in quotes, without what is secret in it, and with its length if it is cut. */
  function quoted(text: string): string {
    const open = withoutSecrets(text.slice(0, MOST_READ), hidden.secrets)
    const cut = open.slice(0, MOST_CHARACTERS).toWellFormed()
    const plain = JSON.stringify(cut).replace(
      /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
      escaped,
    )
    return open.length <= MOST_CHARACTERS && text.length <= MOST_READ
      ? plain
      : `${plain.slice(0, -1)}…" (${text.length} characters)`
  }
}

/** A message that may quote what it speaks of: bounded, without what is secret in it. */
export function maskedText(text: string, secrets: ReadonlySet<string>): string {
  const open = withoutSecrets(text.slice(0, MOST_READ), secrets)
  return open.length <= MOST_MESSAGE ? open : `${open.slice(0, MOST_MESSAGE).toWellFormed()}…`
}

function withoutSecrets(text: string, secrets: ReadonlySet<string>): string {
  let open = hideInText(text)
  for (const secret of secrets) {
    if (secret.length >= LEAST_INSIDE && open.includes(secret)) open = open.replaceAll(secret, HIDDEN)
  }
  return open
}

function isArray(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

/** Controls that a terminal would obey, and marks that turn the direction of a line. */
function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}
