/** A batch of `generic::batch` as one message (tremor: sink/rest.rs, build_request). */
import { isRecord, type Rec, type Value } from '#dsl/value.ts'
import type { Event } from '../event.ts'
import { Payload } from '../payload.ts'
import type { RampContext } from '../ramp.ts'
import { type EncodedBody, encodeBody } from './body-codec.ts'

export interface Batched {
  readonly value: Value
  readonly meta: Rec
}

/** The events in a batch, those of batches within it among them. */
export function eventsOf(batch: Value): Batched[] {
  if (!Array.isArray(batch)) return []
  return batch.flatMap((wrapped: Value) => {
    const { value = null, meta = {}, is_batch } = recordIn(wrapped, 'data')
    return is_batch === true ? eventsOf(value) : [{ value, meta: isRecord(meta) ? meta : {} }]
  })
}

function recordIn(value: Value, key: string): Rec {
  const held = isRecord(value) ? value[key] : undefined
  return held !== undefined && isRecord(held) ? held : {}
}

/** The bodies of all events, one behind the other. */
export function encodeBatch(
  events: readonly Batched[],
  contentType: string | undefined,
  { ingestNs }: Event,
  context: RampContext,
): EncodedBody {
  const bodies = events.map(({ value }) => encodeBody(Payload.of(value), contentType, ingestNs, context))
  const bytes = bodies.map(({ body }) =>
    typeof body === 'string' ? Buffer.from(body) : (body as Uint8Array),
  )
  return { body: Buffer.concat(bytes), contentType: bodies[0]?.contentType, recoded: true }
}
