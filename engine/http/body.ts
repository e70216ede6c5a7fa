import type { BodySink, BodySource, HttpFault } from './transport.ts'

/**
 * Reads a body whole. `done` is called once: with the bytes, or with a fault, `body_too_large` if it is longer than `limit` octets.
 */
export function collect(
  source: BodySource,
  limit: number,
  done: (bytes: Uint8Array | null, fault: HttpFault | null) => void,
): void {
  if (source.length !== undefined && source.length > limit) {
    tooLarge(source, limit, done)
    return
  }
  const whole = source.takeWhole?.(copied)
  if (whole !== undefined) done(whole, null)
  else source.start(new Collector(source, limit, done))
}

/** A copy of a part of a buffer, made without a view of it. */
function copied(buf: Uint8Array, from: number, to: number): Buffer {
  const copy = Buffer.allocUnsafe(to - from)
  copyOut.call(buf, copy, 0, from, to)
  return copy
}

/** Gives a sink a part of a buffer, as a view if it takes nothing else. */
export function handOn(sink: BodySink, buf: Uint8Array, from: number, to: number): boolean {
  return sink.writePart === undefined ? sink.write(buf.subarray(from, to)) : sink.writePart(buf, from, to)
}

const copyOut = Buffer.prototype.copy

class Collector implements BodySink {
  readonly #source: BodySource
  readonly #limit: number
  readonly #done: (bytes: Uint8Array | null, fault: HttpFault | null) => void
  #chunks: Buffer[] | null = null
  /** The first chunk, mostly the only one. */
  #first: Buffer | null = null
  #total = 0
  #over = false

  constructor(
    source: BodySource,
    limit: number,
    done: (bytes: Uint8Array | null, fault: HttpFault | null) => void,
  ) {
    this.#source = source
    this.#limit = limit
    this.#done = done
  }

  write(chunk: Uint8Array): boolean {
    return this.writePart(chunk, 0, chunk.length)
  }

  writePart(buf: Uint8Array, from: number, to: number): boolean {
    if (this.#over) return true
    const size = to - from
    this.#total += size
    if (this.#total > this.#limit) {
      this.#over = true
      tooLarge(this.#source, this.#limit, this.#done)
      return true
    }
    // A copy: the buffer is read into again.
    const chunk = copied(buf, from, to)
    if (this.#first === null) this.#first = chunk
    else if (this.#chunks === null) this.#chunks = [this.#first, chunk]
    else this.#chunks.push(chunk)
    return true
  }

  end(): void {
    if (this.#over) return
    this.#over = true
    const whole =
      this.#chunks === null ? (this.#first ?? Buffer.alloc(0)) : Buffer.concat(this.#chunks, this.#total)
    this.#done(whole, null)
  }

  fail(fault: HttpFault): void {
    if (this.#over) return
    this.#over = true
    this.#done(null, fault)
  }
}

function tooLarge(source: BodySource, limit: number, done: (bytes: null, fault: HttpFault) => void): void {
  done(null, { kind: 'body_too_large', message: `the body is longer than ${limit} octets` })
  source.cancel()
}

/** Reads a body and throws it away, so that its connection can be used again; `done` at its end, or once it is longer than `most` octets. */
export function discard(source: BodySource, most: number, done: () => void): void {
  let total = 0
  let over = false
  const finish = () => {
    if (over) return
    over = true
    done()
  }
  source.start({
    write(chunk) {
      total += chunk.length
      if (total > most && !over) {
        finish()
        source.cancel()
      }
      return true
    },
    end: finish,
    fail: finish,
  })
}
