/** A document of which only some members are decoded: it is JSON or it is left to the whole decoding, and what nobody touched leaves as it came. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { decodeJson, encodeSorted } from '#dsl/json.ts'
import { decodePart, encodePart, wholeOf } from '#dsl/json-part.ts'
import { readExactly } from '#dsl/json-reader.ts'
import { keysOf, MOST_KEYS, skim } from '#dsl/json-skim.ts'
import type { Rec, Value } from '#dsl/value.ts'

const keys = keysOf(['a', 'bc', 'tags', 'é'])!
const bytesOf = (text: string): Uint8Array => Buffer.from(text)

const members: readonly (readonly [document: string, members: string])[] = [
  ['{}', '{}'],
  [' { } ', '{}'],
  ['{"a":1}', '{"a":1}'],
  ['{"x":1,"a":{"a":2},"y":[{"a":3}]}', '{"a":{"a":2}}'],
  ['{"a":[],"bc":[1,"x",-2,true,null,[{}]]}', '{"a":[],"bc":[1,"x",-2,true,null,[{}]]}'],
  ['{"a":[ "x" , 12 ],"bc":"y"}', '{"a":["x",12],"bc":"y"}'],
  ['{"a":1.0,"bc":12345678901234567,"tags":1e2}', '{"a":1.0,"bc":12345678901234567,"tags":1e2}'],
  ['{"a":"\\u0041\\n","bc":"\\""}', '{"a":"A\\n","bc":"\\""}'],
  ['{"é":"ü","b":"€"}', '{"é":"ü"}'],
  ['{"a":true,"bc":false,"tags":null}', '{"a":true,"bc":false,"tags":null}'],
  ['{"a":-0.5,"x":0.0,"y":-1,"z":123456789012345678}', '{"a":-0.5}'],
  ['{"x":{"a":1},"x":{"a":2},"a":3}', '{"a":3}'],
  ['{"":1,"ab":2,"A":3,"a":4}', '{"a":4}'],
]
describe('the members that were asked for', () => {
  for (const [document, expected] of members) {
    test(document, () => {
      const part = decodePart(bytesOf(document), keys)
      assert.equal(encodeSorted(part!.value), encodeSorted(decodeJson(expected)))
    })
  }
})

describe('what is in doubt is left to the whole decoding', () => {
  const doubtful = {
    'no record': ['[]', '1', '"a"', 'null', ''],
    'a key asked for that comes twice': ['{"a":1,"a":2}'],
    'an escape in a key': ['{"\\u0061":1}', '{"x\\n":1}'],
    'numbers that may be out of range': ['{"x":1e400}', '{"x":18446744073709551616}', '{"x":1E-999}'],
    'too deep': [`{"x":${'['.repeat(128)}${']'.repeat(128)}}`],
    'a byte order mark': ['\ufeff{}'],
  }
  for (const [why, documents] of Object.entries(doubtful)) {
    for (const document of documents)
      test(`${why}: ${document.slice(0, 40)}`, () => assert.equal(skim(bytesOf(document), keys), undefined))
  }
  test('bytes that are not UTF-8', () => {
    assert.equal(decodePart(Buffer.from('{"x":"\xff"}', 'latin1'), keys), undefined)
  })
  test('as many keys as there is room for, and no more', () => {
    const names = Array.from({ length: MOST_KEYS }, (_, at) => `key${at}`)
    const members = Object.fromEntries(names.map((name, at) => [name, at]))
    const document = JSON.stringify({ ...members, others: 'x'.repeat(1000) })
    assert.deepEqual(decodePart(bytesOf(document), keysOf(names)!)!.value, members)
    assert.equal(keysOf([...names, 'more']), undefined)
    assert.equal(keysOf(['x'.repeat(65)]), undefined)
  })
  test('a document of which most is asked for', () => {
    const long = 'x'.repeat(100)
    assert.equal(decodePart(bytesOf(`{"a":"${long}","x":"${long.slice(50)}"}`), keys), undefined)
    assert.notEqual(decodePart(bytesOf(`{"a":"${long}","x":"${long}${long}"}`), keys), undefined)
  })
  test('128 levels are none too many', () => {
    assert.notEqual(skim(bytesOf(`{"x":${'['.repeat(127)}${']'.repeat(127)}}`), keys), undefined)
  })
})

const wrong = [
  ...[
    '{',
    '}',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{,}',
    '{"a":1 "bc":2}',
    '{"a":1}}',
    '{"a":1}{}',
    '{"a":1]',
    '{a:1}',
  ],
  ...[
    '{"a":[}',
    '{"a":[1,]}',
    '{"a":[1 2]}',
    '{"a":[,1]}',
    "{'a':1}",
    '{"a":1}x',
    '{"a"::1}',
    '{"x":1}\u0000',
  ],
  ...['01', '-', '-01', '1.', '.5', '+1', '1e', '1e+', '0x1', 'NaN', 'Infinity', '-a', '1.e1', '1..2', '--1'],
  ...['tru', 'trues', 'True', 'nul', 'nulll', 'fals', 'falsey', 't', 'undefined'].map(
    (word) => `{"x":${word}}`,
  ),
  ...['"', '"\n"', '"\u0001"', '"\\x"', '"\\u12g4"', '"\\u123', '"\\', '"a', '"\\u00"', "'a'"].map(
    (text) => `{"x":${text}}`,
  ),
].map((text) => (/^[-.+0-9NI]/.test(text) ? `{"x":${text}}` : text))

for (const document of wrong) {
  test(`${JSON.stringify(document)} is no JSON`, () => {
    assert.throws(() => readExactly(document))
    assert.equal(skim(bytesOf(document), keys), undefined)
  })
}

const name = fc.oneof(
  fc.constantFrom('a', 'bc', 'tags', 'x', 'é'),
  fc.string({ unit: 'binary', maxLength: 20 }),
)
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Value>(null, true, false, 0, -1, 1.5, 12, 'tag1', '', 'a"b\\c', '\u0001', 'ü', '😀'),
    fc.string({ unit: 'binary', maxLength: 40 }).map((text) => text.toWellFormed()),
    fc.integer(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 3 }), tie('value'), { maxKeys: 4 }) as fc.Arbitrary<Rec>,
  ),
}))
const record = fc
  .uniqueArray(fc.tuple(name, value), { maxLength: 8, selector: ([key]) => key.toWellFormed() })
  .map((fields) => fields.filter(([key]) => key !== '__proto__' && !/^\d/.test(key)))
const blanks = fc.constantFrom('', '', ' ', '\n\t')

function write(fields: readonly (readonly [string, Value])[], blank: string): string {
  const parts = fields.map(
    ([key, item]) =>
      `${blank}${JSON.stringify(key.toWellFormed())}${blank}:${blank}${JSON.stringify(item, null, blank === '' ? 0 : 1)}`,
  )
  return `${blank}{${parts.join(`${blank},`)}${blank}}${blank}`
}

test('a document of which a part was decoded and changed is the whole one, changed', () => {
  const changes = fc.array(
    fc.tuple(fc.constantFrom('a', 'bc', 'tags', 'é'), fc.option(value, { nil: undefined })),
    {
      maxLength: 4,
    },
  )
  fc.assert(
    fc.property(record, blanks, changes, (fields, blank, wanted) => {
      const text = write(fields, blank)
      const part = decodePart(bytesOf(text), keys)
      if (part === undefined) return
      const whole: Record<string, Value> = { ...(decodeJson(text) as Rec) }
      const changed: Record<string, Value> = { ...part.value }
      for (const key of ['a', 'bc', 'tags', 'é']) assert.deepEqual(changed[key], whole[key])
      for (const [key, now] of wanted) {
        for (const record of [whole, changed]) {
          if (now === undefined) delete record[key]
          else record[key] = now
        }
      }
      assert.equal(encodeSorted(decodeJson(encodePart(part, changed))), encodeSorted(whole))
      assert.equal(encodeSorted(wholeOf(part, changed)), encodeSorted(whole))
    }),
    { numRuns: 3000 },
  )
})

test('most documents are in no doubt', () => {
  const documents = fc.sample(record, { numRuns: 500, seed: 1 }).map((fields) => write(fields, ''))
  const certain = documents.filter((text) => decodePart(bytesOf(text), keys) !== undefined)
  assert.ok(certain.length > 250, `${certain.length} of ${documents.length}`)
})

test('whatever bytes come instead: what is taken for JSON is JSON', () => {
  const bytes = fc.constantFrom(...'{}[]",:\\u0123eE+-. \n\t\u0000atrfn'.split(''), 'é', '\ud800')
  fc.assert(
    fc.property(
      record,
      fc.array(fc.tuple(fc.nat(), fc.nat(2), bytes), { minLength: 1, maxLength: 3 }),
      (fields, cuts) => {
        let text = write(fields, '')
        for (const [place, length, instead] of cuts) {
          const at = place % (text.length + 1)
          text = text.slice(0, at) + instead + text.slice(at + length)
        }
        const document = Buffer.from(text)
        if (decodePart(document, keys) !== undefined)
          assert.doesNotThrow(() => readExactly(document.toString()))
      },
    ),
    { numRuns: 20_000 },
  )
})

const untouched: readonly (readonly [document: string, change: Rec, leaves: string])[] = [
  ['{"x": 1.0 ,\n "a":1, "x":2e2}', { a: 2 }, '{"x": 1.0 ,\n "a":2, "x":2e2}'],
  ['{"x":1}', { a: 'é' }, '{"x":1,"a":"é"}'],
  ['{}', { a: 1, bc: 2 }, '{"a":1,"bc":2}'],
  [' { } ', { a: 1 }, ' { "a":1} '],
  ['{"bc":[ 1 ],"7":7,"a":null}', { a: [1], bc: 'x' }, '{"bc":"x","7":7,"a":[1]}'],
  ['{"x":"ü","a":"ä"}', { a: 'ö' }, '{"x":"ü","a":"ö"}'],
]
for (const [document, change, leaves] of untouched) {
  test(`${JSON.stringify(document)} with ${JSON.stringify(change)} leaves as ${JSON.stringify(leaves)}`, () => {
    const part = decodePart(bytesOf(document), keys)!
    assert.equal(encodePart(part, { ...part.value, ...change }), leaves)
  })
}
