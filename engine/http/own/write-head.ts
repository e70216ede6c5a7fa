/** Heads on their way out. The transport owns framing: whatever a caller says about it is left out. */
import { STATUS_CODES } from 'node:http'
import type { Clock } from '../../clock.ts'
import { contentLength, knownMethod } from '../head-rules.ts'
import type { HeaderList } from '../transport.ts'

// Anything else in a value would break the line, or would do so once cut down to one octet per character.
const UNFIT_VALUE = /[^\t\x20-\x7e\x80-\xff]/
const UNFIT_NAME = /[^!#$%&'*+\-.^_`|~0-9A-Za-z]/
const UNFIT_PATH = /[^\x21-\x22\x24-\x7e]/

const statusLines = new Map<number, string>()

export function statusLine(status: number): string {
  const line = statusLines.get(status)
  if (line !== undefined) return line
  if (!Number.isInteger(status) || status < 100 || status > 999)
    throw new RangeError(`Cannot answer with status ${status}: a status is a number from 100 to 999`)
  const made = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Status'}\r\n`
  statusLines.set(status, made)
  return made
}

/** What `answerFields` noticed on its way. */
export interface Noticed {
  date: boolean
  /** A lawful `content-length`, kept back; -1 if none. */
  length: number
}

const noticed: Noticed = { date: false, length: -1 }

/** The field lines of an answer without those that frame it. The second result is valid until the next call. */
export function answerFields(headers: HeaderList): [lines: string, noticed: Noticed] {
  let lines = ''
  noticed.date = false
  noticed.length = -1
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!
    const value = headers[i + 1]!
    const first = name.charCodeAt(0) | 32
    if (name.length === 4 && first === 100 && name.toLowerCase() === 'date') noticed.date = true
    else if (first === 99 && name.length === 14 && name.toLowerCase() === 'content-length') {
      noticed.length = contentLength(value)
      continue
    } else if (mayFrame(name.length, first) && FRAMING.has(name.toLowerCase())) continue
    fit(name, value)
    lines += `${name}: ${value}\r\n`
  }
  return [lines, noticed]
}

/** The lines of a trailer section: fields that frame are left out, unfit ones throw. */
export function trailerFields(trailers: HeaderList): string {
  return answerFields(trailers)[0]
}

/** The head of a request up to where its framing is said. Throws on what would break the line or the section. */
export function requestHead(method: string, path: string, headers: HeaderList): string {
  if (!knownMethod(method)) throw new TypeError(`Cannot send the method "${method}": it is not known`)
  if (path.charCodeAt(0) !== 47 || UNFIT_PATH.test(path))
    throw new TypeError('Cannot send the request target: it is not a path of printable ASCII')
  let text = `${method} ${path} HTTP/1.1\r\n`
  let nominated: Set<string> | null = null
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!
    const first = name.charCodeAt(0) | 32
    if (mayFrame(name.length, first) && REQUEST_FRAMING.has(name.toLowerCase())) {
      if (name.length === 10 && first === 99) nominated = nominate(headers[i + 1]!, nominated)
      continue
    }
    const value = headers[i + 1]!
    fit(name, value)
    text += `${name}: ${value}\r\n`
  }
  if (nominated === null) return text
  return requestHead(
    method,
    path,
    headers.filter((_, i) => !DROPPED_WITH(nominated, headers[i & ~1]!)),
  )
}

function DROPPED_WITH(nominated: ReadonlySet<string>, name: string): boolean {
  const lower = name.toLowerCase()
  return lower === 'connection' || nominated.has(lower)
}

function nominate(value: string, sofar: Set<string> | null): Set<string> | null {
  if (value === 'keep-alive' || value === 'close') return sofar
  const names = sofar ?? new Set<string>()
  for (const part of value.split(',')) names.add(part.trim().toLowerCase())
  names.delete('host')
  return names
}

const FRAMING: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
const REQUEST_FRAMING: ReadonlySet<string> = new Set([
  ...FRAMING,
  'content-length',
  'expect',
  'http2-settings',
  'te',
])

/** Tells by length and first letter which names need to be looked at: c e h k p t u. */
function mayFrame(length: number, first: number): boolean {
  switch (length) {
    case 2:
    case 7:
    case 17:
      return first === 116 || first === 117
    case 6:
      return first === 101
    case 10:
      return first === 99 || first === 107
    case 14:
      return first === 99 || first === 104
    case 16:
      return first === 112
  }
  return false
}

function fit(name: string, value: string): void {
  if (UNFIT_VALUE.test(value))
    throw new TypeError(
      `Cannot send the field ${JSON.stringify(name)}: its value holds a control character or one beyond latin1`,
    )
  if (name === '' || UNFIT_NAME.test(name))
    throw new TypeError(`Cannot send the field ${JSON.stringify(name)}: its name is not a token`)
}

/** The `Date` line, made anew once a second. */
export function dateLines(clock: Clock): () => string {
  let line = ''
  let until = -Infinity
  return () => {
    const now = clock.now()
    if (now < until) return line
    const wall = Number(clock.wallNs() / 1_000_000n)
    until = now + 1000 - (wall % 1000)
    return (line = `Date: ${new Date(wall).toUTCString()}\r\n`)
  }
}
