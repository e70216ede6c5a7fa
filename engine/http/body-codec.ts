/** Bodies to payloads and back: media type -> codec, pre- and postprocessors around it. Shared by the two REST ramps. */
import type { Codec } from '../codec.ts'
import { OPAQUE, Payload } from '../payload.ts'
import type { RampContext } from '../ramp.ts'
import type { BodySource } from './transport.ts'

/**
 * The events in a body: one, unless a preprocessor splits it. An empty body is `{}` under a structured codec, and goes out
 * empty unless something changes it. Throws `CodecError`.
 */
export function decodeBody(
  bytes: Uint8Array,
  contentType: string,
  ingestNs: bigint,
  context: RampContext,
): Payload[] {
  const codec = context.codecFor(contentType) ?? context.codec
  if (context.preprocessors.length === 0) {
    const value = bytes.length === 0 && codec.structured ? {} : codec.decode(bytes, ingestNs)
    return value === undefined ? [] : [new Payload(null, bytes, value, contentType)]
  }
  const payloads: Payload[] = []
  for (const message of preprocess(bytes, ingestNs, context)) {
    const value = message.length === 0 && codec.structured ? {} : codec.decode(message, ingestNs)
    if (value !== undefined) payloads.push(Payload.of(value))
  }
  return payloads
}

function preprocess(bytes: Uint8Array, ingestNs: bigint, context: RampContext): Uint8Array[] {
  let messages: Uint8Array[] = [bytes]
  for (const definition of context.preprocessors) {
    const processor = definition.create()
    const frame = { ingestNs }
    messages = [...messages.flatMap((message) => [...processor.push(message, frame)]), ...processor.end()]
  }
  return messages
}

export interface EncodedBody {
  readonly body: BodySource | Uint8Array | string | null
  /** What the bytes are, if they were encoded here and nothing said so yet. */
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
  if (untouched && payload.source !== null)
    return { body: payload.takeSource(), contentType: undefined, recoded: false }
  if (untouched && payload.bytes !== null)
    return { body: payload.bytes, contentType: undefined, recoded: false }
  const chosen = contentType === undefined ? undefined : context.codecFor(contentType)
  const codec: Codec = chosen ?? context.codec
  const encoded =
    payload.value === undefined || payload.value === OPAQUE
      ? (payload.bytes ?? '')
      : (codec.encode(payload.value) ?? '')
  const body = untouched ? encoded : postprocess(encoded, ingestNs, context)
  return { body, contentType: chosen === undefined ? codec.mime[0] : undefined, recoded: true }
}

function postprocess(encoded: Uint8Array | string, ingestNs: bigint, context: RampContext): Uint8Array {
  let messages: readonly Uint8Array[] = [typeof encoded === 'string' ? Buffer.from(encoded) : encoded]
  for (const definition of context.postprocessors) {
    const processor = definition.create()
    messages = messages.flatMap((message) => [...processor.process(message, ingestNs)])
  }
  return Buffer.concat(messages)
}
