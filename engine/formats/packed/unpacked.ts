/** What is unpacked, as it grows: no further than it may, and able to repeat what it holds. */
export class Unpacked {
  length = 0
  private bytes: Uint8Array
  private readonly most: number

  constructor(most: number) {
    this.most = most
    this.bytes = new Uint8Array(Math.min(most, 64 * 1024))
  }

  add(bytes: Uint8Array): void {
    this.room(bytes.length)
    this.bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  /** Repeats what begins `back` octets before the end; it may run into what it writes. */
  repeat(back: number, length: number): void {
    this.room(length)
    const { bytes } = this
    if (back >= length && length > 32) {
      bytes.copyWithin(this.length, this.length - back, this.length - back + length)
      this.length += length
      return
    }
    let to = this.length
    for (let from = to - back, end = to + length; to < end; ) bytes[to++] = bytes[from++]!
    this.length = to
  }

  put(byte: number): void {
    this.room(1)
    this.bytes[this.length++] = byte
  }

  at(index: number): number {
    return this.bytes[index]!
  }

  view(from = 0): Uint8Array {
    return this.bytes.subarray(from, this.length)
  }

  private room(more: number): void {
    const needed = this.length + more
    if (needed <= this.bytes.length) return
    if (needed > this.most)
      // As node:zlib says it.
      throw Object.assign(new RangeError('Too much is unpacked'), { code: 'ERR_BUFFER_TOO_LARGE' })
    const grown = new Uint8Array(Math.min(this.most, Math.max(needed, 2 * this.bytes.length)))
    grown.set(this.bytes.subarray(0, this.length))
    this.bytes = grown
  }
}

/** Throws what a reader of packed bytes throws when they end too early. */
export function cutShort(): never {
  throw new Error('the data is cut short')
}
