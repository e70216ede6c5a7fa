import { fromBase64, fromUtf8 } from '#dsl/bytes.ts'
import type { Extractor } from '#dsl/function.ts'

/** tremor-script/src/tilde.rs, `base64`. */
export default {
  name: 'base64',
  doc: 'Base64 of a UTF-8 text, padding optional. Gives the text.',
  examples: [
    { rule: '', input: '8J+MiiBzbm90IGJhZGdlcg==', result: '"🌊 snot badger"' },
    { rule: '', input: 'sn!ot', result: null },
    { rule: '', input: '/w==', result: null },
  ],
  compile: () => ({ test: (input) => decode(input) !== undefined, extract: decode }),
} satisfies Extractor

function decode(input: string): string | undefined {
  const bytes = fromBase64(input)
  return bytes && fromUtf8(bytes)
}
