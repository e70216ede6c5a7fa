/** An event as the oracle sees it on its way. */
import type { Reason } from '#engine/reason.ts'
import type { BodySpec } from './spec.ts'

export type Json = unknown
/** Some value whose content nobody needs to know. */
export const some = { some: Symbol('some') }

export type Carried =
  | {
      readonly form: 'source'
      readonly body: BodySpec
      readonly of: 'client' | 'upstream'
      readonly idleMs: number
    }
  | { readonly form: 'bytes'; readonly text: string }
  | { readonly form: 'read'; readonly text: string; readonly value: Json }
  | { readonly form: 'made'; readonly value: Json }

export interface Happening {
  /** Marker in `$request`, 0 without. */
  asks: number
  /** `$response`, if it is there. */
  response: { status: number | 'bad'; badHeader: boolean; marker: number } | null
  carried: Carried
  failure: Reason | null
}

export function markerOf({ asks, response }: Happening): number {
  return asks || (response?.marker ?? 0)
}

export function change(event: Happening, value: Json): void {
  event.carried = { form: 'made', value }
  event.failure = null
}

/** Undefined: it cannot be decoded. */
export function decode(text: string): Json {
  if (text === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export function textOf(carried: Carried): string | null {
  if (carried.form === 'source') return carried.body.text
  if (carried.form !== 'made') return carried.text
  return holdsSome(carried.value) ? null : JSON.stringify(carried.value)
}

function holdsSome(value: Json): boolean {
  if (value === some) return true
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsSome)
}
