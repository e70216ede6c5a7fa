/** The head of an answer, from bytes, and how its body is framed (RFC 9112 sections 4 and 6.3). As strict as for requests. */

import { clearNotes, type HeadNotes, newNotes, noteAnswer } from '../head-rules.ts'
import { latin1 } from './latin1.ts'
import { BAD, CR, endOfValue, LF, MORE, newFields, SP, scanFields } from './scan.ts'

export interface AnswerLimits {
  readonly maxHeadBytes: number
  readonly maxHeaders: number
}

/** Where `readResponseHead` leaves its result; reused from call to call. */
export interface ResponseHead {
  status: number
  minor: number
  headers: string[]
  readonly notes: HeadNotes
  /** Seconds from `Keep-Alive: timeout=`, -1 if absent. */
  keepAliveHint: number
  trouble: string
}

export function newResponseHead(): ResponseHead {
  return { status: 0, minor: 1, headers: [], notes: newNotes(), keepAliveHint: -1, trouble: '' }
}

const fields = newFields()

/** Returns the index behind the head, MORE or BAD. */
export function readResponseHead(
  buf: Buffer,
  from: number,
  end: number,
  head: ResponseHead,
  limits: AnswerLimits,
): number {
  const lineTo = readStatusLine(buf, from, end, head)
  if (lineTo < 0) return lineTo === MORE ? more(from, end, head, limits) : BAD
  const to = scanFields(buf, lineTo, end, limits.maxHeaders, fields)
  if (to === MORE) return more(from, end, head, limits)
  if (to === BAD) return bad(head, fields.trouble)
  if (to - from > limits.maxHeadBytes) return tooLarge(head, limits)
  takeFields(head)
  return answerTrouble(head) ? BAD : to
}

// HTTP/1.x SP three digits
const STATUS_BYTES = 12

function readStatusLine(buf: Buffer, from: number, end: number, head: ResponseHead): number {
  if (end - from < STATUS_BYTES + 2) {
    const text = latin1(buf, from, end)
    return /^(?:H|HT|HTT|HTTP|HTTP\/(?:1(?:\.(?:[01](?: (?:\d{0,3}|\d{3}[ \r])?)?)?)?)?)$/.test(text) ||
      text === ''
      ? MORE
      : bad(head, 'The answer does not begin with an HTTP/1.1 status line')
  }
  const minor = buf[from + 7]! - 48
  const status = (buf[from + 9]! - 48) * 100 + (buf[from + 10]! - 48) * 10 + (buf[from + 11]! - 48)
  const lawful =
    buf[from] === 72 &&
    buf[from + 1] === 84 &&
    buf[from + 2] === 84 &&
    buf[from + 3] === 80 &&
    buf[from + 4] === 47 &&
    buf[from + 5] === 49 &&
    buf[from + 6] === 46 &&
    (minor === 1 || minor === 0) &&
    buf[from + 8] === SP &&
    digit(buf[from + 9]!) &&
    digit(buf[from + 10]!) &&
    digit(buf[from + 11]!)
  if (!lawful) return bad(head, 'The answer does not begin with an HTTP/1.1 status line')
  if (status < 100) return bad(head, 'The status of the answer is below 100')
  head.minor = minor
  head.status = status
  // A missing blank before an absent reason is common and leaves no doubt.
  let i = from + STATUS_BYTES
  if (buf[i] === SP) i = endOfValue(buf, i, end)
  if (i + 1 >= end)
    return i < end && buf[i] !== CR ? bad(head, 'The status line does not end with CR LF') : MORE
  if (buf[i] !== CR || buf[i + 1] !== LF) return bad(head, 'The status line does not end with CR LF')
  return i + 2
}

function digit(c: number): boolean {
  return c >= 48 && c <= 57
}

function takeFields(head: ResponseHead): void {
  const { notes } = head
  const { list } = fields
  // A section that is known says what it said the last time.
  if (list === head.headers) return
  clearNotes(notes)
  head.keepAliveHint = -1
  for (let i = 0; i < list.length; i += 2) {
    if (!noteAnswer(notes, list[i]!, list[i + 1]!)) continue
    const hint = /(?:^|[,;\s])timeout=(\d{1,6})/i.exec(list[i + 1]!)
    if (hint !== null) head.keepAliveHint = Number(hint[1])
  }
  head.headers = list
}

function answerTrouble(head: ResponseHead): boolean {
  const { notes, minor } = head
  if (notes.trouble !== null) head.trouble = notes.trouble.message
  else if (notes.chunked && minor === 0) head.trouble = 'HTTP/1.0 has no Transfer-Encoding'
  else if (notes.chunked && notes.length !== -1)
    head.trouble = 'Both Content-Length and Transfer-Encoding are present'
  else if (notes.chunked && (head.status < 200 || head.status === 204))
    head.trouble = 'Transfer-Encoding is present in an answer that has no body'
  else return false
  return true
}

function more(from: number, end: number, head: ResponseHead, limits: AnswerLimits): number {
  return end - from >= limits.maxHeadBytes ? tooLarge(head, limits) : MORE
}

function tooLarge(head: ResponseHead, limits: AnswerLimits): number {
  return bad(head, `The head of the answer is larger than ${limits.maxHeadBytes} octets`)
}

function bad(head: ResponseHead, trouble: string): number {
  head.trouble = trouble
  return BAD
}
