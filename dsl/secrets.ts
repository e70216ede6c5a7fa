/** What must not be read by whoever reads a log: how secrets are told by their names and by their looks. */
import { isRecord, type Value } from './value.ts'

/** What stands in the place of a secret. */
export const HIDDEN = '(secret)'

const last = new Set(
  'authorization cookie credential credentials jwt passphrase passwd password pwd secret signature token'.split(
    ' ',
  ),
)
const anywhere = new Set(['password', 'passwd', 'secret'])
const pairs = new Set(['access key', 'api key', 'auth key', 'private key', 'session id', 'session key'])

/** Names come again and again. Those that clients make up must not be remembered for ever. */
const known = new Map<string, boolean>()
const MOST_KNOWN = 1000

/** Whether a field of this name holds a secret: `Authorization`, `access_token`, `x-api-key`, `dbPassword`; not `token_count`. */
export function isSecretName(name: string): boolean {
  const before = known.get(name)
  if (before !== undefined) return before
  const isSecret = namesSecret(name)
  if (name.length > 100) return isSecret
  if (known.size >= MOST_KNOWN) known.clear()
  known.set(name, isSecret)
  return isSecret
}

function namesSecret(name: string): boolean {
  const words = name
    .slice(0, 100)
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '')
  const end = words.at(-1) ?? ''
  // Tokens are what language models count.
  const singular = end.endsWith('s') && end !== 'tokens' ? end.slice(0, -1) : end
  return (
    last.has(end) ||
    last.has(singular) ||
    end === 'apikey' ||
    pairs.has(words.slice(-2).join(' ')) ||
    words.some((word) => anywhere.has(word))
  )
}

/** Passwords and tokens inside URLs, headers and JSON, wherever in a text they stand. */
export function hideInText(text: string): string {
  if (!/[="@]|Bearer |Basic /.test(text)) return text
  return text
    .replace(/"([\w-]{1,60})"(\s*:\s*)"(?:[^"\\]|\\.)*"/g, (field, name: string, colon: string) =>
      isSecretName(name) ? `"${name}"${colon}"${HIDDEN}"` : field,
    )
    .replace(/:\/\/[^/\s:@]*:[^/\s@]*@/g, `://${HIDDEN}@`)
    .replace(
      /([?&;](?:access_token|token|api_?key|key|password|secret|sig|signature)=)[^&;\s#"']*/gi,
      `$1${HIDDEN}`,
    )
    .replace(/\b(Bearer|Basic) (?=\S*[\d=])[\w.~+/=-]{8,}/g, `$1 ${HIDDEN}`)
}

/** Values looked at while secrets are collected: what is beyond has no influence on what is shown. */
const MOST_SEEN = 10_000

/** The texts and numbers that stand below names of secrets, wherever in these values. */
export function secretsIn(values: readonly Value[]): ReadonlySet<string> {
  const secrets = new Set<string>()
  const open: (readonly [value: Value, isSecret: boolean])[] = values.map((value) => [value, false] as const)
  for (let at = 0; at < open.length && at < MOST_SEEN; at += 1) {
    const [value, isSecret] = open[at]!
    if (Array.isArray(value)) for (const item of value.slice(0, MOST_SEEN)) open.push([item, isSecret])
    else if (isRecord(value))
      for (const key of Object.keys(value)) open.push([value[key]!, isSecret || isSecretName(key)])
    else if (isSecret && typeof value === 'string' && value !== '') secrets.add(value)
    else if (isSecret && (typeof value === 'number' || typeof value === 'bigint')) secrets.add(String(value))
  }
  return secrets
}
