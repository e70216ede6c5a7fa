/** The frame format of LZ4 (lz4/lz4, lz4_Frame_format.md and lz4_Block_format.md). */
import { matches } from './matches.ts'
import { cutShort, Unpacked } from './unpacked.ts'
import { xxh32 } from './xxh32.ts'

const MAGIC = 0x184d2204
const SKIPPABLE = 0x184d2a50
const MIN_MATCH = 4

const VERSION_1 = 0x40
const INDEPENDENT = 0x20
const BLOCK_SUM = 0x10
const SIZE_STATED = 0x08
const CONTENT_SUM = 0x04
const DICTIONARY = 0x01
/** The high bit of a block's size: it is not packed. */
const PLAIN = 0x8000_0000

const BLOCK_BYTES = 65_536
/** What `BLOCK_BYTES` is called in a frame. */
const BLOCK_CODE = 4

/** Throws if the bytes are not frames of this format, or become longer than `maxOutputLength`. */
export function unlz4(bytes: Uint8Array, { maxOutputLength }: { maxOutputLength: number }): Uint8Array {
  const out = new Unpacked(maxOutputLength)
  const reader = new Reader(bytes)
  if (bytes.length === 0) cutShort()
  while (reader.at < bytes.length) {
    const magic = reader.uint32()
    if (magic === MAGIC) readFrame(reader, out)
    else if ((magic & 0xffff_fff0) >>> 0 === SKIPPABLE) reader.take(reader.uint32())
    else throw new Error('it does not begin with the magic number')
  }
  return out.view()
}

export function isLz4([a, b, c, d]: Uint8Array): boolean {
  return a === 0x04 && b === 0x22 && c === 0x4d && d === 0x18
}

function readFrame(reader: Reader, out: Unpacked): void {
  const from = reader.at
  const [flags = 0, block = 0] = reader.take(2)
  if ((flags & 0xc2) !== VERSION_1) throw new Error('the version of a frame is not known')
  const code = (block >> 4) & 7
  if (code < 4 || (block & 0x8f) !== 0) throw new Error('the block size of a frame is not lawful')
  const stated = flags & SIZE_STATED ? reader.uint32() + reader.uint32() * 2 ** 32 : -1
  if (flags & DICTIONARY) throw new Error('a frame needs a dictionary')
  const sum = (xxh32(reader.since(from)) >>> 8) & 0xff
  if (reader.take(1)[0] !== sum) throw new Error('the checksum of a frame header is wrong')
  const start = out.length
  for (let size = reader.uint32(); size !== 0; size = reader.uint32()) {
    const packed = reader.take(size & ~PLAIN & 0x7fff_ffff)
    if (packed.length > 4 ** (code + 4)) throw new Error('a block is longer than its frame allows')
    if (size >= PLAIN) out.add(packed)
    else readBlock(packed, out, flags & INDEPENDENT ? out.length : start)
    if (flags & BLOCK_SUM && reader.uint32() !== xxh32(packed))
      throw new Error('the checksum of a block is wrong')
  }
  if (stated >= 0 && out.length - start !== stated)
    throw new Error('the content is not as long as was stated')
  if (flags & CONTENT_SUM && reader.uint32() !== xxh32(out.view(start)))
    throw new Error('the checksum of the content is wrong')
}

/** `earliest` is where copies may begin. */
function readBlock(block: Uint8Array, out: Unpacked, earliest: number): void {
  let at = 0
  const long = (nibble: number): number => {
    if (nibble !== 15) return nibble
    for (let size = 15; ; ) {
      if (at >= block.length) cutShort()
      const byte = block[at++]!
      size += byte
      if (byte !== 255) return size
    }
  }
  while (at < block.length) {
    const token = block[at++]!
    const literals = long(token >> 4)
    if (at + literals > block.length) cutShort()
    out.add(block.subarray(at, at + literals))
    at += literals
    if (at === block.length) return
    if (at + 2 > block.length) cutShort()
    const back = block[at]! | (block[at + 1]! << 8)
    at += 2
    if (back === 0 || back > out.length - earliest) throw new Error('a copy begins before the block')
    out.repeat(back, long(token & 15) + MIN_MATCH)
  }
  cutShort()
}

export function lz4(bytes: Uint8Array): Uint8Array {
  const head = new Uint8Array([VERSION_1 | INDEPENDENT | CONTENT_SUM, BLOCK_CODE << 4])
  const parts: Uint8Array[] = [number32(MAGIC), head, new Uint8Array([xxh32(head) >>> 8])]
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const plain = bytes.subarray(at, at + BLOCK_BYTES)
    const packed = packBlock(plain)
    if (packed.length < plain.length) parts.push(number32(packed.length), packed)
    else parts.push(number32(plain.length + PLAIN), plain)
  }
  parts.push(number32(0), number32(xxh32(bytes)))
  return Buffer.concat(parts)
}

function packBlock(plain: Uint8Array): Uint8Array {
  const out: number[] = []
  let written = 0
  for (const { from, length, back } of matches(plain)) {
    sequence(out, plain.subarray(written, from), { back, length })
    written = from + length
  }
  sequence(out, plain.subarray(written))
  return Uint8Array.from(out)
}

function sequence(out: number[], literals: Uint8Array, match?: { back: number; length: number }): void {
  const extra = match === undefined ? 0 : match.length - MIN_MATCH
  out.push((Math.min(literals.length, 15) << 4) | Math.min(extra, 15))
  rest(out, literals.length)
  for (const byte of literals) out.push(byte)
  if (match === undefined) return
  out.push(match.back & 0xff, match.back >> 8)
  rest(out, extra)
}

function rest(out: number[], size: number): void {
  if (size < 15) return
  let left = size - 15
  for (; left >= 255; left -= 255) out.push(255)
  out.push(left)
}

function number32(value: number): Uint8Array {
  return new Uint8Array([value, value >>> 8, value >>> 16, value >>> 24])
}

class Reader {
  at = 0
  private readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  take(size: number): Uint8Array {
    if (this.at + size > this.bytes.length) cutShort()
    this.at += size
    return this.bytes.subarray(this.at - size, this.at)
  }

  since(from: number): Uint8Array {
    return this.bytes.subarray(from, this.at)
  }

  uint32(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.take(4)
    return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0
  }
}
