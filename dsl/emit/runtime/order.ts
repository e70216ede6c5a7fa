/** In which order `for` walks the fields of a record. */
import { toUtf8 } from '../../bytes.ts'
import type { Rec } from '../../value.ts'

const MASK = (1n << 64n) - 1n
const FACTOR = 0x517cc1b727220a95n

/**
 * The order of the fields, as they were written or came in. Keys that look like array indexes have lost their place to
 * JavaScript, which puts them first; records with such keys are walked as tremor walks them, by hash.
 */
export function keysOf(record: Rec): readonly string[] {
  const keys = Object.keys(record)
  return keys.length > 1 && /^\d/.test(keys[0]!) && Number(keys[0]) < 2 ** 32 - 1 ? hashed(keys) : keys
}

/** The order of an open hash table, the smallest that holds the keys (hashbrown 0.7 under halfbrown, with FxHash). */
function hashed(keys: readonly string[]): readonly string[] {
  const size = keys.length < 4 ? 4 : keys.length < 8 ? 8 : 2 ** Math.ceil(Math.log2((keys.length * 8) / 7))
  const table: (string | undefined)[] = new Array(size).fill(undefined)
  for (const key of keys) {
    let at = Number(fxHash(key) & BigInt(size - 1))
    while (table[at] !== undefined) at = (at + 1) % size
    table[at] = key
  }
  return table.filter((key) => key !== undefined)
}

/** FxHash of a Rust string: its bytes, in words of 8, 4 and 1, and 0xff. */
function fxHash(text: string): bigint {
  const bytes = toUtf8(text)
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let hash = 0n
  let at = 0
  const add = (word: bigint): void => {
    hash = ((((hash << 5n) | (hash >> 59n)) ^ word) * FACTOR) & MASK
  }
  for (; bytes.length - at >= 8; at += 8) add(words.getBigUint64(at, true))
  for (; bytes.length - at >= 4; at += 4) add(BigInt(words.getUint32(at, true)))
  for (; at < bytes.length; at++) add(BigInt(bytes[at]!))
  add(0xffn)
  return hash
}
