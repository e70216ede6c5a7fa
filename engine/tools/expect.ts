/** Comparing what happened with what a test says. A complaint is a sentence part: `expected …, found …`. */
import { encodeJson } from '#dsl/json.ts'
import { same } from '#dsl/same.ts'
import { fieldOf, isRecord, type Rec, type Value } from '#dsl/value.ts'

/** Undefined if the value is the expected one, type by type: 1 is not 1.0. */
export function differs(what: string, expected: Value, found: Value): string | undefined {
  if (same(expected, found)) return undefined
  return `Expected ${what} ${encodeJson(expected)}, found ${encodeJson(found)}`
}

/** Undefined if the value holds what is expected: of records the fields that are written, of arrays every element. */
export function lacks(what: string, expected: Value, found: Value): string | undefined {
  const path = missing(expected, found, '')
  if (path === undefined) return undefined
  return `Expected ${what}${path} to hold ${shown(at(expected, path))}, found ${shown(at(found, path))}`
}

/** The path to the first place where something is missing or other than expected. */
function missing(expected: Value, found: Value | undefined, path: string): string | undefined {
  if (isRecord(expected) && found !== undefined && isRecord(found)) {
    for (const [key, value] of Object.entries(expected as Rec)) {
      const inside = missing(value, fieldOf(found, key), `${path}.${key}`)
      if (inside !== undefined) return inside
    }
    return undefined
  }
  if (Array.isArray(expected) && Array.isArray(found) && expected.length === found.length) {
    for (const [index, item] of expected.entries()) {
      const inside = missing(item, found[index], `${path}.${index}`)
      if (inside !== undefined) return inside
    }
    return undefined
  }
  return found !== undefined && same(expected, found) ? undefined : path
}

function at(value: Value, path: string): Value | undefined {
  let here: Value | undefined = value
  for (const step of path.split('.').slice(1)) {
    if (Array.isArray(here)) here = here[Number(step)]
    else here = here !== undefined && isRecord(here) ? fieldOf(here, step) : undefined
  }
  return here
}

function shown(value: Value | undefined): string {
  return value === undefined ? 'nothing' : encodeJson(value)
}
