/** Bodies in the making: nothing flows before somebody starts to read, then pieces come by the clock. */
import type { BodySink, BodySource, HttpFault } from '#engine/http/transport.ts'
import type { SimClock } from './clock.ts'
import type { BodySpec } from './spec.ts'

/** How a body that was started ends, where its sender decides and not its reader. */
export interface Ends {
  /** What a break and a stall look like from this side. */
  broke(body: SimBody): void
  stalled(body: SimBody): void
  left(body: SimBody): void
  /** A pause longer than this is a stall; 0 for never. */
  readonly idleMs: number
}

export type BodyState = 'waiting' | 'flowing' | 'done' | 'failed' | 'cancelled'

export class SimBody implements BodySource {
  readonly length: number | undefined
  state: BodyState = 'waiting'
  /** Called once, when it is done, failed or cancelled. */
  onEnd: (() => void) | null = null
  readonly #spec: BodySpec
  readonly #clock: SimClock
  readonly #ends: Ends
  #sink: BodySink | null = null
  /** The reader takes no more at the moment; what was to be done next waits. */
  #paused = false
  #next: (() => void) | null = null

  constructor(spec: BodySpec, clock: SimClock, ends: Ends) {
    this.length = spec.sized ? Buffer.byteLength(spec.text) : undefined
    this.#spec = spec
    this.#clock = clock
    this.#ends = ends
    if (this.length === 0) this.state = 'done'
  }

  /** A body that comes whole may have come with its head. */
  takeWhole<T>(take: (buf: Uint8Array, from: number, to: number) => T): T | undefined {
    const { text, comes } = this.#spec
    if (comes !== 'whole' || this.length === undefined || this.state !== 'waiting') return undefined
    const chunk = Buffer.from(text)
    const taken = take(chunk, 0, chunk.length)
    chunk.fill('#')
    this.#end('done')
    return taken
  }

  start(sink: BodySink): void {
    if (this.#sink !== null) throw new Error('a body was started twice')
    this.#sink = sink
    if (this.state === 'done') return sink.end()
    if (this.state !== 'waiting') return
    this.state = 'flowing'
    const { text, comes, gapMs } = this.#spec
    if (comes === 'whole') return this.#finish(text)
    const half = Math.ceil(text.length / 2)
    this.#later(gapMs, () => {
      this.#write(text.slice(0, half))
      if (comes === 'slowly') this.#later(gapMs, () => this.#finish(text.slice(half)))
      else if (comes === 'breaks') this.#later(gapMs, () => this.#ends.broke(this))
      else if (comes === 'leaves') this.#later(gapMs, () => this.#ends.left(this))
      else if (this.#ends.idleMs > 0) this.#later(this.#ends.idleMs, () => this.#ends.stalled(this))
    })
  }

  resume(): void {
    const next = this.#next
    this.#paused = false
    this.#next = null
    next?.()
  }

  cancel(): void {
    if (this.state === 'waiting' || this.state === 'flowing') this.#end('cancelled')
  }

  /** Cut from outside. */
  fail(fault: HttpFault): void {
    if (this.state !== 'waiting' && this.state !== 'flowing') return
    this.#end('failed')
    this.#sink?.fail(fault)
  }

  get over(): boolean {
    return this.state !== 'waiting' && this.state !== 'flowing'
  }

  #finish(rest: string): void {
    if (rest !== '') this.#write(rest)
    this.#whenTaken(() => {
      if (this.state !== 'flowing') return
      this.#end('done')
      this.#sink!.end()
    })
  }

  #whenTaken(then: () => void): void {
    if (this.#paused) this.#next = then
    else then()
  }

  /** The buffer is used again as soon as the call returns: who keeps bytes must copy them. */
  #write(text: string): void {
    const chunk = Buffer.from(text)
    if (this.#paused) throw new Error('a body went on though its reader took no more')
    this.#paused = !this.#sink!.write(chunk)
    chunk.fill('#')
  }

  #end(state: BodyState): void {
    this.state = state
    this.onEnd?.()
  }

  #later(ms: number, then: () => void): void {
    this.#clock.after(ms, () => {
      this.#whenTaken(() => {
        if (this.state === 'flowing') then()
      })
    })
  }
}
