/** An event as the oracle sees it on its way. */
import type { Reason } from '#engine/reason.ts'
import type { BodySpec, Processors } from './spec.ts'

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
  /** `$request` as the client made it, for rules that look at more than its marker. */
  asked: { readonly method: string; readonly path: string } | null
  /** `$response`, if it is there. */
  response: { status: number | 'bad'; badHeader: boolean; marker: number } | null
  /** What `$class` and `$rate` say. */
  rate: number | null
  /** It was made of several: a batch, or a window, whose `$` is that of some event in it or empty. */
  joined: 'batch' | 'window' | null
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

/** The events in a body; undefined: it cannot be decoded. */
export function eventsIn(text: string, { pre }: Processors): readonly Carried[] | undefined {
  const value = pre.length === 0 ? decode(text) : undefined
  if (pre.length === 0) return value === undefined ? undefined : [{ form: 'read', text, value }]
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const values = lines.map(decode)
  if (values.includes(undefined)) return undefined
  return values.map((value) => ({ form: 'made', value }))
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

/** Null: nobody knows. */
export function textOf(carried: Carried, { post }: Processors): string | null {
  const text = encoded(carried, post.length > 0)
  return text === null ? null : post.reduce(packed, text)
}

function packed(text: string, by: Processors['post'][number]): string {
  return by === 'lines' ? `${text}\n` : Buffer.from(text).toString('base64')
}

function encoded(carried: Carried, again: boolean): string | null {
  if (again && carried.form === 'read') return JSON.stringify(carried.value)
  if (carried.form === 'source') return carried.body.text
  if (carried.form !== 'made') return carried.text
  return holdsSome(carried.value) ? null : JSON.stringify(carried.value)
}

function holdsSome(value: Json): boolean {
  if (value === some) return true
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsSome)
}
