/** The framing format of Snappy (google/snappy, framing_format.txt and format_description.txt). */
import { matches } from './matches.ts'
import { cutShort, Unpacked } from './unpacked.ts'

const COMPRESSED = 0x00
const PLAIN = 0x01
const FIRST_SKIPPABLE = 0x80
const STREAM = 0xff
const IDENTIFIER = new Uint8Array([STREAM, 6, 0, 0, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59])
/** No chunk holds more, unpacked. */
const CHUNK_BYTES = 65_536

/** Throws if the bytes are not of this format, or become longer than `maxOutputLength`. */
export function unsnappy(bytes: Uint8Array, { maxOutputLength }: { maxOutputLength: number }): Uint8Array {
  // Of nothing, some packers make nothing.
  if (bytes.length === 0) return bytes
  if (!isSnappy(bytes)) throw new Error('it does not begin with a stream identifier')
  const out = new Unpacked(maxOutputLength)
  for (let at = 0; at < bytes.length; ) {
    if (at + 4 > bytes.length) cutShort()
    const kind = bytes[at]!
    const to = at + 4 + (bytes[at + 1]! | (bytes[at + 2]! << 8) | (bytes[at + 3]! << 16))
    if (to > bytes.length) cutShort()
    const chunk = bytes.subarray(at + 4, to)
    if (kind === COMPRESSED || kind === PLAIN) readChunk(kind, chunk, out)
    else if (kind === STREAM && !isSnappy(bytes.subarray(at))) throw new Error('a stream identifier is wrong')
    else if (kind < FIRST_SKIPPABLE) throw new Error(`a chunk of type ${kind} is not known`)
    at = to
  }
  return out.view()
}

export function isSnappy(bytes: Uint8Array): boolean {
  return IDENTIFIER.every((byte, at) => bytes[at] === byte)
}

function readChunk(kind: number, chunk: Uint8Array, out: Unpacked): void {
  if (chunk.length < 4) cutShort()
  const before = out.length
  if (kind === PLAIN) out.add(chunk.subarray(4))
  else readBlock(chunk.subarray(4), out)
  if (out.length - before > CHUNK_BYTES) throw new Error('a chunk is longer than 64 KiB')
  const stated = chunk[0]! | (chunk[1]! << 8) | (chunk[2]! << 16) | (chunk[3]! << 24)
  if (stated !== maskedSum(out.view(before))) throw new Error('the checksum of a chunk is wrong')
}

function readBlock(block: Uint8Array, out: Unpacked): void {
  const start = out.length
  let at = 0
  let length = 0
  for (let shift = 0; ; shift += 7) {
    if (at >= block.length || shift > 28) cutShort()
    const byte = block[at++]!
    length |= (byte & 0x7f) << shift
    if (byte < 0x80) break
  }
  while (at < block.length) {
    const tag = block[at++]!
    const kind = tag & 3
    if (kind === 0) {
      let size = tag >> 2
      const more = size - 59
      if (more > 0) {
        if (at + more > block.length) cutShort()
        size = littleEndian(block, at, more)
        at += more
      }
      if (at + size + 1 > block.length) cutShort()
      out.add(block.subarray(at, at + size + 1))
      at += size + 1
      continue
    }
    const wide = kind === 3 ? 4 : kind
    if (at + wide > block.length) cutShort()
    const back = kind === 1 ? ((tag >> 5) << 8) | block[at]! : littleEndian(block, at, wide)
    at += wide
    if (back === 0 || back > out.length - start) throw new Error('a copy begins before the block')
    out.repeat(back, kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1)
  }
  if (out.length - start !== length) throw new Error('a block is not as long as it says')
}

function littleEndian(bytes: Uint8Array, at: number, size: number): number {
  let value = 0
  for (let i = size - 1; i >= 0; i--) value = value * 256 + bytes[at + i]!
  return value
}

export function snappy(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [IDENTIFIER]
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const plain = bytes.subarray(at, at + CHUNK_BYTES)
    const packed = packBlock(plain)
    const kind = packed.length < plain.length ? COMPRESSED : PLAIN
    const chunk = kind === PLAIN ? plain : packed
    const size = chunk.length + 4
    const sum = maskedSum(plain)
    parts.push(
      new Uint8Array([kind, size, size >> 8, size >> 16, sum, sum >> 8, sum >> 16, sum >> 24]),
      chunk,
    )
  }
  return Buffer.concat(parts)
}

function packBlock(plain: Uint8Array): Uint8Array {
  const out: number[] = []
  for (let left = plain.length; ; left >>>= 7) {
    out.push(left > 0x7f ? (left & 0x7f) | 0x80 : left)
    if (left <= 0x7f) break
  }
  let written = 0
  for (const { from, length, back } of matches(plain)) {
    literal(out, plain.subarray(written, from))
    for (let left = length; left > 0; ) {
      // A copy of 64 leaves no rest that would be too short to be one.
      const size = Math.min(left, 64)
      out.push(((size - 1) << 2) | 2, back & 0xff, back >> 8)
      left -= size
    }
    written = from + length
  }
  literal(out, plain.subarray(written))
  return Uint8Array.from(out)
}

function literal(out: number[], bytes: Uint8Array): void {
  if (bytes.length === 0) return
  const size = bytes.length - 1
  if (size < 60) out.push(size << 2)
  else if (size < 256) out.push(60 << 2, size)
  else out.push(61 << 2, size & 0xff, size >> 8)
  for (const byte of bytes) out.push(byte)
}

// ---- CRC-32C, as the format masks it

const sums = Int32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte
  for (let i = 0; i < 8; i++) sum = sum & 1 ? (sum >>> 1) ^ 0x82f63b78 : sum >>> 1
  return sum
})

function maskedSum(bytes: Uint8Array): number {
  let sum = -1
  for (let i = 0; i < bytes.length; i++) sum = sums[(sum ^ bytes[i]!) & 0xff]! ^ (sum >>> 8)
  sum = ~sum
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) | 0
}
