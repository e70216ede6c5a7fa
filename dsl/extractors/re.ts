import type { Extractor } from '#dsl/function.ts'
import { namedGroups } from '#dsl/regex/captures.ts'
import { compileRegex } from '#dsl/regex/regex.ts'

/** tremor-script/src/tilde.rs, `re`. */
export default {
  name: 're',
  doc: 'A regular expression in Rust’s syntax that matches anywhere in the text. Gives the named groups that took part.',
  examples: [
    {
      rule: '^(?P<user>[a-z]+)@(?P<host>.+)$',
      input: 'snot@badger.com',
      result: '{"user":"snot","host":"badger.com"}',
    },
    { rule: '^http://.*/$', input: 'http://example.com/', result: '{}' },
    { rule: '(snot)?foo(?P<rest>.*)', input: 'foobar', result: '{"rest":"bar"}' },
    { rule: '^[0-9]+$', input: '4 2', result: null },
  ],
  compile(rule) {
    const pattern = compileRegex(rule)
    return {
      test: (input) => pattern.test(input),
      extract: (input) => {
        const match = pattern.find(input, 0)
        return match && Object.fromEntries(namedGroups(pattern, match))
      },
    }
  },
} satisfies Extractor
