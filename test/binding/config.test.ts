import assert from 'node:assert/strict'
import { test } from 'node:test'
import { spanOf } from '#dsl/source.ts'
import { Float } from '#dsl/value.ts'
import {
  any,
  boolean,
  type ConfigOf,
  checkConfig,
  duration,
  either,
  integer,
  list,
  map,
  number,
  oneOf,
  record,
  schemaOf,
  size,
  text,
} from '#engine/config.ts'

const fields = {
  host: text('Where it listens.', { default: '0.0.0.0' }),
  port: integer('The port.', { required: true, min: 0, max: 65535 }),
  linked: boolean('Whether it answers.'),
  share: number('A part of the whole.', { max: 1 }),
  timeout: duration('How long it waits.', { unit: 'ms', default: '10s', max: 60_000 }),
  interval: duration('How often.', { unit: 'ns' }),
  limit: size('The longest body.', { default: '1MiB' }),
  outputs: list('Ports to take in turn.', text('A port.'), { default: ['out'], least: 1 }),
  headers: map('More headers.', either('A value.', [text('One.'), list('Several.', text('One of them.'))])),
  method: oneOf(
    'What to do.',
    { discard: 'Drop it.', pause: 'Close what is above.' },
    { default: 'discard' },
  ),
  endpoint: either('The upstream.', [
    text('As a URL.'),
    record('In parts.', { host: text('Its name.', { required: true }) }),
  ]),
  note: any('Anything.'),
  name: text('Its name.', { check: (name) => (name === '' ? 'must not be empty' : undefined) }),
  verb: oneOf('How.', ['GET', 'POST'], { anyCase: true }),
  old: text('Gone.', { deprecated: 'Write "name" instead' }),
}

// The types a component gets follow from the fields: these lines are checked by tsc.
type Config = ConfigOf<typeof fields>
const types = (
  config: Config,
): [
  string,
  number,
  boolean | undefined,
  readonly string[],
  'discard' | 'pause',
  { host: string } | string | undefined,
] => [config.host, config.port, config.linked, config.outputs, config.method, config.endpoint]

const source = { name: 'config', text: 'somewhere' }
const check = (value: unknown, textual = false) =>
  checkConfig(fields, value, () => spanOf(source, 0, 9), {
    of: 'onramp "http_in"',
    elsewhere: (key) => (key === 'codec' ? 'Move it beside "config:"' : undefined),
    textual: () => textual,
  })
const right = (value: object, textual = false): Config => {
  const { config, findings } = check(value, textual)
  assert.deepEqual(findings, [])
  return config!
}

test('defaults are filled in and converted, what is neither given nor has a default is undefined', () => {
  const config = right({ port: 80 })
  assert.deepEqual(types(config), ['0.0.0.0', 80, undefined, ['out'], 'discard', undefined])
  assert.equal(config.timeout, 10_000)
  assert.equal(config.limit, 1024 * 1024)
})

for (const [value, key, expected] of [
  [{ timeout: 1500 }, 'timeout', 1500],
  [{ timeout: '1m' }, 'timeout', 60_000],
  [{ timeout: '1s500ms' }, 'timeout', 1500],
  [{ timeout: '0.5s' }, 'timeout', 500],
  [{ timeout: new Float(10000) }, 'timeout', 10_000],
  [{ interval: 5_000_000 }, 'interval', 5],
  [{ interval: '100us' }, 'interval', 0.1],
  [{ limit: '64 KiB' }, 'limit', 65_536],
  [{ limit: '2MB' }, 'limit', 2_000_000],
  [{ limit: 17 }, 'limit', 17],
  [{ share: 1n }, 'share', 1],
  [{ headers: { a: 'x', b: ['y', 'z'] } }, 'headers', { a: 'x', b: ['y', 'z'] }],
  [{ endpoint: 'http://a' }, 'endpoint', 'http://a'],
  [{ endpoint: { host: 'a' } }, 'endpoint', { host: 'a' }],
  [{ note: [1, { a: null }] }, 'note', [1, { a: null }]],
  [{ verb: 'get' }, 'verb', 'GET'],
  [{ host: null }, 'host', '0.0.0.0'],
  [{ 'x-note': 'free' }, 'host', '0.0.0.0'],
] as const) {
  test(`reads ${JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? `${each}` : each))}`, () => {
    assert.deepEqual(right({ port: 80, ...value })[key], expected)
  })
}

for (const [value, message, help] of [
  [{}, 'The field "port" of onramp "http_in" is missing', /Add "port": The port\./],
  [{ port: 80, hots: 'a' }, 'Unknown key "hots" in onramp "http_in"', /^Did you mean "host"\?$/],
  [{ port: 80, codec: 'json' }, 'Unknown key "codec" in onramp "http_in"', /^Move it beside "config:"$/],
  [{ port: 80, zzzzzzzz: 1 }, 'Unknown key "zzzzzzzz" in onramp "http_in"', /^Known here: "host", "port", /],
  [
    { port: 80, endpoint: { hst: 'a', host: 'b' } },
    'Unknown key "hst" in "endpoint" of onramp "http_in"',
    /"host"/,
  ],
  [{ port: 80, endpoint: {} }, 'The field "endpoint.host" of onramp "http_in" is missing', /Its name/],
  [{ port: 'http' }, '"port" of onramp "http_in" must be an integer, found the text "http"', null],
  [{ port: '80' }, '"port" of onramp "http_in" must be an integer, found the text "80"', null],
  [{ port: 1.5 }, '"port" of onramp "http_in" must be an integer, found the number 1.5', null],
  [{ port: 70000 }, '"port" of onramp "http_in" must be between 0 and 65535, found 70000', null],
  [{ port: 80, share: 2 }, '"share" of onramp "http_in" must be at most 1, found 2', null],
  [
    { port: 80, linked: 'yes' },
    '"linked" of onramp "http_in" must be true or false, found the text "yes"',
    null,
  ],
  [
    { port: 80, timeout: '10 parsecs' },
    /must be a duration such as "10s" or "250ms", found the text "10 parsecs"/,
    null,
  ],
  [{ port: 80, timeout: '2m' }, /must be between 0s and 1m, found 2m/, null],
  [{ port: 80, limit: 'big' }, /must be a size such as "1MiB"/, null],
  [{ port: 80, outputs: 'out' }, /"outputs" of onramp "http_in" must be a list, found the text "out"/, null],
  [{ port: 80, outputs: [] }, /"outputs" of onramp "http_in" needs at least 1 item, found 0/, null],
  [
    { port: 80, outputs: ['a', 1] },
    /"outputs\[1\]" of onramp "http_in" must be a text, found the integer 1/,
    null,
  ],
  [
    { port: 80, headers: { a: 1 } },
    /"headers.a" of onramp "http_in" must be a text or a list, found the integer 1/,
    null,
  ],
  [
    { port: 80, method: 'discart' },
    /must be "discard" or "pause", found the text "discart"/,
    /^Did you mean "discard"\?$/,
  ],
  [{ port: 80, name: '' }, /"name" of onramp "http_in" must not be empty/, null],
  [{ port: 80, old: 'a' }, /"old" of onramp "http_in" is out of use/, /Write "name"/],
  [['port'], /^Onramp "http_in" must be a record, found a list/, null],
] as const) {
  test(`complains of ${JSON.stringify(value)}`, () => {
    const { findings } = check(value)
    assert.equal(findings.length, 1)
    if (typeof message === 'string') assert.equal(findings[0]!.message, message)
    else assert.match(findings[0]!.message, message)
    if (help !== null) assert.match(findings[0]!.help ?? '', help)
  })
}

test('reports everything that is wrong at once', () => {
  const { config, findings } = check({ hots: 1, port: 'a', method: 3, outputs: [1, 2] })
  assert.equal(config, undefined)
  assert.deepEqual(
    findings.map(({ code }) => code),
    ['E0601', 'E0602', 'E0602', 'E0602', 'E0602'],
  )
})

test('numbers and booleans are read from the text that a variable held, texts stay texts', () => {
  const config = right({ port: '8080', linked: 'true', share: '0.5', host: '127' }, true)
  assert.deepEqual([config.port, config.linked, config.share, config.host], [8080, true, 0.5, '127'])
})

test('a key called __proto__ is a key like any other', () => {
  const { findings } = check(JSON.parse('{"port":1,"__proto__":{"host":"a"}}'))
  assert.match(findings[0]!.message, /Unknown key "__proto__"/)
  const headers = right({ port: 1, headers: JSON.parse('{"__proto__":"a"}') }).headers!
  assert.deepEqual(Object.keys(headers), ['__proto__'])
})

test('the schema says what the checker says', () => {
  const schema = schemaOf(fields) as {
    required: string[]
    properties: Record<string, Record<string, unknown>>
  }
  assert.deepEqual(schema.required, ['port'])
  assert.deepEqual(schema.properties['outputs'], {
    description: 'Ports to take in turn.',
    default: ['out'],
    type: 'array',
    items: { description: 'A port.', type: 'string' },
    minItems: 1,
  })
  assert.deepEqual(schema.properties['port']!['anyOf'], [
    { type: 'integer', minimum: 0, maximum: 65535 },
    { type: 'string', pattern: '\\$\\{' },
  ])
})
