import { handOn } from '../body.ts'
import type { BodySink, BodySource, HeaderList, HttpFault } from '../transport.ts'

/** An answer's body that tells, once, when it is over: whole or unwanted (null), or broken. */
export class CountedBody implements BodySource, BodySink {
  readonly length: number | undefined
  readonly #source: BodySource
  #sink: BodySink | null = null
  #done: ((fault: HttpFault | null) => void) | null

  constructor(source: BodySource, done: (fault: HttpFault | null) => void) {
    this.#source = source
    this.length = source.length
    this.#done = done
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
    const done = this.#done
    this.#done = null
    done?.(fault)
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
