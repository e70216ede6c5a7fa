import assert from 'node:assert/strict'
import { test } from 'node:test'
import { spanOf } from '#dsl/source.ts'
import { fillIn, parseAddress, placeholdersIn, printAddress } from '#engine/address.ts'

const parse = (text: string, form: 'port' | 'instance' = 'port') => {
  const source = { name: 'a.yaml', text: `"${text}"` }
  return parseAddress(text, spanOf(source, 0, text.length + 2), form)
}

for (const [written, printed] of [
  ['/onramp/http_in/01/out', '/onramp/http_in/01/out'],
  ['/pipeline/system::passthrough/system/in', '/pipeline/system::passthrough/system/in'],
  ['/offramp/up-01/{instance}/in', '/offramp/up-01/{instance}/in'],
  ['/offramp/up{n}/a{x}b/in', '/offramp/up{n}/a{x}b/in'],
  ['tremor://localhost/onramp/http_in/01/out', '/onramp/http_in/01/out'],
  ['tremor:///onramp/http_in/%7Binstance%7D/out', '/onramp/http_in/{instance}/out'],
] as const) {
  test(`${written} is an address`, () => {
    const { address, findings } = parse(written)
    assert.deepEqual(findings, [])
    assert.equal(printAddress(address!), printed)
  })
}

test('a mapping names an instance, without a port', () => {
  assert.deepEqual(parse('/binding/main/01', 'instance').address, {
    kind: 'binding',
    id: 'main',
    instance: '01',
  })
  assert.match(parse('/binding/main/01/in', 'instance').findings[0]!.message, /there are too many segments/)
})

test('without the leading slash it is read all the same, with a warning that mends it', () => {
  const { address, findings } = parse('onramp/http_in/{instance}/in')
  assert.equal(printAddress(address!), '/onramp/http_in/{instance}/in')
  assert.equal(findings[0]!.code, 'W0612')
  assert.deepEqual(
    findings[0]!.fix!.map(({ span, text }) => [span.start, span.end, text]),
    [[1, 1, '/']],
  )
})

for (const [written, message] of [
  ['/onramp', /segments are missing/],
  ['/onramp/a/b/c/d', /there are too many segments/],
  ['/onrmp/a/b/out', /there is no kind "onrmp"/],
  ['/onramp//b/out', /a segment is empty/],
  ['/onramp/a/{b/out', /"\{b" is no segment/],
  ['/onramp/a b/c/out', /"a b" is no segment/],
  ['tremor://elsewhere/onramp/a/b/out', /names another host/],
  ['', /a segment is empty/],
] as const) {
  test(`${JSON.stringify(written)} is none`, () => {
    const { address, findings } = parse(written)
    assert.equal(address, undefined)
    assert.match(findings.at(-1)!.message, message)
  })
}

test('a port that is missing is left to the check that knows which ports there are', () => {
  assert.deepEqual(parse('/onramp/http_in/01'), {
    address: { kind: 'onramp', id: 'http_in', instance: '01' },
    findings: [],
  })
})

test('placeholders are filled in everywhere, several at once', () => {
  const { address } = parse('/offramp/up{n}/{zone}-{n}/in')
  assert.equal(printAddress(fillIn(address!, { n: '1', zone: 'eu' })), '/offramp/up1/eu-1/in')
  assert.deepEqual(placeholdersIn(printAddress(address!)), ['n', 'zone', 'n'])
  assert.equal(printAddress(fillIn(address!, { n: '1' })), '/offramp/up1/{zone}-1/in')
})
