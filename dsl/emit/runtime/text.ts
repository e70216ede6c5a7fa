import { fromUtf8 } from '../../bytes.ts'
import type { Value } from '../../value.ts'
import { jsonText } from '../../work.ts'
import { LARGEST } from './arithmetic.ts'
import { tooLarge } from './errors.ts'
import type { Site } from './site.ts'

/** A value inside a string: strings as they are, anything else as JSON. */
export function text(value: Value): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' && Number.isSafeInteger(value) ? `${value}` : jsonText(value)
}

/** Strings grow by interpolation; not without end. */
export function bounded(built: string, at: Site): string {
  return built.length > LARGEST ? tooLarge(at) : built
}

/** The string that a value equals: bytes equal the string they encode. */
export function textOf(value: Value | undefined): string | undefined {
  if (typeof value === 'string') return value
  return value instanceof Uint8Array ? fromUtf8(value) : undefined
}
