/** The other way: bytes packed as LZMA2, each chunk by itself, with the matches that are found quickly. */
import {
  ALIGN_BITS,
  END_POSITION_MODEL,
  LENGTH_STATES,
  type Lengths,
  MIN_MATCH,
  Models,
  POSITION_STATES,
} from './lzma-models.ts'
import { matches } from './matches.ts'

/** So long that no chunk, however it packs, is longer than one may be. */
const CHUNK_BYTES = 60_000
const MAX_MATCH = 273
const CONTEXT_BITS = 3
const POSITION_BITS = 2
const PROPERTIES = POSITION_BITS * 5 * 9 + CONTEXT_BITS

/** The chunks and what ends them. */
export function packLzma2(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    const plain = bytes.subarray(at, at + CHUNK_BYTES)
    const packed = new Encoder(plain).pack()
    const size = plain.length - 1
    if (packed.length < plain.length) {
      const head = [0xe0, size >> 8, size, (packed.length - 1) >> 8, packed.length - 1, PROPERTIES]
      parts.push(new Uint8Array(head), packed)
    } else parts.push(new Uint8Array([1, size >> 8, size]), plain)
  }
  parts.push(new Uint8Array([0]))
  return Buffer.concat(parts)
}

class Encoder {
  private readonly plain: Uint8Array
  private readonly models = new Models(CONTEXT_BITS)
  private readonly out: number[] = []
  private at = 0
  private state = 0
  /** How far back the last match began; 0 before there was one. */
  private back = 0
  private low = 0
  private range = 0xffff_ffff
  private cache = 0
  private cached = 1

  constructor(plain: Uint8Array) {
    this.plain = plain
  }

  pack(): Uint8Array {
    for (const { from, length, back } of matches(this.plain)) {
      while (this.at < from) this.literal()
      for (let left = length; left > 0; ) {
        // No rest that would be too short for a match.
        const size =
          left > MAX_MATCH && left < MAX_MATCH + MIN_MATCH ? left - MIN_MATCH : Math.min(left, MAX_MATCH)
        this.match(size, back)
        left -= size
      }
    }
    while (this.at < this.plain.length) this.literal()
    for (let i = 0; i < 5; i++) this.shift()
    return Uint8Array.from(this.out)
  }

  private literal(): void {
    const { plain, state, models } = this
    const previous = this.at === 0 ? 0 : plain[this.at - 1]!
    const base = 0x300 * (previous >> (8 - CONTEXT_BITS))
    const byte = plain[this.at]!
    this.bit(models.isMatch, state * POSITION_STATES + this.position, 0)
    let symbol = 1
    let match = state >= 7 ? plain[this.at - this.back]! : -1
    for (let i = 7; i >= 0; i--) {
      const bit = (byte >> i) & 1
      if (match === -1) this.bit(models.literals, base + symbol, bit)
      else {
        const expected = (match >> 7) & 1
        match = expected === bit ? (match << 1) & 0xff : -1
        this.bit(models.literals, base + ((1 + expected) << 8) + symbol, bit)
      }
      symbol = (symbol << 1) | bit
    }
    this.at++
    this.state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6
  }

  private match(length: number, back: number): void {
    const { state, models, position } = this
    this.bit(models.isMatch, state * POSITION_STATES + position, 1)
    if (back === this.back) {
      this.bit(models.isRep, state, 1)
      this.bit(models.isRep0, state, 0)
      this.bit(models.isRep0Long, state * POSITION_STATES + position, 1)
      this.length(models.repLengths, length)
      this.state = state < 7 ? 8 : 11
    } else {
      this.bit(models.isRep, state, 0)
      this.length(models.matchLengths, length)
      this.distance(back - 1, length)
      this.state = state < 7 ? 7 : 10
    }
    this.back = back
    this.at += length
  }

  private get position(): number {
    return this.at & ((1 << POSITION_BITS) - 1)
  }

  private length(of: Lengths, length: number): void {
    const { position } = this
    const more = length - MIN_MATCH
    this.bit(of.choice, 0, more < 8 ? 0 : 1)
    if (more < 8) return this.tree(of.low[position]!, 3, more)
    this.bit(of.choice, 1, more < 16 ? 0 : 1)
    if (more < 16) this.tree(of.middle[position]!, 3, more - 8)
    else this.tree(of.high, 8, more - 16)
  }

  private distance(distance: number, length: number): void {
    const { models } = this
    const top = 31 - Math.clz32(distance)
    const slot = distance < 4 ? distance : 2 * top + ((distance >> (top - 1)) & 1)
    this.tree(models.slots[Math.min(length - MIN_MATCH, LENGTH_STATES - 1)]!, 6, slot)
    if (slot < 4) return
    const bits = (slot >> 1) - 1
    const base = (2 | (slot & 1)) << bits
    const rest = distance - base
    if (slot < END_POSITION_MODEL) {
      this.reverseTree(models.distances, { bits, base: base - slot - 1 }, rest)
      return
    }
    for (let i = bits - 1; i >= ALIGN_BITS; i--) this.direct((rest >> i) & 1)
    this.reverseTree(models.align, { bits: ALIGN_BITS, base: 0 }, rest)
  }

  private tree(of: Uint16Array, bits: number, value: number): void {
    let symbol = 1
    for (let i = bits - 1; i >= 0; i--) {
      const bit = (value >> i) & 1
      this.bit(of, symbol, bit)
      symbol = (symbol << 1) | bit
    }
  }

  private reverseTree(of: Uint16Array, { bits, base }: { bits: number; base: number }, value: number): void {
    let symbol = 1
    for (let i = 0; i < bits; i++) {
      const bit = (value >> i) & 1
      this.bit(of, base + symbol, bit)
      symbol = (symbol << 1) | bit
    }
  }

  private bit(of: Uint16Array, at: number, bit: number): void {
    const model = of[at]!
    const bound = (this.range >>> 11) * model
    if (bit === 0) {
      this.range = bound
      of[at] = model + ((2048 - model) >> 5)
    } else {
      this.low += bound
      this.range -= bound
      of[at] = model - (model >> 5)
    }
    this.normalise()
  }

  private direct(bit: number): void {
    this.range >>>= 1
    if (bit === 1) this.low += this.range
    this.normalise()
  }

  private normalise(): void {
    while (this.range < 0x100_0000) {
      this.range = (this.range << 8) >>> 0
      this.shift()
    }
  }

  /** The highest octet leaves, unless a carry may still change it. */
  private shift(): void {
    if (this.low < 0xff00_0000 || this.low > 0xffff_ffff) {
      const carry = this.low > 0xffff_ffff ? 1 : 0
      for (; this.cached > 0; this.cached--) {
        this.out.push((this.cache + carry) & 0xff)
        this.cache = 0xff
      }
      this.cache = (this.low >>> 24) & 0xff
    }
    this.cached++
    this.low = (this.low & 0x00ff_ffff) * 256
  }
}
