/** The chunked transfer coding, decoded incrementally (RFC 9112 7.1). Extensions are checked, bounded and dropped. */

import { forbiddenTrailer } from '../head-rules.ts'
import { CHUNK_OVERHEAD_BYTES, MAX_TRAILER_BYTES, MAX_TRAILERS } from '../limits.ts'
import type { HeaderList } from '../transport.ts'
import { latin1 } from './latin1.ts'
import { BAD, CR, controlTrouble, endOfValue, LF, MORE, newFields, scanFields } from './scan.ts'

const SIZE = 0
const EXTENSION = 1
const SIZE_LF = 2
const DATA = 3
const DATA_CR = 4
const DATA_LF = 5
const TRAILERS = 6

const MAX_SIZE_DIGITS = 15
/** What the framing of one chunk costs anyway. */
const FREE_PER_CHUNK = 8

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+"
const QUOTED = '"(?:[\\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*"'
const ONE = `[ \\t]*${TOKEN}(?:[ \\t]*=[ \\t]*(?:${TOKEN}|${QUOTED}))?`
/** What may stand behind the first semicolon (RFC 9112 7.1.1). */
const EXTENSIONS = new RegExp(`^${ONE}(?:[ \\t]*;${ONE})*$`)

const fields = newFields()

export class Chunked {
  /** Data found by the last `next`: from and to; equal if none. */
  dataFrom = 0
  dataTo = 0
  done = false
  trailers: HeaderList | undefined = undefined
  trouble = ''

  private state = SIZE
  private size = 0
  private digits = 0
  private overhead = 0
  private extension = ''
  private tail: Buffer | null = null

  /** Reads on until data is found, the body ends, something is wrong or the bytes are used up; returns where. */
  next(buf: Buffer, from: number, end: number): number {
    let i = from
    this.dataFrom = this.dataTo = 0
    while (i < end) {
      switch (this.state) {
        case SIZE:
          i = this.readSize(buf, i, end)
          break
        case EXTENSION:
          i = this.readExtension(buf, i, end)
          break
        case SIZE_LF:
          if (buf[i] !== LF) return this.bad(i, 'A chunk size does not end with CR LF')
          i++
          this.state = this.size === 0 ? TRAILERS : DATA
          this.digits = 0
          break
        case DATA: {
          const to = Math.min(end, i + this.size)
          this.dataFrom = i
          this.dataTo = to
          this.size -= to - i
          if (this.size === 0) this.state = DATA_CR
          return to
        }
        case DATA_CR:
          if (buf[i] !== CR) return this.bad(i, 'Chunk data does not end with CR LF')
          i++
          this.state = DATA_LF
          break
        case DATA_LF:
          if (buf[i] !== LF) return this.bad(i, 'Chunk data does not end with CR LF')
          i++
          this.state = SIZE
          break
        default:
          return this.readTrailers(buf, i, end)
      }
      if (this.trouble !== '') return i
    }
    return i
  }

  private readSize(buf: Buffer, from: number, end: number): number {
    let i = from
    while (i < end) {
      const value = hexValue(buf[i]!)
      if (value < 0) break
      if (++this.digits > MAX_SIZE_DIGITS) return this.bad(i, 'A chunk size has more than 15 digits')
      this.size = this.size * 16 + value
      i++
    }
    if (i >= end) return i
    if (this.digits === 0) return this.bad(i, 'A chunk size is missing')
    if (buf[i] === CR) this.state = SIZE_LF
    else if (buf[i] === 59) this.state = EXTENSION
    else return this.bad(i, 'A chunk size is not a hexadecimal number')
    this.overhead += Math.max(0, this.digits - FREE_PER_CHUNK)
    return this.overhead > CHUNK_OVERHEAD_BYTES ? this.bad(i, 'Chunk extensions are too long') : i + 1
  }

  private readExtension(buf: Buffer, from: number, end: number): number {
    const i = endOfValue(buf, from, end)
    this.overhead += i - from
    if (this.overhead > CHUNK_OVERHEAD_BYTES) return this.bad(i, 'Chunk extensions are too long')
    this.extension += latin1(buf, from, i)
    if (i >= end) return i
    if (buf[i] !== CR) return this.bad(i, controlTrouble(buf[i]!))
    if (!EXTENSIONS.test(this.extension)) return this.bad(i, 'A chunk extension is malformed')
    this.extension = ''
    this.state = SIZE_LF
    return i + 1
  }

  private readTrailers(buf: Buffer, from: number, end: number): number {
    if (this.tail === null && end - from >= 2 && buf[from] === CR && buf[from + 1] === LF) {
      this.done = true
      return from + 2
    }
    const kept = this.tail === null ? 0 : this.tail.length
    const all =
      this.tail === null ? buf.subarray(from, end) : Buffer.concat([this.tail, buf.subarray(from, end)])
    const to = scanFields(all, 0, all.length, MAX_TRAILERS, fields)
    if (to === BAD) return this.bad(from, `In the trailers: ${fields.trouble.toLowerCase()}`)
    if ((to === MORE ? all.length : to) > MAX_TRAILER_BYTES)
      return this.bad(from, 'The trailers are too large')
    if (to === MORE) {
      this.tail = Buffer.from(all)
      return end
    }
    this.takeTrailers(fields.list)
    this.done = this.trouble === ''
    return from + (to - kept)
  }

  private takeTrailers(list: readonly string[]): void {
    for (let i = 0; i < list.length; i += 2)
      if (forbiddenTrailer(list[i]!)) this.trouble = `The trailers hold the field "${list[i]}"`
    if (list.length > 0) this.trailers = list
  }

  private bad(at: number, trouble: string): number {
    this.trouble = trouble
    return at
  }
}

function hexValue(c: number): number {
  if (c >= 48 && c <= 57) return c - 48
  const letter = c | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}
