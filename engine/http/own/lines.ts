/**
 * The same few dozen field lines come with nearly every message. Lines seen before are known again by their octets: nothing of
 * them is scanned, judged or allocated anew, and whoever looks their strings up in a table finds the hash worked out and compares
 * pointers. What is kept is bounded, and nothing that may be a secret is.
 */
import { isSecretName } from '#dsl/secrets.ts'
import { interned } from '../interned.ts'
import { latin1 } from './latin1.ts'

/** A field line that was found well formed. */
export interface Line {
  readonly name: string
  readonly value: string
  /** The whole line, with its CR LF. */
  readonly octets: Uint8Array
}

const SLOTS = 1024
/** Longer lines, which rarely come twice, are not worth keeping. */
const MOST_OCTETS = 160
/** One in so many lines that were not known is kept: those that come again soon are, the others replace little. A prime, lest it be the same of a message each time. */
const LEARN_EACH = 7

const lines: (Line | undefined)[] = new Array(SLOTS).fill(undefined)
const names: (string | undefined)[] = new Array(SLOTS).fill(undefined)
let unknown = 0

/** The line that begins at `at`, if it is one of those kept. */
export function knownLine(buf: Uint8Array, at: number, end: number): Line | undefined {
  const line = lines[slotOf(buf, at, end)]
  if (line === undefined) return undefined
  const { octets } = line
  const size = octets.length
  if (end - at < size) return undefined
  for (let i = 0; i < size; i++) if (octets[i] !== buf[at + i]) return undefined
  return line
}

/** A line from `at` to `to` turned out well formed; perhaps it will be known next time. `end` as for `knownLine`. */
export function learnLine(
  buf: Uint8Array,
  at: number,
  to: number,
  end: number,
  field: { name: string; value: string },
): void {
  if (++unknown % LEARN_EACH !== 0 || !keepable(field.name, to - at)) return
  const octets = Uint8Array.prototype.slice.call(buf, at, to)
  lines[slotOf(buf, at, end)] = { name: field.name, value: field.value, octets }
}

/** Whether a line may be kept: it is short, and its name does not sound like a secret's. */
export function keepable(name: string, octets: number): boolean {
  return octets <= MOST_OCTETS && !SECRET.test(name) && !isSecretName(name)
}

/** Wider than what logs hide: a name that only may be one's is left out, too. */
const SECRET = /auth|cookie|token|key|secret|password/i

/** Octets behind a short line's end may be told apart as well: then it takes another slot, too, to be known again. Behind `end` nothing is of this message. */
function slotOf(buf: Uint8Array, at: number, end: number): number {
  const far = at + 17 < end ? buf[at + 14]! * 73 + buf[at + 17]! * 211 : 0
  return (buf[at]! * 7 + buf[at + 3]! * 31 + buf[at + 8]! * 151 + far) & (SLOTS - 1)
}

/** Longer names are not worth keeping. */
const MOST_NAME = 40

/** The octets as text, one string for each spelling. Two that share a slot replace one another: that costs time, nothing else. */
export function fieldName(buf: Uint8Array, from: number, to: number): string {
  const size = to - from
  if (size > MOST_NAME) return latin1(buf, from, to)
  const slot = (size * 73 + buf[from]! * 151 + buf[to - 1]! * 31 + buf[from + (size >> 1)]! * 7) & (SLOTS - 1)
  const name = names[slot]
  if (name !== undefined && name.length === size && same(name, buf, from)) return name
  return (names[slot] = interned(latin1(buf, from, to)))
}

const targets: (string | undefined)[] = new Array(SLOTS).fill(undefined)

/** The same for what is asked for: one string for each path that is asked for often. What has a query is nobody's to keep. */
export function targetText(buf: Uint8Array, from: number, to: number): string {
  const size = to - from
  if (size > MOST_NAME) return latin1(buf, from, to)
  const slot = (size * 73 + buf[to - 1]! * 31 + buf[from + (size >> 1)]! * 7) & (SLOTS - 1)
  const target = targets[slot]
  if (target !== undefined && target.length === size && same(target, buf, from)) return target
  const text = latin1(buf, from, to)
  if (++unknown % LEARN_EACH === 0 && !text.includes('?')) targets[slot] = text
  return text
}

function same(name: string, buf: Uint8Array, from: number): boolean {
  for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) !== buf[from + i]) return false
  return true
}
