/** What the two sides of LZMA learn alike: how likely each bit is, by what came before it. */

export const POSITION_STATES = 16
export const LENGTH_STATES = 4
export const ALIGN_BITS = 4
export const END_POSITION_MODEL = 14
export const MIN_MATCH = 2
const STATES = 12
const FULL_DISTANCES = 1 << (END_POSITION_MODEL >> 1)
/** As likely as not, of 2,048. */
const HALF = 1 << 10

function bits(count: number): Uint16Array {
  return new Uint16Array(count).fill(HALF)
}

/** Lengths of matches: short, middle and long ones, each with a tree of bits. */
export class Lengths {
  readonly choice = bits(2)
  readonly low = Array.from({ length: POSITION_STATES }, () => bits(8))
  readonly middle = Array.from({ length: POSITION_STATES }, () => bits(8))
  readonly high = bits(256)
}

export class Models {
  readonly isMatch = bits(STATES * POSITION_STATES)
  readonly isRep = bits(STATES)
  readonly isRep0 = bits(STATES)
  readonly isRep1 = bits(STATES)
  readonly isRep2 = bits(STATES)
  readonly isRep0Long = bits(STATES * POSITION_STATES)
  readonly slots = Array.from({ length: LENGTH_STATES }, () => bits(64))
  readonly distances = bits(FULL_DISTANCES - END_POSITION_MODEL)
  readonly align = bits(1 << ALIGN_BITS)
  readonly matchLengths = new Lengths()
  readonly repLengths = new Lengths()
  readonly literals: Uint16Array

  /** `literalBits`: those of the context and of the position together. */
  constructor(literalBits: number) {
    this.literals = bits(0x300 << literalBits)
  }
}
