/**
 * What stands before Node's parser: bytes are read by our own strict rules first, and only lawful requests go on to it. A head goes on
 * once it is whole, chunks go on as we would write them, and a request that is already wrong in the bytes that came never begins.
 */
import { refusal } from '../faults.ts'
import { Chunked } from '../own/chunked.ts'
import { BAD, MORE, newRequestHead, readRequestHead } from '../own/request-head.ts'
import type { HttpFault, ServerLimits } from '../transport.ts'

const head = newRequestHead()
const LINE_END = Buffer.from('\r\n')

export class RequestGate {
  /** What is wrong; nothing goes on any more. */
  fault: HttpFault | null = null
  /** The request in question is one whose answer carries no body. */
  bodiless = false
  private held: Buffer | null = null
  /** Octets of a sized body that are still to come. */
  private rest = 0
  private chunked: Chunked | null = null
  /** The last request was read: what follows is nobody's. */
  private last = false

  /** What may go on of the bytes; perhaps nothing. */
  push(fresh: Buffer, limits: ServerLimits): Buffer {
    const buf = this.held === null ? fresh : Buffer.concat([this.held, fresh])
    const lawful: Buffer[] = []
    /** What was lawful before the request that began in these bytes; -1 if none did. */
    let before = -1
    let at = 0
    this.held = null
    while (at < buf.length && this.fault === null) {
      if (this.rest > 0 || this.chunked !== null) {
        at = this.body(buf, at, lawful)
        if (this.fault !== null && before !== -1) lawful.length = before
        continue
      }
      if (this.last) break
      const to = readRequestHead(buf, at, buf.length, head, limits)
      if (to === MORE) {
        this.held = Buffer.from(buf.subarray(at))
        break
      }
      if (to === BAD) {
        this.fault = head.fault
        this.bodiless = head.method === 'HEAD'
        break
      }
      before = lawful.length
      lawful.push(buf.subarray(at, to))
      at = to
      this.begin()
    }
    return lawful.length === 1 ? lawful[0]! : Buffer.concat(lawful)
  }

  private begin(): void {
    const { notes, version } = head
    this.last = notes.close || (version === '1.0' && !notes.keepAlive)
    this.bodiless = head.method === 'HEAD'
    if (notes.chunked) this.chunked = new Chunked()
    else this.rest = Math.max(0, notes.length)
  }

  private body(buf: Buffer, from: number, lawful: Buffer[]): number {
    if (this.chunked !== null) return this.chunks(this.chunked, buf, { from, lawful })
    const to = Math.min(buf.length, from + this.rest)
    this.rest -= to - from
    lawful.push(buf.subarray(from, to))
    return to
  }

  private chunks(
    chunked: Chunked,
    buf: Buffer,
    { from, lawful }: { from: number; lawful: Buffer[] },
  ): number {
    const to = chunked.next(buf, from, buf.length)
    if (chunked.trouble !== '') {
      this.fault = refusal('bad_request', chunked.trouble)
      return to
    }
    const size = chunked.dataTo - chunked.dataFrom
    if (size > 0)
      lawful.push(
        Buffer.from(`${size.toString(16)}\r\n`),
        buf.subarray(chunked.dataFrom, chunked.dataTo),
        LINE_END,
      )
    if (chunked.done) {
      this.chunked = null
      lawful.push(Buffer.from(`0\r\n${linesOf(chunked.trailers ?? [])}\r\n`, 'latin1'))
    }
    return to
  }
}

function linesOf(fields: readonly string[]): string {
  let text = ''
  for (let i = 0; i < fields.length; i += 2) text += `${fields[i]}: ${fields[i + 1]}\r\n`
  return text
}
