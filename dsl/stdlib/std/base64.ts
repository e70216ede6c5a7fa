import { fromBase64, toBase64 } from '#dsl/bytes.ts'
import { FunctionError } from '#dsl/function.ts'
import { fn, module } from '#dsl/stdlib.ts'

export default module({
  doc: 'Bytes as text in the base64 alphabet (RFC 4648 section 4).',
  registry: 'base64',
  functions: {
    encode: fn({
      doc: 'The bytes as base64, with padding.',
      args: [['bytes', 'bytes']],
      returns: 'string',
      examples: [['base64::encode(<< "snot"/binary >>)', '"c25vdA=="']],
      run: toBase64,
    }),
    decode: fn({
      doc: 'The bytes of a base64 text. Padding may be left out.',
      args: [['text', 'string']],
      returns: 'bytes',
      examples: [
        ['binary::into_bytes(base64::decode("c25vdA=="))', '[115,110,111,116]'],
        ['base64::decode("c25v dA==")', 'error: The text is not base64, found "c25v dA=="'],
      ],
      run: (text) => {
        const bytes = fromBase64(text)
        if (bytes === undefined)
          throw new FunctionError(`The text is not base64, found ${JSON.stringify(text)}`)
        return bytes
      },
    }),
  },
})
