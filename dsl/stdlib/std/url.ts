import { fromUtf8, toUtf8 } from '#dsl/bytes.ts'
import { FunctionError } from '#dsl/function.ts'
import { fn, module } from '#dsl/stdlib.ts'

export default module({
  doc: 'Percent-encoding (RFC 3986 section 2.1).',
  registry: 'url',
  functions: {
    encode: fn({
      doc: 'Every byte that is no ASCII letter or digit as `%XX`, dashes and dots too.',
      args: [['text', 'string']],
      returns: 'string',
      examples: [['url::encode("snot & bädger.txt")', '"snot%20%26%20b%C3%A4dger%2Etxt"']],
      run: (text) => text.replace(/[^A-Za-z0-9]+/g, escapeBytes),
    }),
    decode: fn({
      doc: 'The text with every `%XX` turned back into its byte. A `+` stays, a `%` without two hex digits too.',
      args: [['text', 'string']],
      returns: 'string',
      examples: [
        ['url::decode("b%C3%A4dger+100%")', '"bädger+100%"'],
        ['url::decode("%ff")', 'error: The decoded bytes are not UTF-8, found "%ff"'],
      ],
      run: (text) => {
        const decoded = text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => unescapeBytes(run) ?? '\ud800')
        // Bytes that are no text leave a lone surrogate, which no well-formed text has.
        if (decoded.isWellFormed()) return decoded
        throw new FunctionError(`The decoded bytes are not UTF-8, found ${JSON.stringify(text)}`)
      },
    }),
  },
})

function escapeBytes(text: string): string {
  let escaped = ''
  for (const byte of toUtf8(text)) escaped += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  return escaped
}

function unescapeBytes(run: string): string | undefined {
  return fromUtf8(
    Uint8Array.from({ length: run.length / 3 }, (_, at) =>
      Number.parseInt(run.slice(at * 3 + 1, at * 3 + 3), 16),
    ),
  )
}
