/** SipHash-1-3 (Aumasson and Bernstein, 2012, with fewer rounds) of bytes, as Rust's standard library hashes. */
export function sipHash13(keys: readonly [bigint, bigint], bytes: Uint8Array): bigint {
  const state = new Sip(keys)
  const whole = bytes.length - (bytes.length % 8)
  for (let at = 0; at < whole; at += 8) state.take(word(bytes, at, 8))
  state.take(word(bytes, whole, bytes.length - whole) | (BigInt(bytes.length & 0xff) << 56n))
  return state.end()
}

const WORD = (1n << 64n) - 1n

function word(bytes: Uint8Array, start: number, length: number): bigint {
  let value = 0n
  for (let at = length - 1; at >= 0; at--) value = (value << 8n) | BigInt(bytes[start + at]!)
  return value
}

function rotate(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & WORD
}

class Sip {
  #a: bigint
  #b: bigint
  #c: bigint
  #d: bigint

  constructor([first, second]: readonly [bigint, bigint]) {
    this.#a = first ^ 0x736f6d6570736575n
    this.#b = second ^ 0x646f72616e646f6dn
    this.#c = first ^ 0x6c7967656e657261n
    this.#d = second ^ 0x7465646279746573n
  }

  take(value: bigint): void {
    this.#d ^= value
    this.#round()
    this.#a ^= value
  }

  end(): bigint {
    this.#c ^= 0xffn
    for (let round = 0; round < 3; round++) this.#round()
    return this.#a ^ this.#b ^ this.#c ^ this.#d
  }

  #round(): void {
    this.#a = (this.#a + this.#b) & WORD
    this.#b = rotate(this.#b, 13n) ^ this.#a
    this.#a = rotate(this.#a, 32n)
    this.#c = (this.#c + this.#d) & WORD
    this.#d = rotate(this.#d, 16n) ^ this.#c
    this.#a = (this.#a + this.#d) & WORD
    this.#d = rotate(this.#d, 21n) ^ this.#a
    this.#c = (this.#c + this.#b) & WORD
    this.#b = rotate(this.#b, 17n) ^ this.#c
    this.#c = rotate(this.#c, 32n)
  }
}
