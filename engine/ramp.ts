import type { Observable } from 'rxjs'
import type { Keys } from '#dsl/json-skim.ts'
import type { Value } from '#dsl/value.ts'
import type { Clock } from './clock.ts'
import type { Codec } from './codec.ts'
import type { ConfigOf, Fields } from './config.ts'
import type { Event } from './event.ts'
import type { ConnectTo, Transport } from './http/transport.ts'
import type { Insight } from './insight.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import type { At, Port } from './port.ts'
import type { PostprocessorDefinition, PreprocessorDefinition } from './processor.ts'

/** How much of an event's body the pipelines behind a port look at. */
export type BodyDemand =
  /** Nothing reads it and it goes to one place: streamed. */
  | 'stream'
  /** Nothing reads it, but it goes to several places, or is kept: buffered. */
  | 'bytes'
  /** A script or an operator reads it: decoded. */
  | 'value'

/** Where a ramp stands in one generation of the configuration. */
export interface Place {
  /** Whether what leaves by this port goes anywhere. */
  linked(port: Port): boolean
  demand(port: Port): BodyDemand
  /** Where bodies are decoded: the members that the pipelines behind the port touch; undefined if they may touch all. */
  touches(port: Port): Keys | undefined
  /** A request began here, or is over. The generation is let go when none is left. */
  enter(): void
  leave(): void
}

/** What every ramp is handed: the keys that all ramps share, resolved, and its surroundings. */
export interface RampContext {
  /** `/onramp/http_in/01` */
  readonly address: string
  /** First number of the ids of its events. */
  readonly uid: number
  readonly linked: boolean
  /** Linked onramps: how long a request may wait for the first byte of its answer; null: for ever. */
  readonly deadlineMs: number | null
  readonly codec: Codec
  readonly codecName: string
  /** The codec for the value of a Content-Type: `codec_map`, then the codecs' own; undefined if none claims it. */
  codecFor(contentType: string): Codec | undefined
  readonly preprocessors: readonly PreprocessorDefinition[]
  readonly postprocessors: readonly PostprocessorDefinition[]
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  readonly transport: Transport
  readonly connectTo: readonly ConnectTo[]
  readonly instance: string
  /** Which of several processes with the same configuration this is, from 1; absent where there is one. */
  readonly worker?: number | undefined
  /** From 0 up to, not including, 1: for choices that must not be in step with those of others. */
  readonly random: () => number
}

export interface Onramp {
  /** Binds sockets and the like. Rejects with a message an operator can act on; nothing is left open then. */
  open(): Promise<void>
  /**
   * Whether it can serve from the sockets of `before`, the onramp of the same address whose configuration changed: then
   * it is not opened, and `takeOver` moves them in the step in which the generations change.
   */
  canTakeOver?(before: Onramp): boolean
  takeOver?(before: Onramp): void
  /** Whoever subscribed last receives the events: a new generation takes over within the call. */
  events(place: Place): Observable<At<Event>>
  /** Linked: an event arrives as the answer, having left the port `via`. */
  reply?(event: Event, via: Port): void
  hear?(insight: Insight): void
  /** What it is reached at, for the log: `http://0.0.0.0:65535`. */
  readonly listens?: string
  /** Takes nothing new; resolves when what is in flight was answered. */
  drain(): Promise<void>
  close(): void
}

export interface Offramp {
  open(): Promise<void>
  /** Takes the events of one generation; what comes of them (linked ramps: `out`, `err`) leaves on the result. */
  write(events: Observable<At<Event>>, place: Place): Observable<At<Event>>
  /** What it has to tell about itself: open, close. About an event it tells along the event's trail. */
  readonly insights: Observable<Insight>
  /** Forgets answers it keeps: of a URL, with a tag, or all. Returns how many there were; absent where nothing is kept. */
  purge?(what: { readonly url?: string | undefined; readonly tag?: string | undefined }): number | undefined
  /** What it knows of where it sends to, as plain data for whoever looks after it. */
  status?(): Value
  drain(): Promise<void>
  close(): void
}

export interface OnrampDefinition<F extends Fields = Fields> {
  readonly doc: string
  readonly config: F
  readonly defaultCodec: string
  readonly ports: readonly Port[]
  /** It can carry answers back. */
  readonly linkable: boolean
  /** As for offramps. */
  readonly check?: (config: ConfigOf<F>) => string | undefined
  create(config: ConfigOf<F>, context: RampContext): Onramp
}

export interface OfframpDefinition<F extends Fields = Fields> {
  readonly doc: string
  readonly config: F
  readonly defaultCodec: string
  readonly ports: readonly Port[]
  readonly linkable: boolean
  /** Passes bodies on without looking at them. Others are handed decoded events. */
  readonly streams?: boolean
  /** What must hold between fields, e.g. one of two is required: the rest of a sentence about the config, or undefined. */
  readonly check?: (config: ConfigOf<F>) => string | undefined
  create(config: ConfigOf<F>, context: RampContext): Offramp
}

export function defineOnramp<F extends Fields>(definition: OnrampDefinition<F>): OnrampDefinition<F> {
  return definition
}
export function defineOfframp<F extends Fields>(definition: OfframpDefinition<F>): OfframpDefinition<F> {
  return definition
}
