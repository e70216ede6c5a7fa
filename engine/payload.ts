import { Held } from '#dsl/held.ts'
import { encodeJson, writeJson } from '#dsl/json.ts'
import { encodePart, type Part, wholeOf, writePart } from '#dsl/json-part.ts'
import type { JsonSink } from '#dsl/json-sink.ts'
import type { Demand } from '#dsl/program.ts'
import type { Rec, Value } from '#dsl/value.ts'
import type { BodySource } from './http/transport.ts'

/**
 * What an event carries, in the state somebody needed it in so far:
 *
 * - `source`: bytes still arriving; nothing has read them. Goes out as it comes, streamed.
 * - `bytes`: the whole body as it came. Goes out as it came.
 * - `value`: decoded, or made by a script.
 *
 * A payload that has both bytes and value was read and not changed: the bytes go out. Whoever changes a value makes a new payload
 * that has only the value; that one is encoded.
 *
 * Of a document only some members may be decoded. Whoever asks for the `value` gets all of it nevertheless; a program that says what
 * it touches is `shown` the payload as it is, and finds what it touches in `known`.
 */
export class Payload {
  source: BodySource | null
  readonly bytes: Uint8Array | null
  /** What is decoded: the value, or of a part only what programs said they would touch. */
  readonly known: Value | undefined
  /** The media type the bytes came with, '' if none was stated: they leave with it unless something else is said. */
  readonly contentType: string
  /** Where the members that are known stand in their document; null if the whole value is known. */
  readonly part: Part | null

  constructor(
    source: BodySource | null,
    bytes: Uint8Array | null,
    known: Value | undefined,
    contentType: string,
    part: Part | null = null,
  ) {
    this.source = source
    this.bytes = bytes
    this.known = known
    this.contentType = contentType
    this.part = part
  }

  /** A document of which only some members were decoded. */
  static partly(part: Part, contentType: string): Payload {
    return new Payload(null, part.bytes, part.value, contentType, part)
  }

  /** All of it, decoded; undefined if nobody decoded it. */
  get value(): Value | undefined {
    return this.part === null ? this.known : wholeOf(this.part, this.known as Rec)
  }

  /** As a program with such a demand has to find it: what it touches is known. */
  shown({ touches }: Demand): Payload {
    const { part } = this
    if (part === null) return this
    return touches !== undefined && isAmong(touches.keys, part.keys.names) ? this : this.whole()
  }

  /** What becomes of this payload when a program with such a demand made a value of it. */
  changed(value: Value, { touches }: Demand): Payload {
    return this.part === null || touches?.emitsEvent !== true
      ? Payload.of(value)
      : new Payload(null, null, value, '', this.part)
  }

  /** The same with all of the document decoded. */
  whole(): Payload {
    if (this.part === null) return this
    return new Payload(null, this.bytes, this.value, this.contentType)
  }

  /** For programs that put the event into what they make, and look at nothing but what they touch. */
  held(): Value {
    const { part, known } = this
    if (part === null) return known ?? OPAQUE
    return new Held(known as Rec, this) as unknown as Rec
  }

  /** As JSON. */
  json(): Uint8Array | string {
    if (this.bytes !== null) return this.bytes
    return this.part === null ? encodeJson(this.known ?? null) : encodePart(this.part, this.known as Rec)
  }

  /** As JSON, into a sink. */
  writeTo(sink: JsonSink): void {
    if (this.bytes !== null) sink.bytes(this.bytes, 0, this.bytes.length)
    else if (this.part === null) writeJson(this.known ?? null, sink)
    else writePart(this.part, this.known as Rec, sink)
  }

  /** A payload that was made, not received. */
  static of(value: Value): Payload {
    return new Payload(null, null, value, '')
  }

  /** Takes the source out, so that it is started at most once. */
  takeSource(): BodySource | null {
    const source = this.source
    this.source = null
    return source
  }
}

function isAmong(keys: readonly string[], names: readonly string[]): boolean {
  for (const key of keys) if (!names.includes(key)) return false
  return true
}

/**
 * Stands for the value of a payload nobody decoded. Scripts that do not read the event hand it on unchanged; the compiler's
 * demand analysis keeps it away from all others.
 */
export const OPAQUE: Value = Object.freeze({})
