/** The body of an answer that undici reads, as a source. Undici may deliver a little more after it was paused: that is kept. */
import type { Dispatcher } from 'undici'
import type { Clock, Timer } from '../../clock.ts'
import type { BodySink, BodySource, HeaderList, HttpFault } from '../transport.ts'

export interface AnswerBodyOptions {
  readonly length: number | undefined
  readonly clock: Clock
  /** 0 for none. */
  readonly idleMs: number
  readonly stalled: () => void
  readonly cancelled: () => void
}

export class AnswerBody implements BodySource {
  readonly length: number | undefined
  private readonly controller: Dispatcher.DispatchController
  private readonly options: AnswerBodyOptions
  private sink: BodySink | null = null
  private kept: Uint8Array[] = []
  private full = true
  /** How it ended, once it has. */
  private ending: { readonly trailers: HeaderList | undefined } | HttpFault | null = null
  private told = false
  private timer: Timer | null = null

  constructor(controller: Dispatcher.DispatchController, options: AnswerBodyOptions) {
    this.controller = controller
    this.options = options
    this.length = options.length
    controller.pause()
  }

  start(sink: BodySink): void {
    if (this.sink !== null) throw new Error('A body can be started only once')
    this.sink = sink
    this.resume()
  }

  resume(): void {
    if (this.told || this.sink === null) return
    this.full = false
    while (this.kept.length > 0 && !this.full && !this.told) this.full = !this.sink.write(this.kept.shift()!)
    if (this.told || this.kept.length > 0) return
    this.tellEnding()
    if (this.told || this.full) return
    this.watch()
    this.controller.resume()
  }

  cancel(): void {
    if (this.told) return
    this.told = true
    this.kept = []
    this.timer?.cancel()
    if (this.ending === null) this.options.cancelled()
  }

  // ---- from undici

  data(chunk: Uint8Array): void {
    if (this.told) return
    if (this.full) {
      this.kept.push(chunk)
      return
    }
    this.watch()
    if (this.sink!.write(chunk)) return
    this.full = true
    this.timer?.cancel()
    this.controller.pause()
  }

  end(trailers: HeaderList | undefined): void {
    this.ending = { trailers }
    this.timer?.cancel()
    if (this.kept.length === 0 && this.sink !== null) this.tellEnding()
  }

  fail(fault: HttpFault): void {
    if (this.ending !== null) return
    this.ending = fault
    this.timer?.cancel()
    if (this.kept.length === 0 && this.sink !== null) this.tellEnding()
  }

  private tellEnding(): void {
    if (this.ending === null || this.told) return
    this.told = true
    if ('kind' in this.ending) this.sink!.fail(this.ending)
    else this.sink!.end(this.ending.trailers)
  }

  private watch(): void {
    this.timer?.cancel()
    if (this.options.idleMs > 0)
      this.timer = this.options.clock.after(this.options.idleMs, this.options.stalled)
  }
}
