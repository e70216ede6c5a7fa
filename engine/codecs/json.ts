import { decodeJson, encodeJson, JsonError } from '#dsl/json.ts'
import { decodePart, encodePart } from '#dsl/json-part.ts'
import { CodecError, defineCodec } from '../codec.ts'

export default defineCodec({
  doc: 'JSON (RFC 8259). Numbers that nothing changes keep their text: `12345678901234567890`, `1.0`, `1e2`.',
  mime: ['application/json'],
  structured: true,
  examples: [
    { bytes: '{"a":[1,1.0,12345678901234567890]}', value: '{"a":[1,1.0,12345678901234567890]}' },
    { bytes: '"snot"', value: '"snot"' },
  ],
  decode(bytes) {
    try {
      return decodeJson(bytes)
    } catch (error) {
      if (error instanceof JsonError) throw new CodecError(error.message)
      throw error
    }
  },
  encode: encodeJson,
  decodePart,
  encodePart,
})
