/** LZMA2, the coding within xz (tukaani.org/xz, xz-file-format.txt 5.3.1; the LZMA specification of the 7-Zip project). */
import {
  ALIGN_BITS,
  END_POSITION_MODEL,
  LENGTH_STATES,
  type Lengths,
  MIN_MATCH,
  Models,
  POSITION_STATES,
} from './lzma-models.ts'
import { cutShort, type Unpacked } from './unpacked.ts'

/** Reads chunks until their end; `dictionary` is how far back copies may reach. Returns the index behind them. */
export function readLzma2(bytes: Uint8Array, from: number, out: Unpacked, dictionary: number): number {
  const decoder = new Decoder(out, dictionary)
  let needsDictionary = true
  let needsProperties = true
  for (let at = from; ; ) {
    const control = octet(bytes, at++)
    if (control === 0) return at
    if (control >= 0xe0 || control === 1) {
      needsDictionary = false
      decoder.start = out.length
    } else if (needsDictionary) throw new Error('the first chunk does not begin anew')
    if (control < 0x80) {
      if (control > 2) throw new Error(`a chunk of kind ${control} is not known`)
      const size = big16(bytes, at) + 1
      if (at + 2 + size > bytes.length) cutShort()
      out.add(bytes.subarray(at + 2, at + 2 + size))
      at += 2 + size
      continue
    }
    const plainSize = ((control & 0x1f) << 16) + big16(bytes, at) + 1
    const packedSize = big16(bytes, at + 2) + 1
    at += 4
    if (control >= 0xc0) {
      decoder.properties(octet(bytes, at++))
      needsProperties = false
    } else if (needsProperties) throw new Error('the first packed chunk has no properties')
    else if (control >= 0xa0) decoder.reset()
    if (at + packedSize > bytes.length) cutShort()
    decoder.chunk(bytes.subarray(at, at + packedSize), plainSize)
    at += packedSize
  }
}

function octet(bytes: Uint8Array, at: number): number {
  return at < bytes.length ? bytes[at]! : cutShort()
}

function big16(bytes: Uint8Array, at: number): number {
  return (octet(bytes, at) << 8) | octet(bytes, at + 1)
}

class Decoder {
  /** Where the dictionary begins: nothing before it may be copied. */
  start = 0
  private readonly out: Unpacked
  private readonly dictionary: number
  private bytes: Uint8Array = new Uint8Array(0)
  private at = 0
  private range = 0
  private code = 0
  private contextBits = 0
  private literalBits = 0
  private literalPositionMask = 0
  private positionMask = 0
  private state = 0
  private back = [0, 0, 0, 0]
  private models = new Models(0)

  constructor(out: Unpacked, dictionary: number) {
    this.out = out
    this.dictionary = dictionary
  }

  properties(byte: number): void {
    const contextBits = byte % 9
    const rest = Math.floor(byte / 9)
    const literalPositionBits = rest % 5
    const positionBits = Math.floor(rest / 5)
    if (positionBits > 4 || contextBits + literalPositionBits > 4)
      throw new Error('the properties are not lawful')
    this.contextBits = contextBits
    this.literalPositionMask = (1 << literalPositionBits) - 1
    this.positionMask = (1 << positionBits) - 1
    this.literalBits = contextBits + literalPositionBits
    this.reset()
  }

  reset(): void {
    this.state = 0
    this.back = [0, 0, 0, 0]
    this.models = new Models(this.literalBits)
  }

  chunk(bytes: Uint8Array, size: number): void {
    if (bytes.length < 5 || bytes[0] !== 0) throw new Error('a chunk does not begin as it must')
    this.bytes = bytes
    this.code = ((bytes[1]! << 24) | (bytes[2]! << 16) | (bytes[3]! << 8) | bytes[4]!) >>> 0
    this.range = 0xffff_ffff
    this.at = 5
    const end = this.out.length + size
    while (this.out.length < end) this.step(end)
    this.normalise()
    if (this.at !== bytes.length || this.code !== 0) throw new Error('a chunk does not end where it says')
  }

  private step(end: number): void {
    const position = (this.out.length - this.start) & this.positionMask
    const { state } = this
    const at = state * POSITION_STATES + position
    if (this.bit(this.models.isMatch, at) === 0) {
      this.literal()
      return
    }
    if (this.bit(this.models.isRep, state) === 0) {
      this.state = state < 7 ? 7 : 10
      const length = this.length(this.models.matchLengths, position)
      this.back = [this.distance(length), this.back[0]!, this.back[1]!, this.back[2]!]
      this.repeat(length, end)
      return
    }
    if (this.bit(this.models.isRep0, state) === 0) {
      if (this.bit(this.models.isRep0Long, at) === 0) {
        this.state = state < 7 ? 9 : 11
        this.repeat(1, end)
        return
      }
    } else this.earlier(state)
    const length = this.length(this.models.repLengths, position)
    this.state = state < 7 ? 8 : 11
    this.repeat(length, end)
  }

  /** One of the distances before the last becomes the last. */
  private earlier(state: number): void {
    const which =
      this.bit(this.models.isRep1, state) === 0 ? 1 : this.bit(this.models.isRep2, state) === 0 ? 2 : 3
    const [distance = 0] = this.back.splice(which, 1)
    this.back.unshift(distance)
  }

  private repeat(length: number, end: number): void {
    const back = this.back[0]! + 1
    const { out } = this
    if (back > out.length - this.start || back > this.dictionary)
      throw new Error('a copy begins too far back')
    if (out.length + length > end) throw new Error('a copy runs past the end of its chunk')
    out.repeat(back, length)
  }

  private literal(): void {
    const { out, state } = this
    const done = out.length - this.start
    const previous = done === 0 ? 0 : out.at(out.length - 1)
    const context =
      ((done & this.literalPositionMask) << this.contextBits) + (previous >> (8 - this.contextBits))
    const base = 0x300 * context
    let symbol = 1
    if (state >= 7) {
      if (this.back[0]! >= done) throw new Error('a copy begins too far back')
      let match = out.at(out.length - this.back[0]! - 1)
      while (symbol < 0x100) {
        const expected = (match >> 7) & 1
        match <<= 1
        const bit = this.bit(this.models.literals, base + ((1 + expected) << 8) + symbol)
        symbol = (symbol << 1) | bit
        if (bit !== expected) break
      }
    }
    while (symbol < 0x100) symbol = (symbol << 1) | this.bit(this.models.literals, base + symbol)
    out.put(symbol & 0xff)
    this.state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6
  }

  private length(of: Lengths, position: number): number {
    if (this.bit(of.choice, 0) === 0) return MIN_MATCH + this.tree(of.low[position]!, 3)
    if (this.bit(of.choice, 1) === 0) return MIN_MATCH + 8 + this.tree(of.middle[position]!, 3)
    return MIN_MATCH + 16 + this.tree(of.high, 8)
  }

  private distance(length: number): number {
    const slot = this.tree(this.models.slots[Math.min(length - MIN_MATCH, LENGTH_STATES - 1)]!, 6)
    if (slot < 4) return slot
    const bits = (slot >> 1) - 1
    const base = (2 | (slot & 1)) * 2 ** bits
    if (slot < END_POSITION_MODEL)
      return base + this.reverseTree(this.models.distances, bits, base - slot - 1)
    return (
      base +
      this.direct(bits - ALIGN_BITS) * (1 << ALIGN_BITS) +
      this.reverseTree(this.models.align, ALIGN_BITS, 0)
    )
  }

  private tree(of: Uint16Array, bits: number): number {
    let symbol = 1
    for (let i = 0; i < bits; i++) symbol = (symbol << 1) | this.bit(of, symbol)
    return symbol - (1 << bits)
  }

  private reverseTree(of: Uint16Array, bits: number, base: number): number {
    let symbol = 1
    let value = 0
    for (let i = 0; i < bits; i++) {
      const bit = this.bit(of, base + symbol)
      symbol = (symbol << 1) | bit
      value |= bit << i
    }
    return value
  }

  private direct(bits: number): number {
    let value = 0
    for (let i = 0; i < bits; i++) {
      this.normalise()
      this.range >>>= 1
      const bit = this.code >= this.range ? 1 : 0
      if (bit === 1) this.code -= this.range
      value = value * 2 + bit
    }
    this.normalise()
    return value
  }

  private bit(of: Uint16Array, at: number): number {
    this.normalise()
    const model = of[at]!
    const bound = (this.range >>> 11) * model
    if (this.code < bound) {
      this.range = bound
      of[at] = model + ((2048 - model) >> 5)
      return 0
    }
    this.range -= bound
    this.code -= bound
    of[at] = model - (model >> 5)
    return 1
  }

  private normalise(): void {
    if (this.range >= 0x100_0000) return
    if (this.at >= this.bytes.length) throw new Error('a chunk ends too early')
    this.range = (this.range << 8) >>> 0
    this.code = ((this.code << 8) | this.bytes[this.at++]!) >>> 0
  }
}
