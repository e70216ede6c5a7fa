import { FunctionError } from '#dsl/function.ts'
import { decodeJson, encodePretty, JsonError } from '#dsl/json.ts'
import { fn, module } from '#dsl/stdlib.ts'
import type { Value } from '#dsl/value.ts'
import { jsonText } from '#dsl/work.ts'

export default module({
  doc: 'JSON texts and the values they write.',
  registry: 'json',
  functions: {
    decode: fn({
      doc: 'The value a JSON text writes.',
      args: [['text', 'string']],
      returns: 'any',
      examples: [
        ['json::decode("{\\"a\\": [1, 2.50]}")', '{"a":[1,2.50]}'],
        ['json::decode("[1,]")', 'error: Expected a JSON value at line 1, column 4, found "]"'],
      ],
      run: (text) => guarded(() => decodeJson(text)),
    }),
    encode: fn({
      doc: 'The value as JSON on one line.',
      args: [['value', 'any']],
      returns: 'string',
      examples: [['json::encode({"a": [1, 2.0]})', '"{\\"a\\":[1,2.0]}"']],
      run: (value) => guarded(() => jsonText(value)),
    }),
    encode_pretty: fn({
      doc: 'The value as JSON over several lines, indented by two blanks.',
      args: [['value', 'any']],
      returns: 'string',
      examples: [['json::encode_pretty([1, {}])', '"[\\n  1,\\n  {}\\n]"']],
      run: (value) => guarded(() => encodePretty(value)),
    }),
  },
})

function guarded<T extends Value>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof JsonError) throw new FunctionError(error.message)
    throw error
  }
}
