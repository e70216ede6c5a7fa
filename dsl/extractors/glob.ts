import type { Extractor } from '#dsl/function.ts'
import { compileGlob, shapeOf } from '#dsl/glob.ts'

/** tremor-script/src/tilde.rs, `glob`. */
export default {
  name: 'glob',
  doc: 'A shell pattern for the whole text: `*` any run of characters, `?` one, `[a-z]` one of a set, `[!a]` one outside. Gives `true`.',
  examples: [
    { rule: 'INFO*', input: 'INFO stuff', result: 'true' },
    { rule: '*.log', input: 'snot.log', result: 'true' },
    { rule: 'a?c[0-9]', input: 'aäc7', result: 'true' },
    { rule: 'etc/**/*.yaml', input: 'etc/a/b/c.yaml', result: 'true' },
    { rule: 'snot*badger', input: 'snot badger!', result: null },
  ],
  compile(rule) {
    const matches = compileGlob(rule)
    const shape = shapeOf(rule)
    return { ...(shape && { shape }), test: matches, extract: (input) => (matches(input) ? true : undefined) }
  },
} satisfies Extractor
