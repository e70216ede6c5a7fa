/**
 * What stands before undici's parser: the bytes of an answer are read by our own strict rules first, and only lawful ones go on to it.
 * A 100 is left out: undici takes one that it did not expect for a malformed answer.
 */
import type { Socket } from 'node:net'
import { CLIENT_DEFAULTS } from '../limits.ts'
import { Chunked } from '../own/chunked.ts'
import { newResponseHead, readResponseHead } from '../own/response-head.ts'
import { BAD, MORE } from '../own/scan.ts'

const IDLE = 0
const HEAD = 1
const SIZED = 2
const CHUNKED = 3
const UNTIL_CLOSE = 4

const MAX_INTERIM = 32

const head = newResponseHead()

export class AnswerGate {
  /** What is wrong with the answer; nothing goes on any more. */
  trouble = ''
  private state = IDLE
  private method = ''
  private rest = 0
  private interims = 0
  private chunked: Chunked | null = null
  private held: Buffer | null = null

  /** A gate through which passes whatever is read from the socket from now on. */
  static before(socket: Socket): AnswerGate {
    const gate = new AnswerGate()
    const read = socket.read.bind(socket)
    let given: Buffer | null = null
    // Undici gives back what it cannot take while it is paused: that has passed already.
    socket.unshift = (bytes: Buffer) => {
      given = bytes
    }
    socket.read = (size?: number) => {
      if (given !== null) {
        const again = given
        given = null
        return again
      }
      for (;;) {
        // What was lawful before it has been taken by now.
        if (gate.trouble !== '') socket.destroy(new Error(gate.trouble))
        const fresh: Buffer | null = gate.trouble === '' ? read(size) : null
        if (fresh === null) return null
        const lawful = gate.push(fresh)
        if (lawful.length > 0) return lawful
      }
    }
    return gate
  }

  /** Bytes of an answer came, and not enough for its head: undici has not heard of them. */
  get begun(): boolean {
    return this.held !== null
  }

  /** A request goes out; what comes now answers it. */
  expect(method: string): void {
    this.method = method
    this.interims = 0
    this.state = HEAD
  }

  private push(fresh: Buffer): Buffer {
    const buf = this.held === null ? fresh : Buffer.concat([this.held, fresh])
    const lawful: Buffer[] = []
    let at = 0
    this.held = null
    while (at < buf.length && this.trouble === '') {
      const to = this.state === HEAD ? this.readHead(buf, at) : this.readBody(buf, at)
      if (to === BAD) break
      if (to === MORE) {
        this.held = Buffer.from(buf.subarray(at))
        break
      }
      if (this.interims === 0 || head.status !== 100 || this.state !== HEAD) lawful.push(buf.subarray(at, to))
      at = to
    }
    return lawful.length === 1 ? lawful[0]! : Buffer.concat(lawful)
  }

  private readHead(buf: Buffer, from: number): number {
    const to = readResponseHead(buf, from, buf.length, head, CLIENT_DEFAULTS)
    if (to === MORE) return MORE
    if (to === BAD) return this.bad(head.trouble)
    const { status, notes } = head
    if (status === 101) return this.bad('The upstream switched protocols unasked')
    if (status < 200)
      return ++this.interims > MAX_INTERIM ? this.bad('The upstream sent too many interim answers') : to
    if (this.method === 'HEAD' || status === 204 || status === 304 || notes.length === 0) this.state = IDLE
    else if (notes.chunked) {
      this.state = CHUNKED
      this.chunked = new Chunked()
    } else {
      this.state = notes.length === -1 ? UNTIL_CLOSE : SIZED
      this.rest = notes.length
    }
    return to
  }

  private readBody(buf: Buffer, from: number): number {
    if (this.state === IDLE) return this.bad('The upstream sent what nobody asked for')
    if (this.state === UNTIL_CLOSE) return buf.length
    if (this.state === SIZED) {
      const to = Math.min(buf.length, from + this.rest)
      this.rest -= to - from
      if (this.rest === 0) this.state = IDLE
      return to
    }
    const chunked = this.chunked!
    const to = chunked.next(buf, from, buf.length)
    if (chunked.trouble !== '') return this.bad(chunked.trouble)
    if (chunked.done) this.state = IDLE
    return to
  }

  private bad(trouble: string): number {
    this.trouble = trouble
    return BAD
  }
}
