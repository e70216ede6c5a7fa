/** The head of a request, from bytes (RFC 9112 sections 2 to 5). */

import { refusal } from '../faults.ts'
import {
  clearNotes,
  type HeadNotes,
  headTrouble,
  knownMethod,
  newNotes,
  note,
  readTarget,
} from '../head-rules.ts'
import { pathTrouble } from '../path.ts'
import type { HttpFault } from '../transport.ts'
import { latin1 } from './latin1.ts'
import { fieldName, targetText } from './lines.ts'
import { BAD, CR, endOfTarget, endOfToken, LF, MORE, newFields, SP, scanFields } from './scan.ts'

export { BAD, MORE } from './scan.ts'

export interface HeadLimits {
  readonly maxHeadBytes: number
  readonly maxHeaders: number
  readonly maxTargetBytes: number
}

/** Where `readRequestHead` leaves its result; one per process is enough, for nothing is kept across calls. */
export interface RequestHead {
  method: string
  /** Origin form or `*`. */
  target: string
  authority: string
  version: '1.1' | '1.0'
  headers: string[]
  readonly notes: HeadNotes
  /** Set if the result was BAD. */
  fault: HttpFault | null
}

export function newRequestHead(): RequestHead {
  return {
    method: '',
    target: '',
    authority: '',
    version: '1.1',
    headers: [],
    notes: newNotes(),
    fault: null,
  }
}

const MAX_BLANK_LINES = 4
const fields = newFields()

/**
 * Reads a head that begins at `from`. Returns the index behind it, MORE (nothing is wrong so far; call again from the
 * same place with more bytes) or BAD.
 */
export function readRequestHead(
  buf: Buffer,
  from: number,
  end: number,
  head: RequestHead,
  limits: HeadLimits,
): number {
  const start = skipBlankLines(buf, from, end, head)
  // What is refused before its method is known is no HEAD, whatever came before it.
  head.method = ''
  if (start < 0) return start
  const methodTo = endOfToken(buf, start, end)
  if (methodTo >= end) return more(start, end, head, limits)
  if (buf[methodTo] !== SP || methodTo === start)
    return bad(head, 'The request line does not begin with a method')
  const targetFrom = methodTo + 1
  const targetTo = endOfTarget(buf, targetFrom, end)
  if (targetTo - targetFrom > limits.maxTargetBytes) return tooLong(head, limits)
  if (targetTo >= end) return more(start, end, head, limits)
  if (buf[targetTo] !== SP || targetTo === targetFrom) return lineTrouble(buf, targetTo, end, head)
  const minor = readVersion(buf, targetTo + 1, end, head)
  if (minor < 0) return minor === MORE ? more(start, end, head, limits) : BAD
  const to = scanFields(buf, targetTo + 11, end, limits.maxHeaders, fields)
  if (to === MORE) return more(start, end, head, limits)
  if (to === BAD) return fieldTrouble(head)
  if (to - start > limits.maxHeadBytes) return tooLarge(head, limits)
  head.version = minor === 1 ? '1.1' : '1.0'
  head.method = fieldName(buf, start, methodTo)
  takeFields(head)
  return judge(head, targetText(buf, targetFrom, targetTo)) ? to : BAD
}

/** At least one empty line before a request is to be overlooked (RFC 9112 2.2). */
function skipBlankLines(buf: Buffer, from: number, end: number, head: RequestHead): number {
  let i = from
  while (i < end && buf[i] === CR) {
    if (i + 1 >= end) return MORE
    if (buf[i + 1] !== LF) return bad(head, 'A carriage return stands alone')
    i += 2
    if (i - from > 2 * MAX_BLANK_LINES) return bad(head, 'Too many empty lines before a request')
  }
  return i < end ? i : MORE
}

/** The minor version; MORE; or BAD. */
function readVersion(buf: Buffer, from: number, end: number, head: RequestHead): number {
  if (end - from >= 10) {
    const minor = buf[from + 7]! - 48
    if (
      buf[from] === 72 &&
      buf[from + 1] === 84 &&
      buf[from + 2] === 84 &&
      buf[from + 3] === 80 &&
      buf[from + 4] === 47 &&
      buf[from + 5] === 49 &&
      buf[from + 6] === 46 &&
      (minor === 1 || minor === 0) &&
      buf[from + 8] === CR &&
      buf[from + 9] === LF
    )
      return minor
  }
  return versionTrouble(latin1(buf, from, Math.min(end, from + 24)), head)
}

function versionTrouble(text: string, head: RequestHead): number {
  if ('HTTP/1.1\r\n'.startsWith(text) || 'HTTP/1.0\r\n'.startsWith(text)) return MORE
  if (/^HTTP\/1\.[01]/.test(text)) return bad(head, 'The request line does not end behind the version')
  const whole = /^([A-Za-z]+)\/\d+(\.\d+)?\r\n/.test(text)
  if (!whole && /^[A-Za-z]*(\/[\d.]*)?\r?$/.test(text) && text.length < 24) return MORE
  if (!whole) return bad(head, 'The request line does not end with an HTTP version')
  head.fault = refusal('unsupported_version', 'The only versions known are HTTP/1.1 and HTTP/1.0')
  return BAD
}

/** Something other than a target and a blank stood in the target's place. */
function lineTrouble(buf: Buffer, at: number, end: number, head: RequestHead): number {
  const c = buf[at]!
  if (c === CR && at + 1 === end) return MORE
  if (c === CR && buf[at + 1] === LF) {
    head.fault = refusal('unsupported_version', 'The request line has no HTTP version')
    return BAD
  }
  if (c === CR || c === LF) return bad(head, 'The request line does not end with a version and CR LF')
  return bad(head, 'The request target holds a character that is not allowed')
}

function takeFields(head: RequestHead): void {
  const { notes } = head
  const { list } = fields
  // A section that is known says what it said the last time.
  if (list === head.headers) return
  clearNotes(notes)
  for (let i = 0; i < list.length; i += 2) note(notes, list[i]!, list[i + 1]!)
  head.headers = list
}

function judge(head: RequestHead, target: string): boolean {
  if (!knownMethod(head.method) && head.method !== 'CONNECT') {
    head.fault = refusal('unsupported_method', 'The method is not known')
    return false
  }
  const trouble = headTrouble(head.notes, head.version)
  if (trouble !== null) {
    head.fault = trouble
    return false
  }
  if (target.charCodeAt(0) === 47 && head.method !== 'CONNECT') {
    head.target = target
    head.authority = head.notes.host
    return lawfulPath(head)
  }
  const read = readTarget(head.method, target, head.notes.host)
  if ('kind' in read) {
    head.fault = read
    return false
  }
  head.target = read.path
  head.authority = read.authority
  return lawfulPath(head)
}

function lawfulPath(head: RequestHead): boolean {
  const unlawful = pathTrouble(head.target)
  if (unlawful === null) return true
  head.fault = refusal('bad_request', unlawful)
  return false
}

function more(start: number, end: number, head: RequestHead, limits: HeadLimits): number {
  return end - start >= limits.maxHeadBytes ? tooLarge(head, limits) : MORE
}

function bad(head: RequestHead, message: string): number {
  head.fault = refusal('bad_request', message)
  return BAD
}

function tooLong(head: RequestHead, limits: HeadLimits): number {
  head.fault = refusal('target_too_long', `The request target is longer than ${limits.maxTargetBytes} octets`)
  return BAD
}

function tooLarge(head: RequestHead, limits: HeadLimits): number {
  head.fault = refusal('headers_too_large', `The request head is larger than ${limits.maxHeadBytes} octets`)
  return BAD
}

function fieldTrouble(head: RequestHead): number {
  head.fault = refusal(fields.tooMany ? 'headers_too_large' : 'bad_request', fields.trouble)
  fields.tooMany = false
  return BAD
}
