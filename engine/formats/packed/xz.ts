/** The container of xz (tukaani.org/xz, xz-file-format.txt 1.2), with LZMA2 in it and no other filter. */
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { crc64 } from './crc64.ts'
import { readLzma2 } from './lzma2.ts'
import { packLzma2 } from './lzma2-pack.ts'
import { cutShort, Unpacked } from './unpacked.ts'

const MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]
const HEADER_BYTES = 12
const LZMA2 = 0x21
/** Octets of the checks: by their numbers in the stream flags. */
const CHECK_BYTES: Readonly<Record<number, number>> = { 0: 0, 1: 4, 4: 8, 10: 32 }
const CRC32 = 1

/** Throws if the bytes are not streams of this format, or become longer than `maxOutputLength`. */
export function unxz(bytes: Uint8Array, { maxOutputLength }: { maxOutputLength: number }): Uint8Array {
  const out = new Unpacked(maxOutputLength)
  let at = readStream(bytes, 0, out)
  while (at < bytes.length) {
    // Between streams there may be zeros, four at a time.
    if (at + 4 <= bytes.length && bytes.subarray(at, at + 4).every((byte) => byte === 0)) at += 4
    else at = readStream(bytes, at, out)
  }
  return out.view()
}

export function isXz(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, at) => bytes[at] === byte)
}

interface Sizes {
  readonly unpadded: number
  readonly plain: number
}

function readStream(bytes: Uint8Array, from: number, out: Unpacked): number {
  if (!isXz(bytes.subarray(from))) throw new Error('it does not begin with the magic number')
  const flags = part(bytes, from + 6, 2)
  checkSum(bytes, from + 6, 2)
  const check = flags[1]!
  const checkBytes = CHECK_BYTES[check]
  if (flags[0] !== 0 || checkBytes === undefined) throw new Error(`the check number ${check} is not known`)
  const blocks: Sizes[] = []
  let at = from + HEADER_BYTES
  while (part(bytes, at, 1)[0] !== 0) {
    const block = readBlock(bytes, at, { out, check, checkBytes })
    blocks.push(block.sizes)
    at = block.to
  }
  const indexTo = readIndex(bytes, at, blocks)
  const footer = part(bytes, indexTo, HEADER_BYTES)
  const backward = (uint32(footer, 4) + 1) * 4
  const lawful = footer[8] === 0 && footer[9] === check && footer[10] === 0x59 && footer[11] === 0x5a
  if (!lawful || backward !== indexTo - at || uint32(footer, 0) !== crc32(footer.subarray(4, 10)))
    throw new Error('the end of a stream is wrong')
  return indexTo + HEADER_BYTES
}

function readBlock(
  bytes: Uint8Array,
  from: number,
  { out, check, checkBytes }: { out: Unpacked; check: number; checkBytes: number },
): { to: number; sizes: Sizes } {
  const headerBytes = (bytes[from]! + 1) * 4
  checkSum(bytes, from, headerBytes - 4)
  const header = part(bytes, from, headerBytes - 4)
  const flags = header[1]!
  if ((flags & 0x3f) !== 0) throw new Error('it has filters other than LZMA2')
  const cursor = { at: 2 }
  const statedPacked = flags & 0x40 ? number(header, cursor) : -1
  const statedPlain = flags & 0x80 ? number(header, cursor) : -1
  if (number(header, cursor) !== LZMA2 || number(header, cursor) !== 1)
    throw new Error('it has filters other than LZMA2')
  const bits = part(header, cursor.at, 1)[0]!
  if (bits > 40 || header.subarray(cursor.at + 1).some((byte) => byte !== 0))
    throw new Error('the header of a block is wrong')
  const before = out.length
  const packedFrom = from + headerBytes
  const packedTo = readLzma2(
    bytes,
    packedFrom,
    out,
    bits === 40 ? 2 ** 32 - 1 : (2 | (bits & 1)) * 2 ** ((bits >> 1) + 11),
  )
  const packed = packedTo - packedFrom
  const plain = out.length - before
  if ((statedPacked >= 0 && statedPacked !== packed) || (statedPlain >= 0 && statedPlain !== plain))
    throw new Error('a block is not as long as it says')
  const checkFrom = padded(bytes, packedFrom, packedTo)
  if (!checks(check, out.view(before), part(bytes, checkFrom, checkBytes)))
    throw new Error('the check of a block is wrong')
  return { to: checkFrom + checkBytes, sizes: { unpadded: headerBytes + packed + checkBytes, plain } }
}

function readIndex(bytes: Uint8Array, from: number, blocks: readonly Sizes[]): number {
  const cursor = { at: from + 1 }
  const wrong = () => {
    throw new Error('the index of a stream is wrong')
  }
  if (number(bytes, cursor) !== blocks.length) wrong()
  for (const { unpadded, plain } of blocks)
    if (number(bytes, cursor) !== unpadded || number(bytes, cursor) !== plain) wrong()
  const to = padded(bytes, from, cursor.at)
  checkSum(bytes, from, to - from)
  return to + 4
}

/** Behind zeros up to a multiple of four from `from`. */
function padded(bytes: Uint8Array, from: number, at: number): number {
  const size = -(at - from) & 3
  if (part(bytes, at, size).some((byte) => byte !== 0)) throw new Error('what should be zeros is not')
  return at + size
}

function checks(check: number, plain: Uint8Array, stated: Uint8Array): boolean {
  if (check === 0) return true
  const buffer = Buffer.from(stated)
  if (check === CRC32) return buffer.readUInt32LE(0) === crc32(plain)
  if (check === 4) return buffer.readBigUInt64LE(0) === crc64(plain)
  return createHash('sha256').update(plain).digest().equals(buffer)
}

function part(bytes: Uint8Array, at: number, size: number): Uint8Array {
  if (at + size > bytes.length) cutShort()
  return bytes.subarray(at, at + size)
}

/** The checksum that follows so many octets. */
function checkSum(bytes: Uint8Array, at: number, size: number): void {
  if (uint32(part(bytes, at + size, 4), 0) !== crc32(part(bytes, at, size)))
    throw new Error('the checksum of a header is wrong')
}

function uint32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0
}

/** Seven bits an octet, the lowest first. Those that matter here are far below what a number holds exactly. */
function number(bytes: Uint8Array, cursor: { at: number }): number {
  let value = 0
  for (let scale = 1; ; scale *= 128) {
    const byte = part(bytes, cursor.at++, 1)[0]!
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return value
    if (scale > 2 ** 42) throw new Error('a number is too large')
  }
}

// ---- the other way

/** One stream of one block. */
export function xz(bytes: Uint8Array): Uint8Array {
  const flags = new Uint8Array([0, CRC32])
  const header = new Uint8Array([2, 0, LZMA2, 1, 8, 0, 0, 0])
  const data = packLzma2(bytes)
  const blocks = bytes.length === 0 ? [] : [header, sum(header), data, zeros(data.length), sum(bytes)]
  const records =
    bytes.length === 0 ? [0] : [1, ...spelt(header.length + 4 + data.length + 4), ...spelt(bytes.length)]
  const index = Buffer.concat([new Uint8Array([0, ...records]), zeros(1 + records.length)])
  const end = Buffer.alloc(6)
  end.writeUInt32LE((index.length + 4) / 4 - 1, 0)
  end.set(flags, 4)
  return Buffer.concat([
    new Uint8Array(MAGIC),
    flags,
    sum(flags),
    ...blocks,
    index,
    sum(index),
    sum(end),
    end,
    new Uint8Array([0x59, 0x5a]),
  ])
}

function sum(bytes: Uint8Array): Uint8Array {
  const out = Buffer.alloc(4)
  out.writeUInt32LE(crc32(bytes), 0)
  return out
}

function zeros(length: number): Uint8Array {
  return new Uint8Array(-length & 3)
}

function spelt(value: number): number[] {
  const out: number[] = []
  let left = value
  for (; left > 0x7f; left = Math.floor(left / 128)) out.push((left & 0x7f) | 0x80)
  out.push(left)
  return out
}
