import { createHash } from 'node:crypto'
import { Float } from '#dsl/value.ts'

/**
 * The checked form of a node as a short text: equal for equal content, whatever the layout and the order of keys in the
 * file. A digest, so that secrets do not travel with it.
 */
export function formOf(value: unknown): string {
  return createHash('sha256').update(stable(value)).digest('base64url')
}

function stable(value: unknown): string {
  if (value instanceof Float) return `f${value.text ?? value.value}`
  if (typeof value === 'bigint') return `${value}`
  if (Array.isArray(value)) return `[${value.map(stable).join(',')}]`
  if (typeof value !== 'object' || value === null)
    return value === undefined ? 'undefined' : JSON.stringify(value)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${stable(each)}`).join(',')}}`
}
