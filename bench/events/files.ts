/** Lines of a file in pieces, and a file that is written in pieces. */
import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'

const PIECE = 256 * 1024

export function* linesOf(path: string): Generator<Buffer, void, void> {
  const file = openSync(path, 'r')
  let buffer = Buffer.allocUnsafe(2 * PIECE)
  let kept = 0
  for (let length = readSync(file, buffer, 0, PIECE, null); length > 0; ) {
    const end = kept + length
    let start = 0
    for (let at = buffer.indexOf(10, 0); at >= 0 && at < end; at = buffer.indexOf(10, start)) {
      yield buffer.subarray(start, at)
      start = at + 1
    }
    // Lines may be kept: the next piece goes elsewhere.
    const next = Buffer.allocUnsafe(2 * PIECE)
    kept = buffer.copy(next, 0, start, end)
    buffer = next
    length = readSync(file, buffer, kept, PIECE, null)
  }
  closeSync(file)
}

export class Writer {
  readonly #file: number
  readonly #buffer = Buffer.allocUnsafe(4 * PIECE)
  #at = 0

  constructor(file: number) {
    this.#file = file
  }

  write(line: Uint8Array | string): void {
    const most = 3 * line.length + 1
    if (most > this.#buffer.length) {
      this.flush(false)
      writeSync(this.#file, typeof line === 'string' ? Buffer.from(`${line}\n`) : line)
      return
    }
    if (this.#at + most > this.#buffer.length) this.flush(false)
    if (typeof line === 'string') this.#at += this.#buffer.write(line, this.#at)
    else {
      this.#buffer.set(line, this.#at)
      this.#at += line.length
    }
    this.#buffer[this.#at++] = 10
  }

  /** At the end the file starts anew: runs do not add up. */
  flush(ends = true): void {
    writeSync(this.#file, this.#buffer, 0, this.#at)
    this.#at = 0
    if (ends) ftruncateSync(this.#file, 0)
  }
}
