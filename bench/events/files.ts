/** Lines of a file in pieces, and a file that is written in pieces. */
import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import type { JsonSink } from '#dsl/json-sink.ts'

const PIECE = 64 * 1024

/** Hands over each line, which may be kept. */
export function readLines(path: string, take: (line: Buffer) => void): void {
  const file = openSync(path, 'r')
  let buffer = Buffer.allocUnsafeSlow(PIECE)
  let kept = 0
  for (let length = readSync(file, buffer, 0, PIECE, null); length > 0; ) {
    const end = kept + length
    let start = 0
    for (let at = buffer.indexOf(10, 0); at >= 0 && at < end; at = buffer.indexOf(10, start)) {
      take(buffer.subarray(start, at))
      start = at + 1
    }
    // The next piece goes elsewhere.
    const next = Buffer.allocUnsafeSlow(end - start + PIECE)
    kept = buffer.copy(next, 0, start, end)
    buffer = next
    length = readSync(file, buffer, kept, PIECE, null)
  }
  closeSync(file)
}

/** Up to here a text is written letter by letter in less time than a call into Node takes. */
const SHORT = 24

export class Writer implements JsonSink {
  readonly #file: number
  readonly #buffer = Buffer.allocUnsafeSlow(16 * PIECE)
  #at = 0

  constructor(file: number) {
    this.#file = file
  }

  text(text: string): void {
    const { length } = text
    if (length > SHORT || !this.#ascii(text)) {
      this.#room(3 * length, () => Buffer.from(text))
      if (3 * length <= this.#buffer.length) this.#at += this.#buffer.write(text, this.#at)
    }
  }

  bytes(bytes: Uint8Array, from: number, to: number): void {
    const length = to - from
    this.#room(length, () => bytes.subarray(from, to))
    if (length > this.#buffer.length) return
    if (from === 0 && to === bytes.length) this.#buffer.set(bytes, this.#at)
    else (bytes as Buffer).copy(this.#buffer, this.#at, from, to)
    this.#at += length
  }

  end(): void {
    if (this.#at === this.#buffer.length) this.flush(false)
    this.#buffer[this.#at++] = 10
  }

  /** At the end the file starts anew: runs do not add up. */
  flush(ends = true): void {
    writeSync(this.#file, this.#buffer, 0, this.#at)
    this.#at = 0
    if (ends) ftruncateSync(this.#file, 0)
  }

  /** Makes room for as much; what is more than there ever is leaves past the buffer. */
  #room(length: number, all: () => Uint8Array): void {
    if (this.#at + length > this.#buffer.length) this.flush(false)
    if (length > this.#buffer.length) writeSync(this.#file, all())
  }

  #ascii(text: string): boolean {
    if (this.#at + SHORT > this.#buffer.length) this.flush(false)
    const buffer = this.#buffer
    const at = this.#at
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index)
      if (code > 0x7f) return false
      buffer[at + index] = code
    }
    this.#at = at + text.length
    return true
  }
}
