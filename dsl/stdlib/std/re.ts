import { compileRegex, type Match, type Pattern } from '#dsl/regex/regex.ts'
import { fn, module } from '#dsl/stdlib.ts'

export default module({
  doc: 'Regular expressions in the syntax of Rust. The expression is the first argument; texts are up to 64 KiB long.',
  registry: 're',
  functions: {
    replace: fn({
      doc: 'The text with the first match replaced. `$1`, `$name` and `${name}` stand for groups, `$$` for a dollar sign.',
      args: [
        ['regex', 'string'],
        ['text', 'string'],
        ['replacement', 'string'],
      ],
      returns: 'string',
      examples: [
        ['re::replace("c", "abaca", "b")', '"ababa"'],
        ['re::replace("(?P<user>[a-z]+)@([a-z]+)", "snot@badger", "$2 $user")', '"badger snot"'],
        [
          're::replace("(", "a", "b")',
          'error: A group is not closed by ")", at character 1 of the regular expression',
        ],
      ],
      run: (regex, text, replacement) => {
        const pattern = compileRegex(regex)
        const match = pattern.find(text, 0)
        return match === undefined ? text : replaced(pattern, text, { matches: [match], replacement })
      },
    }),
    replace_all: fn({
      doc: 'The text with every match replaced, as in `replace`.',
      args: [
        ['regex', 'string'],
        ['text', 'string'],
        ['replacement', 'string'],
      ],
      returns: 'string',
      examples: [
        ['re::replace_all("c", "abacaca", "b")', '"abababa"'],
        ['re::replace_all("a*", "baac", "-")', '"-b-c-"'],
      ],
      run: (regex, text, replacement) => {
        const pattern = compileRegex(regex)
        return replaced(pattern, text, { matches: pattern.findAll(text), replacement })
      },
    }),
    is_match: fn({
      doc: 'Whether the expression matches anywhere in the text.',
      args: [
        ['regex', 'string'],
        ['text', 'string'],
      ],
      returns: 'bool',
      examples: [
        ['re::is_match("^[0-9]+$", "42")', 'true'],
        ['re::is_match("(?i)SNOT", "a snotty badger")', 'true'],
        ['re::is_match("^[0-9]+$", "4 2")', 'false'],
      ],
      run: (regex, text) => compileRegex(regex).test(text),
    }),
    split: fn({
      doc: 'The pieces of the text between the matches.',
      args: [
        ['regex', 'string'],
        ['text', 'string'],
      ],
      returns: 'array',
      examples: [['re::split("[,;] *", "a, b;c,")', '["a","b","c",""]']],
      run: (regex, text) => {
        const pieces: string[] = []
        let at = 0
        for (const { start, end } of compileRegex(regex).findAll(text)) {
          pieces.push(text.slice(at, start))
          at = end
        }
        pieces.push(text.slice(at))
        return pieces
      },
    }),
  },
})

function replaced(
  pattern: Pattern,
  text: string,
  by: { matches: Iterable<Match>; replacement: string },
): string {
  let result = ''
  let at = 0
  for (const match of by.matches) {
    result += text.slice(at, match.start) + expand(by.replacement, pattern, match)
    at = match.end
  }
  return result + text.slice(at)
}

/** A group that does not exist or took no part is empty; a name is as long as it can be: `$1a` is the group "1a". */
function expand(replacement: string, pattern: Pattern, { groups }: Match): string {
  return replacement.replace(
    /\$(?:\$|([0-9A-Za-z_]+)|\{([^}]*)\})/g,
    (whole, bare?: string, braced?: string) => {
      if (whole === '$$') return '$'
      const name = (bare ?? braced)!
      const number = /^[0-9]+$/.test(name) ? Number(name) : pattern.names.indexOf(name)
      return groups[number] ?? ''
    },
  )
}
