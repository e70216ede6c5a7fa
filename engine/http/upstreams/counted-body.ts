import type { BodySink, BodySource, HttpFault } from '../transport.ts'

/** An answer's body that tells, once, when it is over: whole or unwanted (null), or broken. */
export class CountedBody implements BodySource {
  readonly length: number | undefined
  readonly #source: BodySource
  #done: ((fault: HttpFault | null) => void) | null

  constructor(source: BodySource, done: (fault: HttpFault | null) => void) {
    this.#source = source
    this.length = source.length
    this.#done = done
  }

  start(sink: BodySink): void {
    this.#source.start({
      write: (chunk) => sink.write(chunk),
      end: (trailers) => {
        this.over(null)
        sink.end(trailers)
      },
      fail: (fault) => {
        this.over(fault)
        sink.fail(fault)
      },
    })
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
}
