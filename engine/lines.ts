/** Lines of JSON as payloads: of a line only what somebody touches is decoded. */
import { decodeJson } from '#dsl/json.ts'
import { decodePart } from '#dsl/json-part.ts'
import { keysOf } from '#dsl/json-skim.ts'
import { Payload } from './payload.ts'

/**
 * Makes payloads of lines of which the members under `names` are touched, or all of them if it is undefined. Each line is seen to be
 * JSON either way. Throws `JsonError`.
 */
export function lineReader(names: readonly string[] | undefined): (line: Uint8Array) => Payload {
  const keys = names === undefined ? undefined : keysOf(names)
  if (keys === undefined) return decoded
  return (line) => {
    const part = decodePart(line, keys)
    return part === undefined ? decoded(line) : Payload.partly(part, '')
  }
}

function decoded(line: Uint8Array): Payload {
  return new Payload(null, line, decodeJson(line), '')
}
