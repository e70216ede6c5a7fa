import type { Value } from '#dsl/value.ts'
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
 */
export class Payload {
  source: BodySource | null
  readonly bytes: Uint8Array | null
  readonly value: Value | undefined
  /** The media type the bytes came with, '' if none was stated: they leave with it unless something else is said. */
  readonly contentType: string

  constructor(
    source: BodySource | null,
    bytes: Uint8Array | null,
    value: Value | undefined,
    contentType: string,
  ) {
    this.source = source
    this.bytes = bytes
    this.value = value
    this.contentType = contentType
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

/**
 * Stands for the value of a payload nobody decoded. Scripts that do not read the event hand it on unchanged; the compiler's
 * demand analysis keeps it away from all others.
 */
export const OPAQUE: Value = Object.freeze({})
