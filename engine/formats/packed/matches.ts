/** Where a piece of bytes repeats what came at most 64 KiB before: by a table of hashes of four octets, the last place of each. */

const HASH_BITS = 14
/** The last match begins this far from the end, and leaves five octets behind it: LZ4 asks for both, others do not mind. */
const NO_MATCH_BEGINS = 12
const LITERAL_END = 5
const FARTHEST = 65_535

const table = new Int32Array(1 << HASH_BITS)

export interface Match {
  readonly from: number
  readonly length: number
  /** How far back it repeats. */
  readonly back: number
}

export function matches(bytes: Uint8Array): Match[] {
  const found: Match[] = []
  const last = bytes.length - NO_MATCH_BEGINS
  let missed = 0
  table.fill(-1)
  for (let at = 0; at < last; ) {
    const hash = hashAt(bytes, at)
    const before = table[hash]!
    table[hash] = at
    if (before < 0 || at - before > FARTHEST || !sameFour(bytes, before, at)) {
      // Bytes that do not repeat are looked at less and less closely.
      at += 1 + (missed++ >> 5)
      continue
    }
    const length = matchLength(bytes, before, at)
    found.push({ from: at, length, back: at - before })
    at += length
    missed = 0
  }
  return found
}

function hashAt(bytes: Uint8Array, at: number): number {
  const four = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
  return Math.imul(four, 0x9e3779b1) >>> (32 - HASH_BITS)
}

function sameFour(bytes: Uint8Array, a: number, b: number): boolean {
  return (
    bytes[a] === bytes[b] &&
    bytes[a + 1] === bytes[b + 1] &&
    bytes[a + 2] === bytes[b + 2] &&
    bytes[a + 3] === bytes[b + 3]
  )
}

function matchLength(bytes: Uint8Array, before: number, at: number): number {
  const end = bytes.length - LITERAL_END
  let to = at + 4
  while (to < end && bytes[to] === bytes[before + to - at]) to++
  return to - at
}
