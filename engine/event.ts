import type { Origin } from '#dsl/program.ts'
import type { Rec, Value } from '#dsl/value.ts'
import type { Flight } from './flight.ts'
import type { Insight } from './insight.ts'
import type { Payload } from './payload.ts'
import type { Port } from './port.ts'
import type { Reason } from './reason.ts'

/**
 * What flows. An event belongs to whoever received it, who may change its fields; where a port leads to several places
 * the wiring makes a copy for each. The values inside (`meta`, decoded payloads) are immutable and may be shared.
 */
export class Event {
  id: EventId
  payload: Payload
  #meta: Rec | null
  #described: Described | null
  ingestNs: bigint
  origin: Origin | null
  /** The request it descends from, null for events nobody waits for. */
  flight: Flight | null
  /** The nodes it came by that listen to insights, last first. */
  trail: Trail | null
  /** Set on an error event made by the engine, until something gives the event another payload. */
  failure: Failure | null
  /** An array of wrapped events, made by `generic::batch`. */
  isBatch: boolean
  /** Somebody upstream waits for its ack or fail. */
  transactional: boolean

  constructor(
    id: EventId,
    payload: Payload,
    meta: Rec | Described,
    ingestNs: bigint,
    origin: Origin | null,
    flight: Flight | null,
  ) {
    this.id = id
    this.payload = payload
    const described = meta instanceof Described
    this.#meta = described ? null : meta
    this.#described = described ? meta : null
    this.ingestNs = ingestNs
    this.origin = origin
    this.flight = flight
    this.trail = null
    this.failure = null
    this.isBatch = false
    this.transactional = false
  }

  /** `$` of the scripts: plain data. */
  get meta(): Rec {
    return (this.#meta ??= this.#described!.describe())
  }

  set meta(meta: Rec | Described) {
    const described = meta instanceof Described
    this.#meta = described ? null : meta
    this.#described = described ? meta : null
  }

  /** What the metadata are made of, as long as nothing put others in their place; null if they were never made of anything. */
  get described(): Described | null {
    return this.#described
  }

  copy(): Event {
    const meta = this.#described ?? this.#meta!
    const copy = new Event(this.id, this.payload, meta, this.ingestNs, this.origin, this.flight)
    copy.trail = this.trail
    copy.failure = this.failure
    copy.isBatch = this.isBatch
    copy.transactional = this.transactional
    return copy
  }
}

/**
 * Metadata that nobody has looked at yet: a message of HTTP, say, whose fields become a record only if a script or somebody else asks
 * for it. Who knows the kind can take what it needs without that.
 */
export abstract class Described {
  #record: Rec | null = null

  /** The metadata. Made once: the same record each time. */
  describe(): Rec {
    return (this.#record ??= this.record())
  }

  protected abstract record(): Rec
}

/** What went wrong, in the one line a client may see. The event's value holds the whole finding. */
export interface Failure {
  readonly reason: Reason
  readonly message: string
  readonly value: Value
}

/** A hop: the node an event left, and by which port. A list, newest first, shared by copies. */
export interface Trail {
  readonly node: Listener
  readonly port: Port
  readonly before: Trail | null
}

/** A node that insights visit. */
export interface Listener {
  hear(port: Port, insight: Insight): void
}

/**
 * `source:stream:event`, as tremor prints it: `1:0:4` is the fifth event of the first onramp. An event made of others
 * tracks theirs, so that an answer finds its request.
 */
export class EventId {
  readonly source: number
  readonly stream: number
  readonly event: number
  constructor(source: number, stream: number, event: number) {
    this.source = source
    this.stream = stream
    this.event = event
  }
  toString(): string {
    return `${this.source}:${this.stream}:${this.event}`
  }
}
