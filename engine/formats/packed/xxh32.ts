/** XXH32 with seed 0 (Cyan4973/xxHash, xxhash_spec.md): the checksum of LZ4. */
const P1 = 0x9e3779b1
const P2 = 0x85ebca77
const P3 = 0xc2b2ae3d
const P4 = 0x27d4eb2f
const P5 = 0x165667b1

export function xxh32(bytes: Uint8Array): number {
  const { length } = bytes
  let at = 0
  let sum = P5
  if (length >= 16) {
    let a = (P1 + P2) | 0
    let b = P2 | 0
    let c = 0
    let d = -P1 | 0
    for (; at + 16 <= length; at += 16) {
      a = round(a, word(bytes, at))
      b = round(b, word(bytes, at + 4))
      c = round(c, word(bytes, at + 8))
      d = round(d, word(bytes, at + 12))
    }
    sum = rotated(a, 1) + rotated(b, 7) + rotated(c, 12) + rotated(d, 18)
  }
  sum = (sum + length) | 0
  for (; at + 4 <= length; at += 4)
    sum = Math.imul(rotated((sum + Math.imul(word(bytes, at), P3)) | 0, 17), P4)
  for (; at < length; at++) sum = Math.imul(rotated((sum + Math.imul(bytes[at]!, P5)) | 0, 11), P1)
  sum = Math.imul(sum ^ (sum >>> 15), P2)
  sum = Math.imul(sum ^ (sum >>> 13), P3)
  return (sum ^ (sum >>> 16)) >>> 0
}

function round(lane: number, input: number): number {
  return Math.imul(rotated((lane + Math.imul(input, P2)) | 0, 13), P1)
}

function rotated(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by))
}

function word(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
}
