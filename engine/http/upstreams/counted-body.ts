import { handOn } from '../body.ts'
import type { BodySink, BodySource, HeaderList, HttpFault } from '../transport.ts'

/** Who counts an answer's body as work of its upstream. */
export interface Counting {
  /** It is over, which is told once: whole or unwanted (null), or broken. */
  bodyOver(fault: HttpFault | null): void
}

/** An answer's body that tells when it is over. */
export class CountedBody implements BodySource, BodySink {
  readonly length: number | undefined
  readonly #source: BodySource
  #sink: BodySink | null = null
  readonly #counting: Counting
  #over = false

  constructor(source: BodySource, counting: Counting) {
    this.#source = source
    this.length = source.length
    this.#counting = counting
  }

  takeWhole<T>(take: (buf: Uint8Array, from: number, to: number) => T): T | undefined {
    const whole = this.#source.takeWhole?.(take)
    if (whole !== undefined) this.over(null)
    return whole
  }

  start(sink: BodySink): void {
    this.#sink = sink
    this.#source.start(this)
  }

  resume(): void {
    this.#source.resume()
  }

  cancel(): void {
    this.over(null)
    this.#source.cancel()
  }

  over(fault: HttpFault | null): void {
    if (this.#over) return
    this.#over = true
    this.#counting.bodyOver(fault)
  }

  // ---- the sink of the body it counts

  write(chunk: Uint8Array): boolean {
    return this.#sink!.write(chunk)
  }

  writePart(buf: Uint8Array, from: number, to: number): boolean {
    return handOn(this.#sink!, buf, from, to)
  }

  end(trailers?: HeaderList): void {
    this.over(null)
    this.#sink!.end(trailers)
  }

  fail(fault: HttpFault): void {
    this.over(fault)
    this.#sink!.fail(fault)
  }
}
