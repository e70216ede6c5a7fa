import { ONE_WRITE_BYTES } from '../limits.ts'
import type { BodySource } from '../transport.ts'
import { latin1 } from './latin1.ts'

/** A body that is there already and leaves with its head in one write, as latin1 text; undefined if it is not so. */
export function smallBody(body: BodySource): string | undefined {
  const { length } = body
  if (length === undefined || length > ONE_WRITE_BYTES) return undefined
  return body.takeWhole?.(latin1)
}
