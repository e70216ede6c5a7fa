/** JSON in and out: what nobody touched leaves as it came, and a mistake is told with its place. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { decodeJson, encodeJson, encodePretty, encodeSorted, JsonError } from '#dsl/json.ts'
import { careByRules, careOf, careOfSeen } from '#dsl/json-care.ts'
import { readExactly } from '#dsl/json-reader.ts'
import { scanBytes, scanText } from '#dsl/json-scan.ts'
import { Float, type Value } from '#dsl/value.ts'

describe('untouched numbers keep their text', () => {
  const numbers = [
    ...['0', '-1', '1.5', '1.0', '1.50', '1e2', '1E+2', '1.0e-7', '-0', '-0.0', '0.000001', '1e-6', '0.1'],
    ...[
      '999999999999999',
      '9007199254740993',
      '12345678901234567890',
      '18446744073709551615',
      '-9223372036854775808',
    ],
    ...[
      '0.1234567890123456789',
      '12345678901234567890.0',
      '5e-324',
      '1.7976931348623157e308',
      '100000.000',
      '10.00000',
    ],
  ]
  for (const number of numbers) {
    test(number, () => {
      assert.equal(encodeJson(decodeJson(number)), number)
      assert.equal(encodeJson(decodeJson(`{"a":[${number},"x"]}`)), `{"a":[${number},"x"]}`)
    })
  }
})

test('integers and floats are told apart, exactly', () => {
  assert.deepEqual(decodeJson('[1, 1.0, 1.5, 9007199254740993, 1e2]'), [
    1,
    new Float(1, '1.0'),
    1.5,
    9007199254740993n,
    new Float(100, '1e2'),
  ])
})

const printed: readonly (readonly [Value, string])[] = [
  [new Float(1), '1.0'],
  [new Float(1e15), '1000000000000000.0'],
  [new Float(1e16), '1e16'],
  [new Float(-1.5e300), '-1.5e300'],
  [0.00001, '0.00001'],
  [0.000001, '1e-6'],
  [1 / 3, '0.3333333333333333'],
  [Number.POSITIVE_INFINITY, '1.797693134862316e308'],
  [Number.NaN, '-2.696539702293474e308'],
  [2n ** 64n - 1n, '18446744073709551615'],
  [Uint8Array.of(1, 2, 255), '"AQL/"'],
]
for (const [value, text] of printed) {
  test(`computed values print as tremor prints them: ${text}`, () => {
    assert.equal(encodeJson(value), text)
    assert.equal(encodeJson({ a: [value] }), `{"a":[${text}]}`)
    assert.equal(encodeSorted([value]), `[${text}]`)
  })
}

const rules: readonly (readonly [title: string, text: string, result: string])[] = [
  ['of duplicate keys the last wins, at the place of the first', '{"a":1,"b":2,"a":3}', '{"a":3,"b":2}'],
  ['the same where numbers need care', '{"a":1.0,"b":2,"a":3}', '{"a":3,"b":2}'],
  ['keys like array indexes come first, ascending', '{"b":1,"10":2,"9":3}', '{"9":3,"10":2,"b":1}'],
  [
    '__proto__ is a key like any other',
    '{"__proto__":{"x":1.0},"toString":1}',
    '{"__proto__":{"x":1.0},"toString":1}',
  ],
  ['lone surrogates are replaced', '["\\ud800","\\ud83d\\ude00"]', '["\ufffd","😀"]'],
  ['a byte order mark is skipped', '\ufeff[1]', '[1]'],
  ['blanks are skipped', ' \t\r\n[ 1.0 , {\n"a" : null } ] ', '[1.0,{"a":null}]'],
  ['escapes are read where numbers need care', '["\\u00e4\\n\\/",1.0]', '["ä\\n/",1.0]'],
]
for (const [title, text, result] of rules) {
  test(title, () => assert.equal(encodeJson(decodeJson(text)), result))
}

const mistakes: readonly (readonly [text: string, line: number, column: number, message: RegExp])[] = [
  ['', 1, 1, /^Expected a JSON value at line 1, column 1, found end of document$/],
  ['{"a": 1,\n "b": tru}', 2, 7, /found "tru"/],
  ['[1,]', 1, 4, /^Expected a JSON value/],
  ['[1 2]', 1, 4, /"," or "\]" in an array/],
  ['{"ä":1 "b"}', 1, 8, /"," or "\}" in a record/],
  ['{a:1}', 1, 2, /key in quotes/],
  ['{"a" 1}', 1, 6, /":" after a key/],
  ['[01]', 1, 2, /number as JSON writes it/],
  ['[1.]', 1, 2, /number as JSON writes it/],
  ['[-]', 1, 2, /Expected a number/],
  ['"a\nb"', 1, 3, /end of a string .* control character U\+000A/],
  ['"\\x"', 1, 2, /an escape as JSON knows it/],
  ['[1] []', 1, 5, /end of the document/],
  ['[1e400]', 1, 2, /at most 64 bits/],
  ['[18446744073709551616]', 1, 2, /at most 64 bits/],
  ['[-9223372036854775809]', 1, 2, /at most 64 bits/],
  ['NaN', 1, 1, /Expected a JSON value/],
]
for (const [text, line, column, message] of mistakes) {
  test(`${JSON.stringify(text)} is refused, with the place`, () => {
    assert.throws(
      () => decodeJson(text),
      (error) => {
        assert.ok(error instanceof JsonError)
        assert.match(error.message, message)
        assert.deepEqual([error.line, error.column], [line, column])
        return true
      },
    )
  })
}

test('bytes that are not UTF-8 are refused', () => {
  assert.deepEqual(decodeJson(new TextEncoder().encode('["ä"]')), ['ä'])
  assert.throws(() => decodeJson(Uint8Array.of(0x22, 0xff, 0x22)), JsonError)
})

describe('depth', () => {
  const list = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`
  const record = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`
  const crooked = (depth: number) => `${'[1,'.repeat(depth)}1${',"]"]'.repeat(depth)}`
  for (const [shape, make] of Object.entries({ list, record, crooked })) {
    test(`${shape}: 128 levels and no more`, () => {
      assert.equal(encodeJson(decodeJson(make(128))), make(128))
      for (const depth of [129, 1000, 100_000]) assert.throws(() => decodeJson(make(depth)), JsonError)
    })
  }
  test('a value that nests beyond reason is an error on the way out, never a RangeError', () => {
    let value: Value = 1
    for (let level = 0; level < 100_000; level++) value = [value]
    for (const encode of [encodeJson, encodeSorted, encodePretty])
      assert.throws(() => encode(value), JsonError)
  })
  test('what came in may be wrapped on the way out', () => {
    assert.equal(encodeJson([decodeJson(list(128))]), list(129))
  })
})

test('what is written has so many parts and no more: a record and its fields that nest, a list and each item', () => {
  for (const value of [
    [1, 2],
    [1, new Float(1)],
  ]) {
    assert.doesNotThrow(() => encodeJson(value, 3))
    assert.throws(() => encodeJson(value, 2), /more parts than can be written/)
  }
  assert.doesNotThrow(() => encodeJson({ a: 1, b: {} }, 2))
  assert.throws(() => encodeJson({ a: 1, b: {} }, 1), /more parts than can be written/)
})

test('sorted: by the bytes of keys at every level, numbers by value', () => {
  assert.equal(
    encodeSorted(decodeJson('{"b":[{"z":1.50,"a":1e2}],"\ud83d\ude00":1,"\uff5e":2,"a":0.10}')),
    '{"a":0.1,"b":[{"a":100.0,"z":1.5}],"\uff5e":2,"\ud83d\ude00":1}',
  )
})

test('pretty: two blanks a level, empty things in one piece', () => {
  assert.equal(
    encodePretty(decodeJson('{"a":[],"b":{},"c":[1.0,{"d":null}]}')),
    '{\n  "a": [],\n  "b": {},\n  "c": [\n    1.0,\n    {\n      "d": null\n    }\n  ]\n}',
  )
})

test('documents of plain numbers, dates and long digits in strings need no care', () => {
  const plain = {
    a: [1, -25, 12.125, 999999999999999],
    at: '2026-11-21T10:00:00.000Z',
    id: '12345678901234567890',
    v: '1.0',
  }
  for (const text of [JSON.stringify(plain), JSON.stringify(plain, null, 2)]) {
    assert.equal(scanText(text), 0)
    assert.equal(careOf(text), 'plain')
  }
})

const digits = fc.stringMatching(/^(?:0|[1-9][0-9]{0,18})$/)
const numberText = fc
  .tuple(
    fc.constantFrom('', '-'),
    digits,
    fc.constantFrom('', '.0', '.5', '.50', '.000001', '.125'),
    fc.constantFrom('', 'e3', 'E-2', 'e+0'),
  )
  .map((parts) => parts.join(''))
const { document } = fc.letrec<{ document: string }>((tie) => ({
  document: fc.oneof(
    { depthSize: 'small' },
    numberText,
    fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text.toWellFormed())),
    fc.constantFrom('null', 'true', 'false', '""'),
    fc.array(tie('document'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    fc
      .uniqueArray(fc.tuple(fc.stringMatching(/^[a-z_]{1,4}$/), tie('document')), {
        maxLength: 4,
        selector: ([key]) => key,
      })
      .map((fields) => `{${fields.map(([key, value]) => `"${key}":${value}`).join(',')}}`),
  ),
}))

test('any compact document comes out as it went in, by the quick way as by the careful one', () => {
  fc.assert(
    fc.property(document, (text) => {
      assert.equal(encodeJson(decodeJson(text)), text)
      assert.equal(encodeJson(readExactly(text)), text)
    }),
    { numRuns: 2000 },
  )
})

test('a document that is taken for careless is one, wherever in a block of bytes it stands', () => {
  fc.assert(
    fc.property(document, fc.nat(70), fc.constantFrom(0, 1, 2), (text, before, indent) => {
      const padded = before === 0 ? text : `["${'x'.repeat(before)}",${text}]`
      const spaced = indent === 0 ? padded : padded.replaceAll(',', `,${' '.repeat(indent)}`)
      if (careOf(spaced) !== 'exact') assert.deepEqual(JSON.parse(spaced), readExactly(spaced))
      if (careByRules(spaced) !== 'exact') assert.deepEqual(JSON.parse(spaced), readExactly(spaced))
      assert.equal(careOfSeen(scanBytes(Buffer.from(spaced))!, spaced), careOf(spaced))
    }),
    { numRuns: 3000 },
  )
})

test('what stands in strings is no reason for care, behind escapes neither', () => {
  const inside = ['1.0', '-0', '1e5', '12345678901234567890', '{'.repeat(200), '\\\\', '\\"1.0']
  for (const text of inside) {
    for (let before = 0; before < 66; before++) {
      const document = `["${'x'.repeat(before)}","${text}"]`
      assert.equal(careOf(document), 'plain', document)
    }
  }
})
