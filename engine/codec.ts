import type { Part } from '#dsl/json-part.ts'
import type { Keys } from '#dsl/json-skim.ts'
import type { Rec, Value } from '#dsl/value.ts'

/** Bytes to value and back. Both throw `CodecError` on what they cannot take. */
export interface Codec {
  readonly doc: string
  /** Media types it answers to; the first is what it labels its own output with. */
  readonly mime: readonly string[]
  /** Empty input is `{}`: a request without a body is not an error. */
  readonly structured: boolean
  /** Pairs of encoded text and the value as JSON text. Run as tests, both ways unless it says otherwise. */
  readonly examples: readonly {
    readonly bytes: string
    readonly value: string
    readonly decodeOnly?: boolean
    readonly encodeOnly?: boolean
  }[]
  /** Undefined: the bytes hold no event. `ingestNs` dates what has no date of its own. */
  decode(bytes: Uint8Array, ingestNs: bigint): Value | undefined
  /** Undefined: nothing is to be sent. */
  encode(value: Value): Uint8Array | string | undefined
  /** The members under `keys` alone; undefined if that is not to be done with these bytes: then all is to be decoded. Does not throw. */
  decodePart?(bytes: Uint8Array, keys: Keys): Part | undefined
  /** The document that `part` is of, with the members of `known` in place of those that were decoded. */
  encodePart?(part: Part, known: Rec): string
}

export class CodecError extends Error {}

/** What was packed into the bytes is longer than anybody may send. */
export class TooLarge extends CodecError {}

export function defineCodec(codec: Codec): Codec {
  return codec
}
