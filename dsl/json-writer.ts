/** Writes values that `JSON.stringify` would not write right, and the forms it does not know. */
import { toBase64 } from './bytes.ts'
import { Held } from './held.ts'
import { JsonError } from './json-error.ts'
import type { JsonSink } from './json-sink.ts'
import { printsNatively as numberPrintsNatively, printFloat, printNumber } from './number.ts'
import { Float, type Value } from './value.ts'

/** Deeper values are an error on the way out. Scripts may wrap what came in, so this is more than what may come in. */
const MAX_DEPTH = 1024

/** Beyond this the careful writer takes over, which counts levels. */
const NATIVE_DEPTH = 512

/**
 * Items and fields of one value. Values are shared: a few lines of `let x = [x, x]` make a tree that has no end in practice,
 * in little memory.
 */
const MOST_NODES = 16 * 1024 * 1024

/** What is left of them for the value that is being looked at or written. */
let nodes = 0

interface Style {
  readonly sorted: boolean
  /** Spaces per level; 0 is compact. */
  readonly indent: number
  readonly number: (value: number | bigint | Float) => string
}

const EXACT: Style = { sorted: false, indent: 0, number: printNumber }
const PRETTY: Style = { sorted: false, indent: 2, number: printNumber }
const SORTED: Style = { sorted: true, indent: 0, number: printValueOf }

/** Whether `JSON.stringify` writes the value as `writeExactly` does. */
export function printsNatively(value: Value, most = MOST_NODES): boolean {
  if (typeof value === 'object' && value !== null) return partsLeft(value, NATIVE_DEPTH, most) >= 0
  return typeof value === 'number' ? numberPrintsNatively(value) : typeof value !== 'bigint'
}

export function writeExactly(value: Value, most = MOST_NODES): string {
  nodes = most
  return write(value, EXACT, 0)
}

/** As `writeExactly`, into a sink, which has a part of it if this throws. */
export function writeTo(value: Value, sink: JsonSink): void {
  nodes = MOST_NODES
  poured = ''
  pour(value, sink, 0)
  sink.text(poured)
  poured = ''
}

export function writeSorted(value: Value): string {
  nodes = MOST_NODES
  return write(value, SORTED, 0)
}

export function writePretty(value: Value): string {
  nodes = MOST_NODES
  return write(value, PRETTY, 0)
}

/**
 * How many parts are left of `left` behind this value; -1 if it is not native. Loops over fields call for no field but a nested one, and
 * what is left is handed on: this runs over every value that leaves.
 */
function partsLeft(value: object, depth: number, left: number): number {
  if (Array.isArray(value)) {
    left -= value.length + 1
    if (left < 0) throw tooMany()
    for (let at = 0; at < value.length; at++) {
      const item: Value = value[at]
      if (typeof item === 'string' || typeof item === 'boolean' || item === null) continue
      if (typeof item === 'number' && numberPrintsNatively(item)) continue
      if (typeof item !== 'object' || depth === 0) return -1
      left = partsLeft(item, depth - 1, left)
      if (left < 0) return -1
    }
    return left
  }
  // Floats and bytes are no plain objects.
  if (value.constructor !== Object && Object.getPrototypeOf(value) !== Object.prototype) return -1
  if (--left < 0) throw tooMany()
  for (const key in value) {
    const item = (value as Record<string, Value>)[key]!
    if (typeof item === 'string' || typeof item === 'boolean' || item === null) continue
    if (typeof item === 'number' && numberPrintsNatively(item)) continue
    if (typeof item !== 'object' || depth === 0) return -1
    left = partsLeft(item, depth - 1, left)
    if (left < 0) return -1
  }
  return left
}

function spend(count: number): void {
  nodes -= count
  if (nodes < 0) throw tooMany()
}

function tooMany(): JsonError {
  return new JsonError('A value has more parts than can be written')
}

function printValueOf(value: number | bigint | Float): string {
  return value instanceof Float ? printFloat(value.value) : printNumber(value)
}

function write(value: Value, style: Style, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value)
  if (value === null) return 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Float)
    return style.number(value)
  if (value instanceof Uint8Array) return `"${toBase64(value)}"`
  if (value instanceof Held)
    return style === EXACT ? Held.textOf(value) : write(Held.wholeOf(value), style, depth)
  if (depth >= MAX_DEPTH) throw new JsonError(`A value nests deeper than ${MAX_DEPTH} levels`)
  spend(Array.isArray(value) ? value.length + 1 : 1)
  return Array.isArray(value)
    ? writeList(value, style, depth + 1)
    : writeRecord(value as Record<string, Value>, style, depth + 1)
}

/** What goes into the sink next: many short texts cost it more than one. */
let poured = ''

/** Descends into what may hold documents that leave as they came; what is between them is a few short texts. */
function pour(value: Value, sink: JsonSink, depth: number): void {
  if (value instanceof Held) {
    sink.text(poured)
    poured = ''
    return Held.writeTo(value, sink)
  }
  if (typeof value !== 'object' || value === null || value instanceof Float || value instanceof Uint8Array) {
    poured += write(value, EXACT, depth)
    return
  }
  if (depth >= MAX_DEPTH) throw new JsonError(`A value nests deeper than ${MAX_DEPTH} levels`)
  if (Array.isArray(value)) {
    spend(value.length + 1)
    poured += '['
    for (let at = 0; at < value.length; at++) {
      if (at > 0) poured += ','
      pour(value[at]!, sink, depth + 1)
    }
    poured += ']'
    return
  }
  spend(1)
  let before = '{'
  for (const key in value) {
    poured += before + quoted(key)
    before = ','
    pour((value as Record<string, Value>)[key]!, sink, depth + 1)
  }
  poured += before === '{' ? '{}' : '}'
}

/** Keys come again and again. */
const MOST_KEYS = 512
const keys = new Map<string, string>()

function quoted(key: string): string {
  const known = keys.get(key)
  if (known !== undefined) return known
  const text = `${JSON.stringify(key)}:`
  if (key.length > 64) return text
  if (keys.size === MOST_KEYS) keys.clear()
  keys.set(key, text)
  return text
}

function writeList(list: readonly Value[], style: Style, depth: number): string {
  if (list.length === 0) return '[]'
  const { open, between, close } = layout(style, depth)
  let text = `[${open}`
  for (let at = 0; at < list.length; at++) {
    if (at > 0) text += between
    text += write(list[at]!, style, depth)
  }
  return `${text}${close}]`
}

function writeRecord(record: Record<string, Value>, style: Style, depth: number): string {
  const keys = Object.keys(record)
  if (keys.length === 0) return '{}'
  if (style.sorted) keys.sort(compareBytewise)
  const { open, between, close } = layout(style, depth)
  const colon = style.indent > 0 ? ': ' : ':'
  let text = `{${open}`
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at]!
    if (at > 0) text += between
    text += JSON.stringify(key) + colon + write(record[key]!, style, depth)
  }
  return `${text}${close}}`
}

const COMPACT = { open: '', between: ',', close: '' }

function layout(style: Style, depth: number): { open: string; between: string; close: string } {
  if (style.indent === 0) return COMPACT
  const line = `\n${' '.repeat(style.indent * depth)}`
  return { open: line, between: `,${line}`, close: line.slice(0, -style.indent) }
}

/** The order of the UTF-8 bytes of two texts, which is that of their code points and not of their UTF-16 units. */
export function compareBytewise(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let at = 0; at < length; at++) {
    const a = left.charCodeAt(at)
    const b = right.charCodeAt(at)
    if (a === b) continue
    const aHigh = a >= 0xd800 && a <= 0xdfff
    const bHigh = b >= 0xd800 && b <= 0xdfff
    return aHigh === bHigh ? a - b : aHigh ? 1 : -1
  }
  return left.length - right.length
}
