import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { toUtf8 } from '#dsl/bytes.ts'
import { decodeJson, encodeJson, encodeSorted } from '#dsl/json.ts'
import { same } from '#dsl/same.ts'
import { Float, type Value } from '#dsl/value.ts'
import { loadCatalogue } from '#engine/catalogue.ts'
import { CodecError } from '#engine/codec.ts'
import { pack, unpack } from '#engine/formats/msgpack.ts'

const { codecs } = await loadCatalogue()
const hex = (text: string) => new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const laughs = [...'bcdefghij'].map(
  (name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[at]}`)}]`,
)

const undecodable: readonly [codec: string, title: string, bytes: string | Uint8Array, message: RegExp][] = [
  ['json', 'a text cut short', '{"a":', /line 1, column 6/],
  ['string', 'bytes that are not UTF-8', hex('ff fe'), /not valid UTF-8/],
  ['yaml', 'bytes that are not UTF-8', hex('ff fe'), /not valid UTF-8/],
  ['yaml', 'a mapping within a line', 'a: b: c', /line 1, column 4/],
  ['yaml', 'a key written twice', 'a: 1\nb: 2\na: 3', /"a" is written twice, at line 3/],
  ['yaml', 'two documents', '--- 1\n--- 2', /more than one document/],
  ['yaml', 'an unknown tag', 'a: !python/object x', /Unresolved tag/],
  ['yaml', 'an alias without an anchor', '[*x]', /alias/],
  ['yaml', 'a map as a key', '? {a: 1}\n: x', /cannot be a key/],
  ['yaml', 'an integer beyond 64 bits', 'a: 99999999999999999999', /64 bits/],
  ['yaml', 'a number beyond floats', 'a: 1e999', /out of range/],
  ['yaml', 'aliases of aliases', `a: &a [lol]\n${laughs.join('\n')}`, /100 aliases/],
  [
    'yaml',
    'few aliases of much',
    `a: &a [${'0,'.repeat(20_000)}]\nb: [${Array(9).fill('*a')}]`,
    /too many values/,
  ],
  ['yaml', 'two hundred levels', '['.repeat(200) + ']'.repeat(200), /128 levels/],
  ['yaml', 'a hundred thousand levels', '['.repeat(100_000), /too deep/],
  ['yaml', 'more than 1 MiB', `a: ${'x'.repeat(1_048_576)}`, /1 MiB/],
  ['msgpack', 'nothing at all', '', /found 0 bytes where 1 should follow/],
  ['msgpack', 'a text cut short', hex('a5 73 6e'), /found 2 bytes where 5/],
  ['msgpack', 'a list of 4294967295 items in five bytes', hex('dd ff ff ff ff'), /4294967295 values/],
  ['msgpack', 'bytes after the value', hex('01 02'), /1 more follow/],
  ['msgpack', 'the byte that begins nothing', hex('c1'), /0xc1/],
  ['msgpack', 'a text that is not UTF-8', hex('a2 ff fe'), /UTF-8/],
  ['msgpack', 'a list as a key', hex('81 90 01'), /key/],
  ['msgpack', 'an extension', hex('d4 05 00'), /extension type 5/],
  ['msgpack', 'two hundred levels', hex(`${'91'.repeat(200)}c0`), /128 levels/],
  ['influx', 'bytes that are not UTF-8', hex('ff fe'), /not valid UTF-8/],
  ['influx', 'a measurement alone', 'weather', /found "weather"/],
  ['influx', 'a tag without a value', 'weather,location temperature=82', /found "weather,location/],
  ['influx', 'a field without a value', 'weather temperature=', /found "weather/],
  ['influx', 'a word as a number', 'weather temperature=warm', /found "weather/],
  ['influx', 'an integer beyond 64 bits', 'weather temperature=99999999999999999999i', /found "weather/],
  ['influx', 'a text that does not end', 'weather temperature="too hot', /found "weather/],
  ['influx', 'a word as a time', 'weather temperature=82 noon', /found "weather/],
  ['statsd', 'a metric without a type', 'gorets:1', /name:value\|type/],
  ['statsd', 'an unknown type', 'gorets:1|x', /c, ms, g, h, s, found "x"/],
  ['statsd', 'a word as a value', 'gorets:one|c', /number, found "one"/],
  ['statsd', 'a word as a rate', 'gorets:1|c|@often', /number, found "often"/],
]

describe('bytes that are refused', () => {
  for (const [codec, title, bytes, message] of undecodable) {
    test(`${codec}: ${title}`, () => {
      const input = typeof bytes === 'string' ? toUtf8(bytes) : bytes
      assert.throws(
        () => codecs.get(codec)!.decode(input, 0n),
        (error) => {
          assert.ok(error instanceof CodecError, String(error))
          assert.match(error.message, message)
          return true
        },
      )
    })
  }
})

const unencodable: readonly [codec: string, title: string, value: string, message: RegExp][] = [
  ['influx', 'no record', '"snot"', /needs a record/],
  ['influx', 'no measurement', '{"tags":{},"fields":{"a":1},"timestamp":1}', /"measurement"/],
  ['influx', 'no fields', '{"measurement":"a","tags":{},"fields":{},"timestamp":1}', /"fields"/],
  ['influx', 'a list as a field', '{"measurement":"a","tags":{},"fields":{"b":[]},"timestamp":1}', /"b"/],
  [
    'influx',
    'a line break in a name',
    '{"measurement":"a\\nb c=1","tags":{},"fields":{"b":1},"timestamp":1}',
    /line break/,
  ],
  ['statsd', 'no type', '{"metric":"a","value":1}', /"type"/],
  ['statsd', 'a name that ends the name', '{"metric":"a:1|c","type":"c","value":1}', /"metric"/],
  ['syslog', 'no facility', '{}', /"facility"/],
  ['syslog', 'no severity', '{"facility":"cron"}', /"severity"/],
  [
    'syslog',
    'structured data that is a text',
    '{"facility":"cron","severity":"info","structured_data":"sd"}',
    /"structured_data"/,
  ],
  [
    'syslog',
    'a host name of two words',
    '{"facility":"cron","severity":"info","hostname":"a b"}',
    /"hostname"/,
  ],
]

describe('values that are refused', () => {
  for (const [codec, title, value, message] of unencodable) {
    test(`${codec}: ${title}`, () => {
      assert.throws(
        () => codecs.get(codec)!.encode(decodeJson(value)),
        (error) => {
          assert.ok(error instanceof CodecError, String(error))
          assert.match(error.message, message)
          return true
        },
      )
    })
  }
})

describe('every codec', () => {
  for (const [name, codec] of codecs) {
    test(`${name} refuses or takes any bytes, and throws nothing else`, () => {
      fc.assert(
        fc.property(fc.oneof(fc.uint8Array({ maxLength: 40 }), fc.string().map(toUtf8)), (bytes) =>
          refusesOrTakes(() => codec.decode(bytes, 0n)),
        ),
        { numRuns: 300 },
      )
    })
    test(`${name} refuses or takes any value, and throws nothing else`, () => {
      fc.assert(
        fc.property(values, (value) => refusesOrTakes(() => codec.encode(value))),
        { numRuns: 300 },
      )
    })
  }
})

const values: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    fc.integer(),
    fc
      .bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n })
      .map((n) => (Number.isSafeInteger(Number(n)) ? Number(n) : n)),
    fc.double({ noNaN: true }).map((n) => (Number.isInteger(n) ? new Float(n) : n)),
    fc.string({ unit: 'binary' }),
    fc.uint8Array(),
    fc.array(tie('value')),
    fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), tie('value'), {
      noNullPrototype: true,
    }) as fc.Arbitrary<Value>,
  ),
})).value

describe('what was encoded decodes to the same', () => {
  test('msgpack, bytes and all', () => {
    fc.assert(
      fc.property(values, (value) => same(unpack(pack(value)), value)),
      { numRuns: 500 },
    )
  })
  test('yaml, bytes and all', () => {
    const yaml = codecs.get('yaml')!
    fc.assert(
      fc.property(values, (value) =>
        assert.equal(
          encodeSorted(yaml.decode(toUtf8(yaml.encode(value) as string), 0n)!),
          encodeSorted(value),
        ),
      ),
      { numRuns: 300 },
    )
  })
  test('influx', () => {
    const influx = codecs.get('influx')!
    const name = fc.string({ minLength: 1 }).filter((text) => !/[\r\n]|^#|^\s|\s$/.test(text))
    const field = fc.oneof(
      fc.string(),
      fc.boolean(),
      fc.integer(),
      fc
        .double({ noNaN: true, noDefaultInfinity: true })
        .map((n) => (Number.isInteger(n) ? new Float(n) : n)),
    )
    const line = fc.record({
      measurement: name,
      tags: fc.dictionary(name, name, { noNullPrototype: true }),
      fields: fc.dictionary(name, field, { minKeys: 1, noNullPrototype: true }),
      timestamp: fc.maxSafeNat(),
    }) as fc.Arbitrary<Value>
    fc.assert(
      fc.property(line, (value) => {
        const text = influx.encode(value) as string
        assert.ok(same(influx.decode(toUtf8(text), 0n)!, value), text)
      }),
    )
  })
  test('syslog', () => {
    const syslog = codecs.get('syslog')!
    const word = fc.stringMatching(/^[a-z.]{1,9}$/)
    const message = fc.record({
      severity: fc.constantFrom('emerg', 'notice', 'debug'),
      facility: fc.constantFrom('kern', 'cron', 'local7'),
      hostname: fc.oneof(word, fc.constant(null)),
      timestamp: fc
        .bigInt({ min: 1n, max: 10n ** 15n })
        .map((micros) => Number(micros) * 1000)
        .filter(Number.isSafeInteger),
      structured_data: fc.constantFrom(null, { 'x@1': [{ a: 'b"]\\' }, { c: '' }] }),
      msg: fc.string({ minLength: 1 }),
    })
    fc.assert(
      fc.property(message, (value) => {
        const again = syslog.decode(toUtf8(syslog.encode(value) as string), 0n) as Record<string, Value>
        for (const [key, wanted] of Object.entries(value)) assert.deepEqual(again[key], wanted, key)
      }),
    )
  })
})

test('msgpack: a byte that falls on the end of the buffer is kept', () => {
  for (let length = 240; length < 270; length++) {
    const value = ['x'.repeat(length), null, toUtf8('snot'), null]
    assert.ok(same(unpack(pack(value)), value), `${length}`)
  }
})

test('number text survives where only we read it again', () => {
  const value = decodeJson('[1.50,1e2,-0,1.0]')
  assert.equal(encodeJson(unpack(pack(value, { numberText: true }))), '[1.50,1e2,-0,1.0]')
})

function refusesOrTakes(work: () => unknown): void {
  try {
    work()
  } catch (error) {
    if (!(error instanceof CodecError)) throw error
  }
}
