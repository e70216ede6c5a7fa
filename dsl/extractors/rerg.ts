import type { Extractor } from '#dsl/function.ts'
import { namedGroups } from '#dsl/regex/captures.ts'
import { compileRegex } from '#dsl/regex/regex.ts'
import type { Value } from '#dsl/value.ts'

/** tremor-script/src/tilde.rs, `rerg`. There a rule without a hit matches too, as soon as its result is used; here it does not. */
export default {
  name: 'rerg',
  doc: 'A regular expression matched as often as it can be. Gives for each named group the array of what it captured.',
  examples: [
    {
      rule: '(?P<key>[^=]+)=(?P<val>[^&]+)&',
      input: 'foo=bar&baz=bat&',
      result: '{"key":["foo","baz"],"val":["bar","bat"]}',
    },
    { rule: '(?P<number>[0-9]+)', input: 'none', result: null },
  ],
  compile(rule) {
    const pattern = compileRegex(rule)
    return {
      test: (input) => pattern.test(input),
      extract: (input) => {
        const found = new Map<string, Value[]>()
        let hit = false
        for (const match of pattern.findAll(input)) {
          hit = true
          for (const [name, text] of namedGroups(pattern, match)) {
            const texts = found.get(name)
            if (texts === undefined) found.set(name, [text])
            else texts.push(text)
          }
        }
        return hit ? Object.fromEntries(found) : undefined
      },
    }
  },
} satisfies Extractor
