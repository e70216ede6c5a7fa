import { encodeJson } from '#dsl/json.ts'
import { defineCodec } from '../codec.ts'

export default defineCodec({
  doc: 'Bytes as they are. Text is written in UTF-8, other values as JSON.',
  mime: ['application/octet-stream'],
  structured: false,
  examples: [
    { bytes: 'snot', value: '"c25vdA=="', decodeOnly: true },
    { bytes: 'snot', value: '"snot"', encodeOnly: true },
  ],
  decode: (bytes) => bytes,
  encode: (value) => (value instanceof Uint8Array || typeof value === 'string' ? value : encodeJson(value)),
})
