import { encodeJson } from '#dsl/json.ts'
import { CodecError, defineCodec } from '../codec.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export default defineCodec({
  doc: 'Text as it is, in UTF-8. Values that are not text are written as JSON.',
  mime: ['text/plain', 'text/html'],
  structured: false,
  examples: [
    { bytes: 'snot', value: '"snot"' },
    { bytes: '{"a":1}', value: '{"a":1}', encodeOnly: true },
  ],
  decode(bytes) {
    try {
      return decoder.decode(bytes)
    } catch {
      throw new CodecError('Cannot decode text: it is not valid UTF-8')
    }
  },
  encode: (value) =>
    typeof value === 'string' ? value : value instanceof Uint8Array ? value : encodeJson(value),
})
