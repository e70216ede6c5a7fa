/**
 * MessagePack, exactly (https://github.com/msgpack/msgpack/blob/master/spec.md). The libraries for it turn `1.0` into `1` in one of
 * the two directions, since JavaScript has one kind of number; here integers stay integers and floats floats.
 */
import { put } from '#dsl/emit/runtime/records.ts'
import { integer, readNumber } from '#dsl/number.ts'
import { Float, float, type Rec, type Value } from '#dsl/value.ts'

export class MsgpackError extends Error {}

export interface PackOptions {
  /** Numbers keep the text they were decoded from, in an extension of ours. For data that only we read again. */
  readonly numberText?: boolean
}

const maxDepthIn = 128
const maxDepthOut = 1024
/** Our extension for the text of a number: `N`. */
const numberText = 0x4e

/** Throws `MsgpackError` only if the value nests too deep. */
export function pack(value: Value, options: PackOptions = {}): Uint8Array {
  const writer = new Writer(options.numberText ?? false)
  writer.value(value, 0)
  return writer.done()
}

/** The one value the bytes hold. Throws `MsgpackError`. Binary data is copied out, nothing refers to `bytes` afterwards. */
export function unpack(bytes: Uint8Array): Value {
  const reader = new Reader(bytes)
  const value = reader.value(0)
  if (reader.left > 0)
    throw new MsgpackError(`The value ends at byte ${reader.at}, but ${reader.left} more follow`)
  return value
}

// ---- writing --------------------------------------------------------------------------------------------------

class Writer {
  readonly #exact: boolean
  #bytes = Buffer.allocUnsafe(256)
  #at = 0

  constructor(exact: boolean) {
    this.#exact = exact
  }

  done(): Uint8Array {
    return this.#bytes.subarray(0, this.#at)
  }

  value(value: Value, depth: number): void {
    if (value === null) return this.#byte(0xc0)
    switch (typeof value) {
      case 'boolean':
        return this.#byte(value ? 0xc3 : 0xc2)
      case 'number':
        return Number.isInteger(value) ? this.#integer(value) : this.#float(value)
      case 'bigint':
        return this.#long(value)
      case 'string':
        return this.#text(value)
    }
    if (value instanceof Float) return this.#boxed(value)
    if (value instanceof Uint8Array) return this.#binary(value)
    if (depth >= maxDepthOut) throw new MsgpackError(`A value nests deeper than ${maxDepthOut} levels`)
    if (Array.isArray(value)) {
      this.#head(value.length, [0x90, 15, 0, 0xdc, 0xdd])
      for (const item of value) this.value(item, depth + 1)
      return
    }
    const entries = Object.entries(value as Rec)
    this.#head(entries.length, [0x80, 15, 0, 0xde, 0xdf])
    for (const [key, item] of entries) {
      this.#text(key)
      this.value(item, depth + 1)
    }
  }

  #integer(value: number): void {
    if (value >= 0) {
      if (value < 0x80) return this.#byte(value)
      if (value < 0x100) return this.#sized(0xcc, value, 1)
      if (value < 0x10000) return this.#sized(0xcd, value, 2)
      if (value < 0x100000000) return this.#sized(0xce, value, 4)
    } else {
      if (value >= -32) return this.#byte(value & 0xff)
      if (value >= -0x80) return this.#sized(0xd0, value & 0xff, 1)
      if (value >= -0x8000) return this.#sized(0xd1, value & 0xffff, 2)
      if (value >= -0x80000000) return this.#sized(0xd2, value >>> 0, 4)
    }
    this.#long(BigInt(value))
  }

  #long(value: bigint): void {
    const at = this.#room(9)
    this.#bytes[at] = value < 0n ? 0xd3 : 0xcf
    this.#bytes.writeBigUInt64BE(BigInt.asUintN(64, value), at + 1)
  }

  #float(value: number): void {
    const at = this.#room(9)
    this.#bytes[at] = 0xcb
    this.#bytes.writeDoubleBE(value, at + 1)
  }

  #boxed(value: Float): void {
    if (!this.#exact || value.text === undefined) return this.#float(value.value)
    const text = Buffer.from(value.text, 'latin1')
    this.#sized(0xc9, text.length, 4)
    this.#byte(numberText)
    this.#raw(text)
  }

  #text(text: string): void {
    const length = Buffer.byteLength(text)
    this.#head(length, [0xa0, 31, 0xd9, 0xda, 0xdb])
    const at = this.#room(length)
    this.#bytes.write(text, at, length, 'utf8')
  }

  #binary(bytes: Uint8Array): void {
    this.#head(bytes.length, [0, -1, 0xc4, 0xc5, 0xc6])
    this.#raw(bytes)
  }

  /** A length in its shortest form: within the marker, in one byte (if there is such a form), in two, in four. */
  #head(
    length: number,
    [short, most, one, two, four]: readonly [number, number, number, number, number],
  ): void {
    if (length <= most) return this.#byte(short | length)
    if (one !== 0 && length < 0x100) return this.#sized(one, length, 1)
    if (length < 0x10000) return this.#sized(two, length, 2)
    this.#sized(four, length, 4)
  }

  #sized(marker: number, value: number, size: 1 | 2 | 4): void {
    const at = this.#room(1 + size)
    this.#bytes[at] = marker
    this.#bytes.writeUIntBE(value, at + 1, size)
  }

  #byte(byte: number): void {
    const at = this.#room(1)
    this.#bytes[at] = byte
  }

  #raw(bytes: Uint8Array): void {
    const at = this.#room(bytes.length)
    this.#bytes.set(bytes, at)
  }

  /** Where the next `size` bytes go. May move the bytes: ask first, then write. */
  #room(size: number): number {
    const at = this.#at
    this.#at += size
    if (this.#at > this.#bytes.length) {
      const more = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at))
      this.#bytes.copy(more, 0, 0, at)
      this.#bytes = more
    }
    return at
  }
}

// ---- reading --------------------------------------------------------------------------------------------------

class Reader {
  at = 0
  readonly #bytes: Buffer

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get left(): number {
    return this.#bytes.length - this.at
  }

  value(depth: number): Value {
    const marker = this.#uint(1)
    if (marker < 0x80) return marker
    if (marker >= 0xe0) return marker - 0x100
    if (marker < 0x90) return this.#map(marker & 15, depth)
    if (marker < 0xa0) return this.#array(marker & 15, depth)
    if (marker < 0xc0) return this.#text(marker & 31)
    switch (marker) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return Uint8Array.from(this.#take(this.#uint(width(marker, 0xc4))))
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.#extension(this.#uint(width(marker, 0xc7)))
      case 0xca:
        return float(this.#take(4).readFloatBE())
      case 0xcb:
        return float(this.#take(8).readDoubleBE())
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#uint(width(marker, 0xcc))
      case 0xcf:
        return integer(this.#take(8).readBigUInt64BE())!
      case 0xd0:
      case 0xd1:
      case 0xd2:
        return this.#int(width(marker, 0xd0))
      case 0xd3:
        return integer(this.#take(8).readBigInt64BE())!
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#uint(width(marker, 0xd9)))
      case 0xdc:
      case 0xdd:
        return this.#array(this.#uint(width(marker, 0xdb)), depth)
      case 0xde:
      case 0xdf:
        return this.#map(this.#uint(width(marker, 0xdd)), depth)
    }
    if (marker >= 0xd4 && marker <= 0xd8) return this.#extension(1 << (marker - 0xd4))
    throw this.#wrong(`found byte 0x${marker.toString(16)}, which begins no value`, this.at - 1)
  }

  #array(length: number, depth: number): Value {
    this.#enter(length, depth)
    const items: Value[] = []
    for (let at = 0; at < length; at++) items.push(this.value(depth + 1))
    return items
  }

  #map(length: number, depth: number): Value {
    this.#enter(length * 2, depth)
    const record: Rec = {}
    for (let at = 0; at < length; at++) {
      const start = this.at
      const key = this.value(depth + 1)
      if (typeof key === 'object') throw this.#wrong('found a key that is neither a text nor a number', start)
      put(record, String(key), this.value(depth + 1))
    }
    return record
  }

  /** A length that promises more values than there are bytes is refused before anything is made for it. */
  #enter(values: number, depth: number): void {
    if (values > this.left)
      throw this.#wrong(`found ${this.left} bytes where ${values} values should follow`, this.at)
    if (depth >= maxDepthIn) throw this.#wrong(`a value nests deeper than ${maxDepthIn} levels`, this.at)
  }

  #text(length: number): string {
    const start = this.at
    const bytes = this.#take(length)
    const text = bytes.toString('utf8')
    if (text.includes('\ufffd') && !Buffer.from(text).equals(bytes))
      throw this.#wrong('found a text that is not UTF-8', start)
    return text
  }

  #extension(length: number): Value {
    const start = this.at
    const type = this.#int(1)
    const bytes = this.#take(length)
    const number = type === numberText ? readNumber(bytes.toString('latin1')) : undefined
    if (number === undefined)
      throw this.#wrong(`found a value of the extension type ${type}, which means nothing here`, start)
    return number
  }

  #uint(size: number): number {
    return this.#take(size).readUIntBE(0, size)
  }

  #int(size: number): number {
    return this.#take(size).readIntBE(0, size)
  }

  #take(size: number): Buffer {
    if (size > this.left) throw this.#wrong(`found ${this.left} bytes where ${size} should follow`, this.at)
    const bytes = this.#bytes.subarray(this.at, this.at + size)
    this.at += size
    return bytes
  }

  #wrong(message: string, at: number): MsgpackError {
    return new MsgpackError(`At byte ${at}: ${message}`)
  }
}

/** Markers of one kind follow one another: for 1, 2 and 4 bytes. */
function width(marker: number, first: number): number {
  return 1 << (marker - first)
}
