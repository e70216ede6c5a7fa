/**
 * The same few dozen field names come with every message. Each spelling is kept as one string: nothing is allocated for it
 * again, and whoever looks it up in a table finds its hash worked out and compares pointers.
 */
import { latin1 } from './latin1.ts'

const SLOTS = 1024
/** Longer names are not worth keeping. */
const MOST = 40

const kept: (string | undefined)[] = new Array(SLOTS).fill(undefined)

/** The octets as text. Two spellings that share a slot replace one another: that costs time, nothing else. */
export function fieldName(buf: Uint8Array, from: number, to: number): string {
  const size = to - from
  if (size > MOST) return latin1(buf, from, to)
  const slot = (size * 73 + buf[from]! * 151 + buf[to - 1]! * 31 + buf[from + (size >> 1)]! * 7) & (SLOTS - 1)
  const name = kept[slot]
  if (name !== undefined && name.length === size && same(name, buf, from)) return name
  return (kept[slot] = latin1(buf, from, to))
}

function same(name: string, buf: Uint8Array, from: number): boolean {
  for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) !== buf[from + i]) return false
  return true
}
