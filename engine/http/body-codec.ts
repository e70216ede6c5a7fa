/** Bodies to payloads and back: media type -> codec, pre- and postprocessors around it. Shared by the two REST ramps. */
import type { Keys } from '#dsl/json-skim.ts'
import type { Rec, Value } from '#dsl/value.ts'
import { type Codec, CodecError } from '../codec.ts'
import { type Compression, inflate } from '../formats/inflate.ts'
import { OPAQUE, Payload } from '../payload.ts'
import type { RampContext } from '../ramp.ts'
import type { BodySource } from './transport.ts'

/** A body as it came, with what its message says of it. */
export interface RawBody {
  readonly bytes: Uint8Array
  /** Values of the fields, '' if absent. */
  readonly contentType: string
  readonly contentEncoding: string
  readonly ingestNs: bigint
}

export interface DecodedEvent {
  readonly payload: Payload
  /** When it came, or what a preprocessor says instead. */
  readonly ingestNs: bigint
}

/**
 * The events in a body: one, unless a preprocessor splits it. An empty body is `{}` under a structured codec, and goes out
 * empty unless something changes it. A body packed by Content-Encoding is unpacked for the codec alone: it goes out as it
 * came unless something changes it. Where preprocessors are configured they unpack. Only the members under
 * `touched` are decoded if these are all that anybody asks for. Throws `CodecError`.
 */
export function decodeBody(raw: RawBody, context: RampContext, touched?: Keys): DecodedEvent[] {
  const { bytes, contentType, ingestNs } = raw
  const codec = context.codecFor(contentType) ?? context.codec
  if (context.preprocessors.length === 0) {
    const some = touched === undefined ? undefined : partOf(raw, codec, touched)
    if (some !== undefined) return [{ payload: some, ingestNs }]
    const value = decode(codec, unpacked(bytes, raw.contentEncoding), ingestNs)
    return value === undefined ? [] : [{ payload: new Payload(null, bytes, value, contentType), ingestNs }]
  }
  const events: DecodedEvent[] = []
  for (const message of preprocess(bytes, ingestNs, context)) {
    const value = decode(codec, message.bytes, message.ingestNs)
    if (value !== undefined) events.push({ payload: Payload.of(value), ingestNs: message.ingestNs })
  }
  return events
}

/** Shorter documents take no longer whole, and leave as compact as any value does. */
const LEAST_PART = 128

function partOf(
  { bytes, contentType, contentEncoding }: RawBody,
  codec: Codec,
  touched: Keys,
): Payload | undefined {
  if (bytes.length < LEAST_PART || contentEncoding !== '') return undefined
  const part = codec.decodePart?.(bytes, touched)
  return part === undefined ? undefined : Payload.partly(part, contentType)
}

function decode(codec: Codec, bytes: Uint8Array, ingestNs: bigint): Value | undefined {
  return bytes.length === 0 && codec.structured ? {} : codec.decode(bytes, ingestNs)
}

/** Content codings (RFC 9110 8.4.1) by what we call them. */
const codings: Readonly<Record<string, Compression | null>> = {
  identity: null,
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'zlib',
  br: 'brotli',
  zstd: 'zstd',
}

function unpacked(bytes: Uint8Array, encoding: string): Uint8Array {
  if (encoding === '' || bytes.length === 0) return bytes
  const name = encoding.trim().toLowerCase()
  if (!Object.hasOwn(codings, name))
    throw new CodecError(
      `Cannot unpack a body with Content-Encoding "${name}": known are ${Object.keys(codings).join(', ')}, one at a time`,
    )
  const coding = codings[name]!
  return coding === null ? bytes : inflate(coding, bytes)
}

interface TimedMessage {
  readonly bytes: Uint8Array
  readonly ingestNs: bigint
}

function preprocess(bytes: Uint8Array, ingestNs: bigint, context: RampContext): TimedMessage[] {
  let messages: TimedMessage[] = [{ bytes, ingestNs }]
  for (const definition of context.preprocessors) {
    const processor = definition.create()
    const made: TimedMessage[] = []
    const frame = { ingestNs }
    for (const message of messages) {
      frame.ingestNs = message.ingestNs
      // The time is known once the message was taken apart.
      const parts = processor.push(message.bytes, frame)
      for (const part of parts) made.push({ bytes: part, ingestNs: frame.ingestNs })
    }
    for (const part of processor.end()) made.push({ bytes: part, ingestNs: frame.ingestNs })
    messages = made
  }
  return messages
}

export interface EncodedBody {
  readonly body: BodySource | Uint8Array | string | null
  /** What the bytes are, for messages that do not say so yet: what they came as, or what they were encoded as here. */
  readonly contentType: string | undefined
  /** They are not the bytes that came. */
  readonly recoded: boolean
}

/** What to send for a payload: what came, if nothing changed it; else the encoding that `contentType` asks for, or the ramp's codec. */
export function encodeBody(
  payload: Payload,
  contentType: string | undefined,
  ingestNs: bigint,
  context: RampContext,
): EncodedBody {
  const untouched = context.postprocessors.length === 0
  const came = payload.contentType === '' ? undefined : payload.contentType
  if (untouched && payload.source !== null)
    return { body: payload.takeSource(), contentType: came, recoded: false }
  if (untouched && payload.bytes !== null) return { body: payload.bytes, contentType: came, recoded: false }
  const chosen = contentType === undefined ? undefined : context.codecFor(contentType)
  const codec: Codec = chosen ?? context.codec
  const encoded = encode(payload, codec)
  const body = untouched ? encoded : postprocess(encoded, ingestNs, context)
  return { body, contentType: chosen === undefined ? codec.mime[0] : undefined, recoded: true }
}

function encode(payload: Payload, codec: Codec): Uint8Array | string {
  const { known, part } = payload
  if (known === undefined || known === OPAQUE) return payload.bytes ?? ''
  if (part !== null && codec.encodePart !== undefined) return codec.encodePart(part, known as Rec)
  return codec.encode(payload.value!) ?? ''
}

function postprocess(encoded: Uint8Array | string, ingestNs: bigint, context: RampContext): Uint8Array {
  let messages: readonly Uint8Array[] = [typeof encoded === 'string' ? Buffer.from(encoded) : encoded]
  for (const definition of context.postprocessors) {
    const processor = definition.create()
    messages = messages.flatMap((message) => [...processor.process(message, ingestNs)])
  }
  return Buffer.concat(messages)
}
