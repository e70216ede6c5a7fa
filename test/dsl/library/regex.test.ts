/** Rust's regular expressions: what they mean, what is refused, and that none of them can stop the process. */
import assert from 'node:assert/strict'
import process from 'node:process'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { FunctionError } from '#dsl/function.ts'
import { powerOf } from '#dsl/regex/cost.ts'
import { machineOf } from '#dsl/regex/machine.ts'
import { parseRegex } from '#dsl/regex/parse.ts'
import { compileRegex, LONGEST, Pattern } from '#dsl/regex/regex.ts'
import { Exhausted, renew } from '#dsl/work.ts'

const finds: readonly (readonly [
  regex: string,
  text: string,
  found: readonly (string | undefined)[] | null,
])[] = [
  ['(?P<a>[^s]*?)b', 'xaab', ['xaab', 'xaa']],
  ['(?<x.y>a)', 'a', ['a', 'a']],
  ['(?i)snot', 'xSNOT', ['SNOT']],
  ['a(?i)b|c', 'xB aB', ['aB']],
  ['(?i:a)b', 'Ab', ['Ab']],
  ['a.c', 'a\rc', ['a\rc']],
  ['a.c', 'a\nc', null],
  ['(?s)a.c', 'a\nc', ['a\nc']],
  ['^b$', 'a\nb\nc', null],
  ['(?m)^b$', 'a\nb\nc', ['b']],
  ['^a$', 'a\n', null],
  ['\\Aa\\z', 'a', ['a']],
  ['(?x) a b  # a comment\n c', 'abc', ['abc']],
  ['\\w+', 'äöü x', ['äöü']],
  ['\\d+', 'x٣', ['٣']],
  ['\\bfoo\\b', 'a foo b', ['foo']],
  ['\\bärger\\b', 'der ärger da', ['ärger']],
  ['\\p{Greek}+', 'xαβγ', ['αβγ']],
  ['\\pL+', '1ä2', ['ä']],
  ['[[:alpha:]&&[^a]]+', 'aabcd', ['bcd']],
  ['[a-z--[aeiou]]+', 'aeixyz', ['xyz']],
  ['[]a-]+', 'x]a-', [']a-']],
  ['[^\\d\\s]+', '12 ab', ['ab']],
  ['\\x41\\u{1F480}', 'A💀', ['A💀']],
  ['a{2,3}', 'aaaa', ['aaa']],
  ['a{2,3}?', 'aaaa', ['aa']],
  ['(a)|(b)', 'b', ['b', undefined, 'b']],
  ['}', '}', ['}']],
]

const refused: readonly (readonly [regex: string, message: RegExp])[] = [
  ['(a', /A group is not closed by "\)", at character 1/],
  ['a)', /closes no group, at character 2/],
  ['(?=a)', /Look-around is not supported/],
  ['(?<!a)', /Look-around is not supported/],
  ['(a)\\1', /Back references are not supported/],
  ['*a', /"\*" repeats nothing/],
  ['a{3,2}', /bounds in the wrong order/],
  ['a{2000}', /counts to 1000/],
  ['[a', /class is not closed/],
  ['[z-a]', /runs backwards/],
  ['\\q', /escape "\\q" is not known/],
  ['\\p{Snot}', /class "\\p\{Snot\}" is not known/],
  ['[[:snot:]]', /class "\[:snot:\]" is not known/],
  ['(?P<a>x)(?P<a>y)', /"a" is used twice/],
  ['(?U)a', /flag "U" is not supported/],
  ['('.repeat(200), /nest deeper/],
]

for (const [regex, text, found] of finds) {
  test(`${regex} in ${JSON.stringify(text)}`, () => {
    const { root, names } = parseRegex(regex)
    assert.deepEqual(groups(new Pattern({ root, names }).find(text, 0)), found)
    assert.deepEqual(groupsBySlots(machineOf(root, names.length)!.find(text, 0), text), found)
  })
}

for (const [regex, message] of refused) {
  test(`${regex.slice(0, 20)} is refused`, () => {
    assert.throws(
      () => compileRegex(regex),
      (error) => error instanceof FunctionError && message.test(error.message),
    )
  })
}

test('a text longer than 64 KiB is refused', () => {
  assert.throws(() => compileRegex('a').test('a'.repeat(LONGEST + 1)), /at most 65536 characters/)
})

test('a pattern too large for the machine is refused on a long text, and runs on a short one', () => {
  const pattern = compileRegex('(?:(?:a{1,200}){1,200})+$')
  assert.equal(pattern.test('aaa'), true)
  assert.throws(() => pattern.test('a'.repeat(5000)), /too complex for a text of 5000 characters/)
})

describe('a search takes no longer than a moment', () => {
  const evil: readonly (readonly [regex: string, text: string])[] = [
    ['(a+)+$', `${'a'.repeat(30_000)}!`],
    ['^(?:(?:a|a)*)*$', `${'a'.repeat(30_000)}!`],
    ['([a-zA-Z]+)*$', `${'a'.repeat(30_000)}!`],
    ['(x+x+)+y', 'x'.repeat(30_000)],
    ['\\s+$', `${' '.repeat(30_000)}x`],
    ['(.*)(.*)(.*)(.*)x', 'a'.repeat(30_000)],
    ['(.*)a(.*)b(.*)c(.*)d$', 'ab'.repeat(15_000)],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(30_000)],
    ['(?:[a-z]{1,30}[0-9]*){1,30}!$', 'a1b2'.repeat(5000)],
    ['(?:[a-z]+[0-9]*){1,20}!$', 'a1b2'.repeat(5000)],
    ['\\w(?:.*Z)?', 'a'.repeat(60_000)],
    ['(a|aa)+$', `${'a'.repeat(30_000)}!`],
    ['(.*?,){11}P', '1,2,3,4,5,6,7,8,9,10,11,12,13,14,'.repeat(200)],
  ]
  for (const [regex, text] of evil) {
    test(regex, () => {
      const pattern = compileRegex(regex)
      for (const search of [() => pattern.test(text), () => [...pattern.findAll(text)]]) {
        renew()
        const start = process.cpuUsage()
        withinAllowance(search)
        assert.ok(process.cpuUsage(start).user < 500_000)
      }
    })
  }
})

/** It ends, or it ends the script. */
function withinAllowance(search: () => unknown): void {
  try {
    search()
  } catch (error) {
    assert.ok(error instanceof Exhausted, String(error))
  }
}

test('what cannot go astray stays with the native engine', () => {
  for (const [regex, power] of [
    ['^(\\w+) (\\S+) (\\d+)$', 1],
    ['^[a-z]{3}-\\d\\d$', 0],
    ['snot', 1],
    ['^"(?:\\\\.|[^\\\\"])*"$', 1],
    ['^(?:GET|POST) ', 0],
  ] as const) {
    assert.equal(powerOf(parseRegex(regex).root), power, regex)
  }
})

test('the machine finds what the native engine finds', () => {
  // What is repeated takes at least one character: where a turn takes none, JavaScript drops it and Rust does not.
  const atom = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\w', 'ä', '\\d')
  const signs = fc.constantFrom('*', '+', '?', '*?', '+?', '??', '{2}', '{1,3}')
  const { regex } = fc.letrec<{ solid: string; regex: string }>((tie) => ({
    solid: fc.oneof(
      { depthSize: 'small' },
      atom,
      fc.tuple(tie('solid'), tie('solid')).map((parts) => parts.join('')),
      fc.tuple(tie('solid'), tie('solid')).map((options) => `(${options.join('|')})`),
      tie('solid').map((inner) => `(?:${inner})+`),
    ),
    regex: fc.oneof(
      { depthSize: 'small' },
      tie('solid'),
      fc.constantFrom('\\b', '^', '$', '(?m:^)', '(?m:$)'),
      fc.tuple(tie('regex'), tie('regex')).map((parts) => parts.join('')),
      fc.tuple(tie('regex'), tie('regex')).map((options) => `(${options.join('|')})`),
      fc.tuple(tie('solid'), signs).map(([inner, sign]) => `(?:${inner})${sign}`),
    ),
  }))
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'ä', '1', ' ', '\n', '💀'), maxLength: 12 })
  fc.assert(
    fc.property(regex, text, (source, input) => {
      const { root, names } = parseRegex(source)
      const native = new Pattern({ root, names }).find(input, 0)
      const slots = machineOf(root, names.length)!.find(input, 0)
      assert.deepEqual(slots && [slots[0], slots[1]], native && [native.start, native.end])
    }),
    { numRuns: 1500 },
  )
})

/** Patterns of grok may look at one character before and behind, which the machine does by itself. */
const looks: readonly (readonly [
  regex: string,
  text: string,
  found: readonly (string | undefined)[] | null,
])[] = [
  ['(?<!x)(a+)(?!b)', 'xaab aa', ['aa', 'aa']],
  ['(?<!x)(a+)(?!b)', 'xab', null],
  ['(?<!x)a', 'a', ['a']],
  ['(?<=x)(a)', 'a xa', ['a', 'a']],
  ['(?<=x)a', 'a', null],
  ['a(?=b)(b|c)?', 'ac ab', ['ab', 'b']],
  ['a(?!b)', 'a', ['a']],
  ['a(?=b)', 'a', null],
]
for (const [regex, text, found] of looks) {
  test(`${regex} in ${JSON.stringify(text)}, by the engine and by the machine`, () => {
    const { root, names } = parseRegex(regex, { lookAround: true })
    assert.deepEqual(groups(new Pattern({ root, names }).find(text, 0)), found)
    assert.deepEqual(groupsBySlots(machineOf(root, names.length)!.find(text, 0), text), found)
  })
}

type Slots = ReturnType<NonNullable<ReturnType<typeof machineOf>>['find']>

function groupsBySlots(slots: Slots, text: string): readonly (string | undefined)[] | null {
  if (slots === undefined) return null
  return Array.from({ length: slots.length / 2 }, (_, group) => {
    const [start, end] = [slots[group * 2]!, slots[group * 2 + 1]!]
    return start < 0 ? undefined : text.slice(start, end)
  })
}

function groups(match: ReturnType<Pattern['find']>): readonly (string | undefined)[] | null {
  return match === undefined ? null : [...match.groups]
}
