/**
 * What a request's head means for framing and routing, and what makes it unacceptable. Both transports judge by these
 * rules; they only differ in who finds the ends of the lines. Sources: RFC 9110 sections 7.2, 9.1, 10.1.1 and RFC 9112
 * sections 3, 6 and 9.
 */
import { refusal } from './faults.ts'
import { MAX_TRAILER_BYTES, MAX_TRAILERS } from './limits.ts'
import type { HeaderList, HttpFault } from './transport.ts'

/**
 * Methods that are passed on: those registered with IANA, those of UPnP, and PURGE. CONNECT is refused, and so are others: a rule
 * about `GET` must not be walked around by `get`, and the names stand in metrics.
 */
const METHODS: ReadonlySet<string> = new Set(
  (
    'GET HEAD POST PUT DELETE PATCH OPTIONS TRACE QUERY PURGE ACL BASELINE-CONTROL BIND CHECKIN CHECKOUT COPY ' +
    'LABEL LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MKREDIRECTREF MKWORKSPACE MOVE ORDERPATCH PROPFIND ' +
    'PROPPATCH REBIND REPORT SEARCH UNBIND UNCHECKOUT UNLINK UNLOCK UPDATE UPDATEREDIRECTREF VERSION-CONTROL ' +
    'M-SEARCH NOTIFY SUBSCRIBE UNSUBSCRIBE'
  ).split(' '),
)

export function knownMethod(method: string): boolean {
  return METHODS.has(method)
}

/** What the fields that matter for framing said; filled by `note` line by line. */
export interface HeadNotes {
  hosts: number
  host: string
  /** -1 for none. */
  length: number
  /** A `transfer-encoding` was there, and it was exactly `chunked`. */
  chunked: boolean
  close: boolean
  keepAlive: boolean
  /** `Connection` names `upgrade`. */
  upgrade: boolean
  expectContinue: boolean
  /** The first thing found wrong. */
  trouble: HttpFault | null
}

export function newNotes(): HeadNotes {
  return {
    hosts: 0,
    host: '',
    length: -1,
    chunked: false,
    close: false,
    keepAlive: false,
    upgrade: false,
    expectContinue: false,
    trouble: null,
  }
}

export function clearNotes(notes: HeadNotes): void {
  notes.hosts = 0
  notes.host = ''
  notes.length = -1
  notes.chunked = false
  notes.close = false
  notes.keepAlive = false
  notes.upgrade = false
  notes.expectContinue = false
  notes.trouble = null
}

/** Whether a field has this name, mostly told by the two spellings that nearly all have. */
export function isNamed(name: string, usual: string, lower: string): boolean {
  return name === usual || name === lower || name.toLowerCase() === lower
}

/** Takes note of one field of a request. Cheap for the many that do not matter: told by length and first letter. */
export function note(notes: HeadNotes, name: string, value: string): void {
  switch (name.length) {
    case 4:
      if ((name.charCodeAt(0) | 32) === 104 && isNamed(name, 'Host', 'host')) noteHost(notes, value)
      return
    case 6:
      if ((name.charCodeAt(0) | 32) === 101 && isNamed(name, 'Expect', 'expect')) noteExpect(notes, value)
      return
    case 10:
      if ((name.charCodeAt(0) | 32) === 99 && isNamed(name, 'Connection', 'connection'))
        noteConnection(notes, value)
      return
    case 14:
      if ((name.charCodeAt(0) | 32) === 99 && isNamed(name, 'Content-Length', 'content-length'))
        noteLength(notes, value)
      return
    case 17:
      if ((name.charCodeAt(0) | 32) === 116 && isNamed(name, 'Transfer-Encoding', 'transfer-encoding'))
        noteCoding(notes, value)
  }
}

/** Takes note of one field of an answer. True if it is `Keep-Alive`, whose hint the client reads itself. */
export function noteAnswer(notes: HeadNotes, name: string, value: string): boolean {
  const first = name.charCodeAt(0) | 32
  switch (name.length) {
    case 10:
      if (first === 99 && isNamed(name, 'Connection', 'connection')) noteAnswerConnection(notes, value)
      return first === 107 && isNamed(name, 'Keep-Alive', 'keep-alive')
    case 14:
      if (first === 99 && isNamed(name, 'Content-Length', 'content-length')) noteLength(notes, value)
      return false
    case 17:
      if (first === 116 && isNamed(name, 'Transfer-Encoding', 'transfer-encoding')) noteCoding(notes, value)
  }
  return false
}

function noteAnswerConnection(notes: HeadNotes, value: string): void {
  if (value === 'keep-alive') notes.keepAlive = true
  else if (/(?:^|[,\s])close(?:[,\s]|$)/i.test(value)) notes.close = true
  else if (/keep-alive/i.test(value)) notes.keepAlive = true
}

let lastGoodHost = ''

function noteHost(notes: HeadNotes, value: string): void {
  if (++notes.hosts > 1) notes.trouble ??= refusal('bad_request', 'More than one Host field')
  notes.host = value
  if (value === lastGoodHost) return
  if (value !== '' && !validAuthority(value))
    notes.trouble ??= refusal('bad_request', 'Host is not a host name')
  else lastGoodHost = value
}

// A comma is lawful in a registered name, but it is what two joined Host fields look like.
const AUTHORITY =
  /^(?:\[[0-9A-Fa-f:.]{2,45}\]|(?:[A-Za-z0-9._~!$&'()*+;=-]|%[0-9A-Fa-f]{2})+)(?::(\d{0,5}))?$/

/** `host` or `host:port` without user information (RFC 3986 3.2.2). */
export function validAuthority(text: string): boolean {
  const match = AUTHORITY.exec(text)
  return match !== null && Number(match[1] ?? 0) <= 65535
}

function noteExpect(notes: HeadNotes, value: string): void {
  if (value.toLowerCase() === '100-continue' && !notes.expectContinue) notes.expectContinue = true
  else notes.trouble ??= refusal('expectation_failed', 'The only expectation known is "100-continue"')
}

// Naming one of these in Connection would have a proxy remove what the next server relies on.
const NOT_NOMINATED = /^(?:host|content-length|authorization|cookie|forwarded|x-forwarded-.*|x-real-ip)$/

function noteConnection(notes: HeadNotes, value: string): void {
  for (const part of value === 'keep-alive' || value === 'close' ? [value] : value.split(',')) {
    const token = part.trim().toLowerCase()
    if (token === 'close') notes.close = true
    else if (token === 'keep-alive') notes.keepAlive = true
    else if (token === 'upgrade') notes.upgrade = true
    else if (NOT_NOMINATED.test(token))
      notes.trouble ??= refusal('bad_request', `Connection must not name the field "${token}"`)
  }
}

/** Digits only, one field, at most 15 of them: every such number is exact. */
function noteLength(notes: HeadNotes, value: string): void {
  const length = contentLength(value)
  if (notes.length !== -1) notes.trouble ??= refusal('bad_request', 'More than one Content-Length field')
  else if (length === -1)
    notes.trouble ??= refusal('bad_request', 'Content-Length is not a number of at most 15 digits')
  else notes.length = length
}

/** The number, or -1 if it is none. */
export function contentLength(value: string): number {
  const size = value.length
  if (size === 0 || size > 15) return -1
  let length = 0
  for (let i = 0; i < size; i++) {
    const digit = value.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return -1
    length = length * 10 + digit
  }
  return length
}

function noteCoding(notes: HeadNotes, value: string): void {
  if (notes.chunked) notes.trouble ??= refusal('bad_request', 'More than one Transfer-Encoding field')
  else if (value === 'chunked' || value.toLowerCase() === 'chunked') notes.chunked = true
  else notes.trouble ??= codingTrouble(value)
}

/** A lawful list that ends in `chunked` names codings we do not have; anything else has no certain end. */
function codingTrouble(value: string): HttpFault {
  const codings = value
    .toLowerCase()
    .split(',')
    .map((part) => part.trim())
  const lawful =
    codings.pop() === 'chunked' && codings.every((one) => /^[a-z0-9-]+$/.test(one) && one !== 'chunked')
  if (lawful) return refusal('unsupported_coding', 'The only transfer coding known is "chunked"')
  return refusal('bad_request', 'Transfer-Encoding is not exactly "chunked"')
}

/** Judges the fields together, once all are noted. */
export function headTrouble(notes: HeadNotes, version: '1.1' | '1.0'): HttpFault | null {
  if (notes.chunked && version === '1.0') return refusal('bad_request', 'HTTP/1.0 has no Transfer-Encoding')
  if (notes.trouble !== null) return notes.trouble
  if (notes.chunked && notes.length !== -1)
    return refusal('bad_request', 'Both Content-Length and Transfer-Encoding are present')
  if (notes.hosts === 0 && version === '1.1') return refusal('bad_request', 'The Host field is missing')
  return null
}

export interface Target {
  /** Origin form, or `*` for a request that the server itself must answer (OPTIONS only). */
  path: string
  authority: string
}

/** The request target taken apart, or what is wrong with it (RFC 9112 3.2). */
export function readTarget(method: string, target: string, host: string): Target | HttpFault {
  if (method === 'CONNECT') return refusal('unsupported_method', 'CONNECT is not offered', 405)
  if (target.charCodeAt(0) === 47) return { path: target, authority: host }
  if (target === '*') {
    if (method === 'OPTIONS') return { path: '*', authority: host }
    return refusal('bad_request', 'Only OPTIONS may have the target "*"')
  }
  const match = /^(https?):\/\/([^/?]*)([^?]*)(.*)$/i.exec(target)
  if (match === null)
    return refusal('bad_request', 'The request target is neither a path nor an http address')
  const [, , authority = '', path = '', query = ''] = match
  if (authority.startsWith(':') || !validAuthority(authority))
    return refusal('bad_request', 'The host in the request target is not a host name')
  if (path === '' && query === '' && method === 'OPTIONS') return { path: '*', authority }
  return { path: `${path === '' ? '/' : path}${query}`, authority }
}

/** Fields that a trailer section must not hold: they would change framing, routing or trust after the fact (RFC 9110 6.5.1). */
export function forbiddenTrailer(name: string): boolean {
  return FORBIDDEN_TRAILERS.has(name.toLowerCase())
}

/** What is wrong with a trailer section that another parser read. */
export function trailerTrouble(trailers: HeaderList): string | null {
  if (trailers.length > 2 * MAX_TRAILERS) return `More than ${MAX_TRAILERS} trailers`
  let size = 0
  for (let i = 0; i < trailers.length; i += 2) {
    if (forbiddenTrailer(trailers[i]!)) return `The trailers hold the field "${trailers[i]}"`
    size += trailers[i]!.length + trailers[i + 1]!.length + 4
  }
  return size > MAX_TRAILER_BYTES ? 'The trailers are too large' : null
}

const FORBIDDEN_TRAILERS: ReadonlySet<string> = new Set([
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-range',
  'content-type',
  'cookie',
  'expect',
  'host',
  'keep-alive',
  'max-forwards',
  'set-cookie',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])
