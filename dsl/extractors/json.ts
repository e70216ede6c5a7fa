import type { Extractor } from '#dsl/function.ts'
import { decodeJson, JsonError } from '#dsl/json.ts'
import type { Value } from '#dsl/value.ts'

/** tremor-script/src/tilde.rs, `json`. */
export default {
  name: 'json',
  doc: 'A JSON text. Gives its value.',
  examples: [
    { rule: '', input: '{"a": [1, 2.50]}', result: '{"a":[1,2.50]}' },
    { rule: '', input: '{badger', result: null },
  ],
  compile: () => ({ test: (input) => decode(input) !== undefined, extract: decode }),
} satisfies Extractor

function decode(input: string): Value | undefined {
  try {
    return decodeJson(input)
  } catch (error) {
    if (error instanceof JsonError) return undefined
    throw error
  }
}
