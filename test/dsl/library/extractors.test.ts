/** Every example of every extractor gives what it says, and asking only whether it matches says the same. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { FunctionError } from '#dsl/function.ts'
import { compileGlob } from '#dsl/glob.ts'
import { encodeJson } from '#dsl/json.ts'
import { frame } from './frame.ts'
import { extractors } from './load.ts'

test('tremor has eleven extractors', () => assert.equal(extractors.size, 11))

for (const [name, extractor] of extractors) {
  describe(name, () => {
    test('shows a match and a miss', () => {
      const results = extractor.examples.map(({ result }) => result === null)
      assert.deepEqual([...new Set(results)].sort(), [false, true])
    })
    for (const { rule, input, result } of extractor.examples) {
      test(`${name}|${rule}| of ${input}`, () => {
        const compiled = extractor.compile(rule)
        const value = compiled.extract(input, frame())
        assert.equal(value === undefined ? null : encodeJson(value), result)
        assert.equal(compiled.test(input, frame()), result !== null)
      })
    }
  })
}

const bad: readonly (readonly [name: string, rule: string, message: RegExp])[] = [
  ['re', '(a', /not closed/],
  ['re', '(?=a)', /Look-around/],
  ['re', '(a)\\1', /Back references/],
  ['rerg', '*', /repeats nothing/],
  ['glob', 'a***', /one or two stars/],
  ['glob', 'a**b', /whole path segment/],
  ['glob', '[ab', /not closed/],
  ['kv', '%{key}=', /followed by "%\{val\}"/],
  ['kv', '%{key} %{val} ', /used twice/],
  ['dissect', '%{a}%{b}', /nothing between/],
  ['dissect', '%{a', /not closed/],
  ['dissect', '%{a:date}', /int, float or string/],
  ['dissect', '%{_(-)}-%{a}', /followed by itself/],
  ['grok', '%{SNOT:a}', /"SNOT" is not known/],
  ['cidr', '10.0.0.0/33', /Expected a network/],
  ['datetime', '%Y %Q', /not understood/],
]
for (const [name, rule, message] of bad) {
  test(`${name}|${rule}| is refused`, () => {
    assert.throws(
      () => extractors.get(name)!.compile(rule),
      (error) => error instanceof FunctionError && message.test(error.message),
    )
  })
}

test('a syslog line by grok, with optional parts that are absent', () => {
  const rule =
    '^<%{POSINT:pri}>(?:(?<version>\\d{1,3}) )?(?:%{SYSLOGTIMESTAMP:old}|%{TIMESTAMP_ISO8601:new}) %{SYSLOGHOST:host} (?:%{TIMESTAMP_ISO8601:ingest} )?%{GREEDYDATA:message}'
  const value = extractors
    .get('grok')!
    .compile(rule)
    .extract('<1>Jul   7 10:51:24 web01 2019-04-01T09:59:19+0010 foo bar', frame())
  assert.deepEqual(value, {
    pri: '1',
    version: '',
    old: 'Jul   7 10:51:24',
    new: '',
    host: 'web01',
    ingest: '2019-04-01T09:59:19+0010',
    message: 'foo bar',
  })
})

test('globs with many stars take linear time', () => {
  const matches = compileGlob(`${'a*'.repeat(30)}b?`)
  const start = performance.now()
  assert.equal(matches('a'.repeat(5000)), false)
  assert.ok(performance.now() - start < 1000)
})
