/** Binary literals: packing parts bit by bit (tremor-script/src/ast/binary.rs). */
import { toUtf8 } from '../../bytes.ts'
import type { Value } from '../../value.ts'
import { badBytes } from './errors.ts'
import type { Site } from './site.ts'
import { isBytes, isInteger } from './types.ts'

export interface PartSite {
  readonly at: Site
  readonly type: 'binary' | 'integer'
  /** Bits of an integer, bytes of a binary; 0 for all of a binary. */
  readonly size: number
  readonly endian: 'big' | 'little'
  readonly signed: boolean
}

/** Bits are laid end to end, most significant first. The last byte, if it is not full, has its bits at the right. */
export function pack(values: readonly Value[], parts: readonly PartSite[]): Uint8Array {
  const bytes: number[] = []
  let pending = 0n
  let count = 0
  const write = (bits: bigint, size: number): void => {
    pending = (pending << BigInt(size)) | bits
    for (count += size; count >= 8; count -= 8) bytes.push(Number((pending >> BigInt(count - 8)) & 0xffn))
    pending &= (1n << BigInt(count)) - 1n
  }
  values.forEach((value, at) => {
    const part = parts[at]!
    if (part.type === 'integer') write(bitsOf(value, part), part.size)
    else for (const byte of bytesOf(value, part)) write(BigInt(byte), 8)
  })
  if (count > 0) bytes.push(Number(pending))
  return Uint8Array.from(bytes)
}

function bitsOf(value: Value, part: PartSite): bigint {
  const limit = part.signed ? 2n ** 63n : 2n ** 64n
  if (!isInteger(value) || BigInt(value) >= limit || (!part.signed && value < 0)) {
    badBytes(part.at, part.signed ? 'Not an signed integer' : 'Not an unsigned integer', value)
  }
  const bits = BigInt.asUintN(part.size, BigInt(value))
  return part.endian === 'big' ? bits : reversed(bits, part.size)
}

/** The bytes of the number, lowest first. Sizes that are no whole bytes take the value as wide as the next whole ones. */
function reversed(bits: bigint, size: number): bigint {
  let result = 0n
  for (let at = 0; at < size; at += 8) result = (result << 8n) | ((bits >> BigInt(at)) & 0xffn)
  return BigInt.asUintN(size, result)
}

function bytesOf(value: Value, part: PartSite): Uint8Array {
  const bytes = typeof value === 'string' ? toUtf8(value) : value
  if (!isBytes(bytes) || bytes.length < part.size) badBytes(part.at, 'Not a long enough binary', value)
  return part.size === 0 ? bytes : bytes.subarray(0, part.size)
}
