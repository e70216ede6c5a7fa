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

/** The text that was made last, and the one piece of it that is not written in the script. */
export interface LastText {
  of: string | undefined
  text: string
}

/** Texts that are held on to are no longer. */
const MOST_KEPT = 1024

export function keepText(last: LastText, of: string, text: string): string {
  if (text.length <= MOST_KEPT) {
    last.of = of
    last.text = text
  }
  return text
}
