/** What a request looked like, as httpbin says it: the JSON of `/anything` and its kin. */
import type { IncomingMessage } from 'node:http'

/** A request, its body read. */
export interface Reflected {
  readonly message: IncomingMessage
  readonly url: URL
  readonly body: Buffer
}

export type Fact = 'args' | 'data' | 'files' | 'form' | 'headers' | 'json' | 'method' | 'origin' | 'url'

/** The facts asked for, keys sorted and without white space, as httpbin prints them. Numbers keep their text. */
export async function reflect(request: Reflected, facts: readonly Fact[]): Promise<string> {
  const content = await readContent(request)
  const found: Record<Fact, () => unknown> = {
    args: () => grouped(request.url.searchParams),
    data: () => content.data,
    files: () => content.files,
    form: () => content.form,
    headers: () => headersOf(request.message),
    json: () => content.json,
    method: () => request.message.method,
    origin: () => originOf(request.message),
    url: () => request.url.href,
  }
  return printed(Object.fromEntries(facts.map((fact) => [fact, found[fact]()])))
}

export function printed(value: unknown): string {
  return JSON.stringify(sorted(value))
}

/**
 * Names spelled as Python's `title()` does it: a capital after everything that is no letter. Unlike httpbin, which hides
 * `X-Forwarded-For`, `Via` and others as those of its own hosting, this shows all.
 */
export function headersOf(message: IncomingMessage): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    found[name.replace(/(?<![a-z])[a-z]/g, (letter) => letter.toUpperCase())] = values!.join(',')
  }
  return found
}

export function originOf(message: IncomingMessage): string {
  const forwarded = message.headers['x-forwarded-for']
  return forwarded?.toString() ?? (message.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
}

interface Content {
  readonly data: string
  readonly form: Record<string, unknown>
  readonly files: Record<string, unknown>
  readonly json: unknown
}

async function readContent({ message, body }: Reflected): Promise<Content> {
  const type = message.headers['content-type'] ?? ''
  const none = { data: '', form: {}, files: {}, json: null }
  if (type.startsWith('application/x-www-form-urlencoded')) {
    return { ...none, form: grouped(new URLSearchParams(body.toString())) }
  }
  if (type.startsWith('multipart/form-data')) {
    const parts = await readMultipart(body, type)
    if (parts) return { ...none, ...parts }
  }
  return { ...none, data: textOf(body), json: parsed(body.toString()) }
}

async function readMultipart(
  body: Buffer,
  type: string,
): Promise<Pick<Content, 'form' | 'files'> | undefined> {
  try {
    const all = [
      ...(await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()),
    ]
    const form = all.filter(([, value]) => typeof value === 'string') as [string, string][]
    const files = all.filter(([, value]) => typeof value !== 'string') as [string, File][]
    const texts = files.map(
      async ([name, file]) => [name, textOf(Buffer.from(await file.arrayBuffer()))] as const,
    )
    return { form: grouped(form), files: grouped(await Promise.all(texts)) }
  } catch {
    return undefined
  }
}

/** What is no UTF-8 is shown as a data URL. */
function textOf(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    return `data:application/octet-stream;base64,${body.toString('base64')}`
  }
}

/** One value is a string, several are an array. */
function grouped(pairs: Iterable<readonly [string, string]>): Record<string, string | string[]> {
  const found = new Map<string, string[]>()
  for (const [name, value] of pairs) found.set(name, [...(found.get(name) ?? []), value])
  return Object.fromEntries(
    [...found].map(([name, values]) => [name, values.length === 1 ? values[0]! : values]),
  )
}

// JSON.rawJSON and the source text of a number are in V8 since 2023, but not yet in TypeScript's library.
type Revive = (this: unknown, key: string, value: unknown, context: { source?: string }) => unknown
const { rawJSON, isRawJSON, parse } = JSON as unknown as {
  rawJSON(text: string): object
  isRawJSON(value: unknown): boolean
  parse(text: string, revive: Revive): unknown
}

function parsed(text: string): unknown {
  try {
    return parse(text, (_key, value, { source }) => (typeof value === 'number' ? rawJSON(source!) : value))
  } catch {
    return null
  }
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || isRawJSON(value)) return value
  if (Array.isArray(value)) return value.map(sorted)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([name, held]) => [name, sorted(held)]))
}
