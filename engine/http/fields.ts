/** Fields on their way out. The transport owns framing: whatever a caller says about it is left out. */
import { contentLength, isNamed, knownMethod } from './head-rules.ts'
import { type HeaderList, Unfit } from './transport.ts'

// Anything else in a value would break the line, or would do so once cut down to one octet per character.
const UNFIT_VALUE = /[^\t\x20-\x7e\x80-\xff]/
const UNFIT_NAME = /[^!#$%&'*+\-.^_`|~0-9A-Za-z]/
const UNFIT_PATH = /[^\x21-\x22\x24-\x7e]/

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

export const NOT_FRAMING = 0
export const IS_FRAMING = 1
export const IS_LENGTH = 2
export const IS_DATE = 3

/** What a field of an answer is to the transport. */
export function answerField(name: string): number {
  const first = name.charCodeAt(0) | 32
  if (name.length === 4) return first === 100 && isNamed(name, 'Date', 'date') ? IS_DATE : NOT_FRAMING
  if (name.length === 14)
    return first === 99 && isNamed(name, 'Content-Length', 'content-length') ? IS_LENGTH : NOT_FRAMING
  return mayFrame(name.length, first) && FRAMING.has(name.toLowerCase()) ? IS_FRAMING : NOT_FRAMING
}

/** Whether a field of a request is the transport's own business. */
export function framesRequest(name: string): boolean {
  return mayFrame(name.length, name.charCodeAt(0) | 32) && REQUEST_FRAMING.has(name.toLowerCase())
}

/** Tells by length and first letter which names need to be looked at at all. */
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

/** Throws if a field would break its line or the section. */
export function checkField(name: string, value: string): void {
  checkValue(name, value)
  checkName(name)
}

/** Throws if the value of a field would break its line. */
export function checkValue(name: string, value: string): void {
  if (typeof value !== 'string' || !isFitValue(value))
    throw new Unfit(
      `Cannot send the field ${JSON.stringify(name)}: its value holds a control character or one beyond latin1`,
    )
}

/** Most values are so short that a regular expression takes longer to begin than this to end. */
const SHORT_VALUE = 64

function isFitValue(value: string): boolean {
  if (value.length > SHORT_VALUE) return !UNFIT_VALUE.test(value)
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i)
    if ((c < 0x20 && c !== 9) || c === 0x7f || c > 0xff) return false
  }
  return true
}

/** Throws if it is no name of a field. */
export function checkName(name: string): void {
  if (name === '' || UNFIT_NAME.test(name))
    throw new Unfit(`Cannot send the field ${JSON.stringify(name)}: its name is not a token`)
}

/** Throws if a request line cannot be made of these. */
export function checkRequestLine(method: string, path: string): void {
  if (!knownMethod(method)) throw new Unfit(`Cannot send the method "${method}": it is not known`)
  if (path.charCodeAt(0) !== 47 || UNFIT_PATH.test(path))
    throw new Unfit('Cannot send the request target: it is not a path of printable ASCII')
}

/** Throws if this is no status of a final answer. */
export function checkStatus(status: number): void {
  if (!Number.isInteger(status) || status < 200 || status > 999)
    throw new Unfit(`Cannot answer with status ${status}: a status is a number from 200 to 999`)
}

/** Throws if this is no status of an interim answer that one may send by oneself. */
export function checkInterim(status: number): void {
  if (!Number.isInteger(status) || status < 100 || status > 199 || status === 101)
    throw new Unfit(`Cannot inform with status ${status}: an interim status is 100 or 102 to 199`)
}

/** The fields of an answer that may go out as they are, and what was said about its length and date. */
export function keptAnswerFields(headers: HeaderList): { list: string[]; length: number; date: boolean } {
  const list: string[] = []
  let length = -1
  let date = false
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!
    const value = headers[i + 1]!
    const what = answerField(name)
    if (what === IS_LENGTH) length = contentLength(value)
    if (what === IS_LENGTH || what === IS_FRAMING) continue
    if (what === IS_DATE) date = true
    checkField(name, value)
    list.push(name, value)
  }
  return { list, length, date }
}

/** The fields of a request that may go out as they are. */
export function keptRequestFields(headers: HeaderList): string[] {
  const list: string[] = []
  const nominated = new Set<string>()
  for (let i = 0; i < headers.length; i += 2)
    if (headers[i]!.toLowerCase() === 'connection') nominate(headers[i + 1]!, nominated)
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!
    if (framesRequest(name) || nominated.has(name.toLowerCase())) continue
    checkField(name, headers[i + 1]!)
    list.push(name, headers[i + 1]!)
  }
  return list
}

/** Adds the names that a `Connection` value lists. */
export function nominate(value: string, names: Set<string>): void {
  for (const part of value.split(',')) names.add(part.trim().toLowerCase())
  names.delete('host')
}
