/** Whom a request is said to come from. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Rec } from '#dsl/value.ts'
import { checkConfig } from '#engine/config.ts'
import { forwardedField, forwardingOf } from '#engine/http/forwarded.ts'
import { RequestMeta } from '#engine/http/request-meta.ts'
import type { Exchange } from '#engine/http/transport.ts'

const span = { source: { name: 'test.yaml', text: '' }, start: 0, end: 0 }

function metaOf(written: object | null, peer: string, headers: readonly string[]) {
  const { config } = checkConfig(
    { forwarded: forwardedField },
    written === null ? {} : { forwarded: written },
    () => span,
  )
  const forwarding = config!.forwarded === undefined ? null : forwardingOf(config!.forwarded)
  const exchange = {
    method: 'GET',
    target: '/',
    authority: 'shop:81',
    headers,
    remote: { address: peer, port: 1 },
  }
  const meta = new RequestMeta(exchange as unknown as Exchange, forwarding).describe()['request'] as Rec
  return { client: meta['client'], ...(meta['headers'] as Record<string, string[]>) }
}

const trusted = { trusted: ['10.0.0.0/8', '::1'] }
const own = (client: string, chain = client) => ({
  client,
  'x-forwarded-for': [chain],
  'x-forwarded-proto': ['http'],
  'x-forwarded-host': ['shop:81'],
})

describe('forwarded', () => {
  const cases: readonly (readonly [string, object | null, string, readonly string[], object])[] = [
    [
      'without the option fields pass as they came',
      null,
      '192.0.2.1',
      ['x-forwarded-for', '1.1.1.1'],
      { client: '192.0.2.1', 'x-forwarded-for': ['1.1.1.1'] },
    ],
    ['nobody before us', {}, '192.0.2.1', [], own('192.0.2.1')],
    [
      'what a stranger says is thrown away',
      trusted,
      '192.0.2.1',
      [
        'X-Forwarded-For',
        '1.1.1.1',
        'Forwarded',
        'for=1.1.1.1',
        'X-Real-IP',
        '1.1.1.1',
        'X-Forwarded-Proto',
        'https',
      ],
      own('192.0.2.1'),
    ],
    [
      'a trusted proxy is believed',
      trusted,
      '10.0.0.1',
      ['X-Forwarded-For', '192.0.2.7'],
      own('192.0.2.7', '192.0.2.7, 10.0.0.1'),
    ],
    [
      'the last before the trusted counts, not the first',
      trusted,
      '10.0.0.1',
      ['X-Forwarded-For', '1.1.1.1, 192.0.2.7, 10.9.9.9'],
      own('192.0.2.7', '1.1.1.1, 192.0.2.7, 10.9.9.9, 10.0.0.1'),
    ],
    [
      'several lines are one list',
      trusted,
      '10.0.0.1',
      ['X-Forwarded-For', '1.1.1.1', 'X-Forwarded-For', '192.0.2.7:555'],
      own('192.0.2.7', '1.1.1.1, 192.0.2.7, 10.0.0.1'),
    ],
    [
      'all trusted: the first',
      trusted,
      '10.0.0.1',
      ['X-Forwarded-For', '10.0.0.3, 10.0.0.2'],
      own('10.0.0.3', '10.0.0.3, 10.0.0.2, 10.0.0.1'),
    ],
    [
      'version 4 by a socket of version 6',
      trusted,
      '::ffff:10.0.0.1',
      ['X-Forwarded-For', '192.0.2.7'],
      own('192.0.2.7', '192.0.2.7, 10.0.0.1'),
    ],
    [
      'Forwarded is read where there is nothing else',
      trusted,
      '::1',
      ['Forwarded', 'for="[2001:db8::1]:80";proto=https;host=a.example'],
      {
        client: '2001:db8::1',
        'x-forwarded-for': ['2001:db8::1, ::1'],
        'x-forwarded-proto': ['https'],
        'x-forwarded-host': ['a.example'],
      },
    ],
    [
      'Forwarded is written',
      { ...trusted, write: 'forwarded' },
      '10.0.0.1',
      ['Forwarded', 'for=192.0.2.7;proto=https'],
      {
        client: '192.0.2.7',
        forwarded: ['for=192.0.2.7;proto=https, for=10.0.0.1;proto=http;host="shop:81"'],
      },
    ],
    [
      'nothing is written',
      { ...trusted, write: 'none' },
      '10.0.0.1',
      ['X-Forwarded-For', '192.0.2.7'],
      { client: '192.0.2.7' },
    ],
  ]
  for (const [name, written, peer, headers, wanted] of cases)
    it(name, () => assert.deepEqual(metaOf(written, peer, headers), wanted))
})
