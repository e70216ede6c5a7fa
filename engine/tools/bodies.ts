/** Bodies and header fields as they are written in tests. */
import { decodeJson, encodeJson, JsonError } from '#dsl/json.ts'
import type { Value } from '#dsl/value.ts'

/** A text goes out as it is, nothing as nothing, any other value as JSON. */
export function bodyOf(body: Value | undefined): string {
  if (body === undefined) return ''
  return typeof body === 'string' ? body : encodeJson(body)
}

/** The media type of what is not a text of its own. */
export function mediaTypeOf(body: Value | undefined): string | undefined {
  return body === undefined || typeof body === 'string' ? undefined : 'application/json'
}

/** JSON if it is said to be, or nothing is said and it is; else the text. */
export function bodyValue(text: string, contentType: string): Value {
  if (contentType !== '' && !/\bjson\b/i.test(contentType)) return text
  try {
    return decodeJson(text)
  } catch (error) {
    if (error instanceof JsonError) return text
    throw error
  }
}

/** name, value, name, value … */
export function listOf(headers: Readonly<Record<string, string | readonly string[]>>): string[] {
  return Object.entries(headers).flatMap(([name, values]) =>
    [values].flat().flatMap((value) => [name, value]),
  )
}
