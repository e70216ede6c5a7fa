/**
 * Finding the ends of things in bytes: one table lookup per byte, no copying. Nothing is forgiven: a line ends with
 * CR LF, a name is a token, a value holds no control characters, no line continues another (RFC 9112 2.2, 5).
 */
import { latin1 } from './latin1.ts'
import { fieldName, knownLine, learnLine } from './lines.ts'
import { knownSection, learnSection } from './sections.ts'

export const CR = 13
export const LF = 10
export const SP = 32
export const HT = 9
export const COLON = 58

const TCHAR = 1
const VALUE = 2
const TARGET = 4

/** What each byte may be part of. */
const CLASS = new Uint8Array(256)
for (let c = 0x21; c < 0x7f; c++) CLASS[c]! |= VALUE | TARGET
for (let c = 0x80; c < 0x100; c++) CLASS[c]! |= VALUE
CLASS[SP]! |= VALUE
CLASS[HT]! |= VALUE
// A fragment is not part of a request target.
CLASS['#'.charCodeAt(0)]! &= ~TARGET
for (const c of "!#$%&'*+-.^_`|~") CLASS[c.charCodeAt(0)]! |= TCHAR
for (const c of '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ')
  CLASS[c.charCodeAt(0)]! |= TCHAR

export function endOfToken(buf: Uint8Array, from: number, end: number): number {
  let i = from
  while (i < end && (CLASS[buf[i]!]! & TCHAR) !== 0) i++
  return i
}

export function endOfTarget(buf: Uint8Array, from: number, end: number): number {
  let i = from
  while (i < end && (CLASS[buf[i]!]! & TARGET) !== 0) i++
  return i
}

export function endOfValue(buf: Uint8Array, from: number, end: number): number {
  let i = from
  while (i < end && (CLASS[buf[i]!]! & VALUE) !== 0) i++
  return i
}

/** More bytes are needed; what is there is well formed so far. */
export const MORE = -1
/** Not well formed, or beyond a bound; `fields.trouble` says what. */
export const BAD = -2

/** What `scanFields` found. One is enough for all heads of a kind: the list is not to be changed, for it may be handed out again. */
export interface Fields {
  /** name, value, name, value … */
  list: string[]
  trouble: string
  /** The trouble is that there are too many. */
  tooMany: boolean
}

export function newFields(): Fields {
  return { list: [], trouble: '', tooMany: false }
}

/** Reads field lines up to and with the empty one. Returns the index behind it, MORE or BAD. */
export function scanFields(buf: Buffer, from: number, end: number, max: number, fields: Fields): number {
  const known = knownSection(buf, from, end)
  if (known === undefined || known.list.length > 2 * max) return scanLines(buf, from, end, max, fields)
  fields.list = known.list
  return from + known.octets.length
}

function scanLines(buf: Buffer, from: number, end: number, max: number, fields: Fields): number {
  const list: string[] = []
  let i = from
  for (;;) {
    if (i >= end) return MORE
    if (list.length === 2 * max && buf[i] !== CR) return tooMany(fields, max)
    const known = knownLine(buf, i, end)
    if (known !== undefined) {
      list.push(known.name, known.value)
      i += known.octets.length
      continue
    }
    const nameFrom = i
    while (i < end && (CLASS[buf[i]!]! & TCHAR) !== 0) i++
    if (i >= end) return MORE
    if (buf[i] !== COLON || i === nameFrom) {
      if (buf[i] !== CR || i !== nameFrom) return bad(fields, nameTrouble(buf, nameFrom, i))
      if (i + 1 >= end) return MORE
      if (buf[i + 1] !== LF) return bad(fields, 'A carriage return stands alone')
      fields.list = list
      learnSection(buf, { from, to: i + 2, end }, list)
      return i + 2
    }
    const nameTo = i++
    while (i < end && (buf[i] === SP || buf[i] === HT)) i++
    const valueFrom = i
    while (i < end && (CLASS[buf[i]!]! & VALUE) !== 0) i++
    if (i + 1 >= end) {
      if (i < end && buf[i] !== CR) return bad(fields, controlTrouble(buf[i]!))
      return MORE
    }
    if (buf[i] !== CR) return bad(fields, controlTrouble(buf[i]!))
    if (buf[i + 1] !== LF) return bad(fields, 'A carriage return stands alone')
    let valueTo = i
    while (valueTo > valueFrom && (buf[valueTo - 1] === SP || buf[valueTo - 1] === HT)) valueTo--
    i += 2
    const name = fieldName(buf, nameFrom, nameTo)
    const value = latin1(buf, valueFrom, valueTo)
    list.push(name, value)
    learnLine(buf, nameFrom, i, end, { name, value })
  }
}

function tooMany(fields: Fields, max: number): number {
  fields.tooMany = true
  return bad(fields, `More than ${max} fields`)
}

function bad(fields: Fields, trouble: string): number {
  fields.trouble = trouble
  return BAD
}

function nameTrouble(buf: Uint8Array, from: number, at: number): string {
  const c = buf[at]!
  if (at === from && (c === SP || c === HT)) return 'A line continues the one before'
  if (at === from && c === COLON) return 'A field has no name'
  if (c === SP || c === HT) return 'White space stands before a colon'
  if (c === LF) return 'A line does not end with CR LF'
  return 'A field name holds a character that is not allowed'
}

export function controlTrouble(c: number): string {
  return c === LF ? 'A line does not end with CR LF' : 'A control character is in a line'
}
