/** An event as one line of JSON for whoever looks on: without the secrets that its names give away, and without a body that nobody read. */

import { encodeJson } from '#dsl/json.ts'
import { HIDDEN, hideInText, isSecretName } from '#dsl/secrets.ts'
import { isRecord, type Rec, type Value } from '#dsl/value.ts'
import type { Event } from '../event.ts'

const MOST_DEPTH = 32

export function eventText(port: string, event: Event, atMs: number): string {
  const { payload } = event
  const body: Rec =
    payload.value !== undefined
      ? { value: masked(payload.value, 0) }
      : { body: payload.bytes === null ? 'streamed' : `${payload.bytes.length} octets, not decoded` }
  const failure: Rec = event.failure === null ? {} : { failure: event.failure.reason }
  const line: Rec = {
    at: new Date(atMs).toISOString(),
    port,
    event_id: event.id.toString(),
    ...failure,
    meta: masked(event.meta, 0),
    ...body,
  }
  return `${encodeJson(line)}\n`
}

function masked(value: Value, depth: number): Value {
  if (depth > MOST_DEPTH) return '…'
  if (typeof value === 'string') return hideInText(value)
  if (Array.isArray(value)) return value.map((each) => masked(each, depth + 1))
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, field(key, each, depth)]))
}

function field(name: string, value: Value, depth: number): Value {
  if (value !== null && isSecretName(name)) return HIDDEN
  // A query stands without the question mark by which its parameters are told.
  if (name === 'query' && typeof value === 'string') return hideInText(`?${value}`).slice(1)
  return masked(value, depth + 1)
}
