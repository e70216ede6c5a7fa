/** Heads on their way out, as latin1 text. */
import { STATUS_CODES } from 'node:http'
import type { Clock } from '../../clock.ts'
import {
  answerField,
  checkRequestLine,
  checkValue,
  framesRequest,
  IS_DATE,
  IS_FRAMING,
  IS_LENGTH,
  keptRequestFields,
  NOT_FRAMING,
} from '../fields.ts'
import { contentLength } from '../head-rules.ts'
import { factsOf } from '../kept.ts'
import type { HeaderList } from '../transport.ts'
import { KnownLines } from './known-lines.ts'
import { flat } from './latin1.ts'
import { SentSections } from './sections.ts'

const requestLines = new KnownLines((name) => (framesRequest(name) ? IS_FRAMING : NOT_FRAMING))
const answerLines = new KnownLines(answerField)
const requestSections = new SentSections()
const answerSections = new SentSections()
const statusLines: string[] = new Array(1000).fill('')

/** Of a status of three digits. */
export function statusLine(status: number): string {
  const line = statusLines[status]!
  if (line !== '') return line
  return (statusLines[status] = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Status'}\r\n`)
}

/** What `answerFields` noticed on its way. */
export interface Noticed {
  date: boolean
  /** A lawful `content-length`, kept back; -1 if none. */
  length: number
}

/** The field lines of an answer without those that frame it. Throws on a field that would break its line. */
export function answerFields(headers: HeaderList, noticed: Noticed): string {
  const facts = factsOf(headers)
  const known = facts?.asAnswer ?? answerSections.get(headers)
  if (known === undefined) {
    const text = answerLinesOf(headers, noticed)
    if (facts !== undefined) facts.asAnswer = { text: flat(text), date: noticed.date, length: noticed.length }
    return text
  }
  noticed.date = known.date
  noticed.length = known.length
  return known.text
}

function answerLinesOf(headers: HeaderList, noticed: Noticed): string {
  let lines = ''
  noticed.date = false
  noticed.length = -1
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!
    const value = headers[i + 1]!
    const known = answerLines.of(name)
    const { what } = known
    if (what === NOT_FRAMING) lines += known.line(value)
    else if (what === IS_LENGTH) noticed.length = contentLength(value)
    else if (what === IS_DATE) {
      noticed.date = true
      if (value !== lastDate) checkValue(name, value)
      lastDate = value
      lines += `${name}: ${value}\r\n`
    }
  }
  answerSections.learn({ list: headers, text: lines, date: noticed.date, length: noticed.length })
  return lines
}

/** The last date found fit: all answers of a second say the same. */
let lastDate = ''

const unnoticed: Noticed = { date: false, length: -1 }

/** The lines of a trailer section; none if one of them would break its line. */
export function trailerFields(trailers: HeaderList | undefined): string {
  if (trailers === undefined) return ''
  try {
    return answerFields(trailers, unnoticed)
  } catch {
    return ''
  }
}

let lastLine = { method: '', path: '', line: '' }

/** The same few things are asked again and again. */
function requestLine(method: string, path: string): string {
  if (lastLine.path === path && lastLine.method === method) return lastLine.line
  checkRequestLine(method, path)
  const line = `${method} ${path} HTTP/1.1\r\n`
  lastLine = { method, path, line }
  return line
}

/** The head of a request up to where its framing is said. Throws on what would break the line or the section. */
export function requestHead(method: string, path: string, headers: HeaderList): string {
  const line = requestLine(method, path)
  const facts = factsOf(headers)
  if (facts !== undefined) return line + (facts.asRequest ??= flat(requestLinesOf(headers)))
  const section = requestSections.get(headers)
  return line + (section === undefined ? requestLinesOf(headers) : section.text)
}

function requestLinesOf(headers: HeaderList): string {
  let lines = ''
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!
    const value = headers[i + 1]!
    const known = requestLines.of(name)
    if (known.what === NOT_FRAMING) lines += known.line(value)
    else if (name.length === 10 && nominates(name, value)) return allLines(keptRequestFields(headers))
  }
  requestSections.learn({ list: headers, text: lines, date: false, length: -1 })
  return lines
}

/** Other fields go with this one. */
function nominates(name: string, value: string): boolean {
  return (name.charCodeAt(0) | 32) === 99 && value !== 'keep-alive' && value !== 'close'
}

function allLines(list: readonly string[]): string {
  let lines = ''
  for (let i = 0; i < list.length; i += 2) lines += `${list[i]}: ${list[i + 1]}\r\n`
  return lines
}

/** The `Date` line, made anew once a second. */
export function dateLines(clock: Clock): () => string {
  const value = dateValues(clock)
  let last = ''
  let line = ''
  return () => {
    const now = value()
    if (now === last) return line
    last = now
    return (line = `Date: ${now}\r\n`)
  }
}

/** The value of `Date` (RFC 9110 5.6.7). */
export function dateValues(clock: Clock): () => string {
  let text = ''
  let until = -Infinity
  return () => {
    const now = clock.now()
    if (now < until) return text
    const wall = Number(clock.wallNs() / 1_000_000n)
    until = now + 1000 - (wall % 1000)
    return (text = new Date(wall).toUTCString())
  }
}
