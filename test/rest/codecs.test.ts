/** Bodies through the ramps: the codec by Content-Type, pre- and postprocessors, packed bodies; both ways. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { transports } from '../support/transports.ts'
import { answer, type Message, request } from './message.ts'
import { type Shape, stand, upstream } from './stand.ts'
import { converse, table } from './table.ts'

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')
/** {"a": 1} */
const msgpack = '\x81\xa1a\x01'
const adds = { request: 'merge event of {"b": 2} end', response: 'merge event of {"c": 3} end' }

/** The same value by each codec, changed on its way there and on its way back. */
const byType: Readonly<Record<string, { type: string; sent: string; seen: string; back: string }>> = {
  json: { type: 'application/json', sent: '{"a": 1}', seen: '{"a":1,"b":2}', back: '{"a":1,"c":3}' },
  'json with parameters': {
    type: 'Application/JSON ; charset=utf-8',
    sent: '{"a": 1}',
    seen: '{"a":1,"b":2}',
    back: '{"a":1,"c":3}',
  },
  yaml: { type: 'application/yaml', sent: 'a: 1\n', seen: 'a: 1\nb: 2\n', back: 'a: 1\nc: 3\n' },
  msgpack: {
    type: 'application/msgpack',
    sent: msgpack,
    seen: '\x82\xa1a\x01\xa1b\x02',
    back: '\x82\xa1a\x01\xa1c\x03',
  },
  'x-msgpack': {
    type: 'application/x-msgpack',
    sent: msgpack,
    seen: '\x82\xa1a\x01\xa1b\x02',
    back: '\x82\xa1a\x01\xa1c\x03',
  },
  'a type nobody claims, by the ramp’s codec': {
    type: 'application/x-www-form-urlencoded',
    sent: '{"a": 1}',
    seen: '{"a":1,"b":2}',
    back: '{"a":1,"c":3}',
  },
}

table(
  'the codec is chosen by the type',
  Object.fromEntries(
    Object.entries(byType).map(([name, { type, sent, seen, back }]) => [
      name,
      {
        ...adds,
        ask: `POST / | Content-Type: ${type}`,
        body: sent,
        sees: [`content-type: ${type}`],
        seesBody: seen,
        says: `200 | Content-Type: ${type}`,
        saysBody: sent,
        gets: [200, `content-type: ${type}`] as const,
        getsBody: back,
      },
    ]),
  ),
)

table('codecs', {
  'text is a string': {
    request: '"<#{event}>"',
    ask: 'POST / | Content-Type: text/html; charset=utf-8',
    body: 'snot',
    seesBody: '<snot>',
    gets: [200],
  },
  'octets are binary': {
    request: 'use std::binary; use std::type; let $request.headers["x-seen"] = type::as_string(event); event',
    ask: 'POST / | Content-Type: application/octet-stream',
    body: '\x00\xff',
    sees: ['x-seen: bytes'],
    seesBody: '\x00\xff',
    gets: [200],
  },
  'codec_map goes over the built-in map': {
    request: '"<#{event}>"',
    onramp: { codec_map: { 'application/json': 'string', 'text/csv': 'string' } },
    offramp: { codec_map: { 'application/json': 'string' } },
    ask: 'POST / | Content-Type: application/json',
    body: '{"a"',
    seesBody: '<{"a">',
    gets: [200],
  },
  'codec_map names types the built-in map lacks': {
    request: '"<#{event}>"',
    onramp: { codec_map: { 'text/csv': 'string' } },
    offramp: { codec_map: { 'text/csv': 'string' } },
    ask: 'POST / | Content-Type: text/csv',
    body: 'a,b',
    seesBody: '<a,b>',
    gets: [200],
  },
  'without a type the configured codec': {
    onramp: { codec: 'string' },
    offramp: { codec: 'string' },
    request: '"<#{event}>"',
    ask: 'POST /',
    body: 'snot',
    sees: ['content-type: text/plain'],
    seesBody: '<snot>',
    gets: [200],
  },
  'the offramp’s configured fields do not choose its codec': {
    request: 'let $request = {}; "snot"',
    offramp: { config: { headers: { 'Content-Type': 'text/plain' } } },
    ask: 'POST /',
    sees: ['content-type: text/plain'],
    seesBody: '"snot"',
    gets: [200],
  },
  'what cannot be decoded is 400 at once if `err` is not linked': {
    request: 'event.a',
    ask: 'POST / | Content-Type: application/json',
    body: '{"a":',
    sees: null,
    gets: [400, 'temblor-reason: bad_request', 'content-type: application/json'],
    getsBody: /"reason":"bad_request"/,
  },
  'an unreadable body goes to `err` with the request beside it': {
    request: 'event.a',
    pipelines: {
      failed:
        'define script it script {"path": $request.url.path, "status": $response.status, "says": $error == event.error, "id": event.event_id, "source": event.source_id} end; create script it; select event from in into it; select event from it into out;',
    },
    links: {
      '/onramp/web/{instance}/err': ['/pipeline/failed/{instance}/in'],
      '/pipeline/failed/{instance}/out': ['/onramp/web/{instance}/in'],
    },
    ask: 'POST /snot | Content-Type: application/json',
    body: '{"a":',
    sees: null,
    gets: [400, 'content-type: application/json'],
    getsBody: '{"path":"/snot","status":400,"says":true,"id":0,"source":1}',
  },
  'an empty body is an empty record, and stays empty': {
    request: 'let $request.headers["x-seen"] = "#{event}"; event',
    ask: 'POST / | Content-Type: application/json',
    body: '',
    sees: ['x-seen: {}', 'content-length: 0'],
    seesBody: '',
    gets: [200],
  },
  'a GET has none, and gets none': {
    request: 'let $request.headers["x-seen"] = "#{event}"; event',
    ask: 'GET /',
    sees: ['x-seen: {}', '!content-length', '!transfer-encoding', '!content-type'],
    gets: [200],
  },
  'unless a script makes one': {
    request: 'merge event of {"a": 1} end',
    ask: 'GET /',
    sees: ['content-type: application/json', 'content-length: 7'],
    seesBody: '{"a":1}',
    gets: [200],
  },
  'an empty string is a string': {
    request: '"<#{event}>"',
    ask: 'POST / | Content-Type: text/plain',
    body: '',
    seesBody: '<>',
    gets: [200],
  },
})

const packed = {
  gzip: latin1(gzipSync('{"a": 1}')),
  'x-gzip': latin1(gzipSync('{"a": 1}')),
  deflate: latin1(deflateSync('{"a": 1}')),
  br: latin1(brotliCompressSync('{"a": 1}')),
  zstd: latin1(zstdCompressSync('{"a": 1}')),
}

for (const [coding, bytes] of Object.entries(packed))
  table(`a body packed by Content-Encoding: ${coding}`, {
    'goes through as it came where nobody reads it': {
      ask: `POST / | Content-Encoding: ${coding}`,
      body: bytes,
      sees: [`content-encoding: ${coding}`],
      seesBody: bytes,
      says: `200 | Content-Encoding: ${coding}`,
      saysBody: bytes,
      gets: [200, `content-encoding: ${coding}`],
      getsBody: bytes,
    },
    'is unpacked for a script, and goes on as it came if that changes nothing': {
      request: 'let $request.headers["x-seen"] = "#{event.a}"; event',
      response: 'let $response.headers["x-seen"] = "#{event.a}"; event',
      ask: `POST / | Content-Encoding: ${coding} | Content-Type: application/json`,
      body: bytes,
      sees: [`content-encoding: ${coding}`, 'x-seen: 1'],
      seesBody: bytes,
      says: `200 | Content-Encoding: ${coding} | Content-Type: application/json`,
      saysBody: bytes,
      gets: [200, `content-encoding: ${coding}`, 'x-seen: 1'],
      getsBody: bytes,
    },
    'goes on unpacked, and says so, if that changes it': {
      ...adds,
      ask: `POST / | Content-Encoding: ${coding} | Content-Type: application/json`,
      body: bytes,
      sees: ['!content-encoding'],
      seesBody: '{"a":1,"b":2}',
      says: `200 | Content-Encoding: ${coding} | Content-Type: application/json`,
      saysBody: bytes,
      gets: [200, '!content-encoding'],
      getsBody: '{"a":1,"c":3}',
    },
  })

const bomb = latin1(gzipSync(Buffer.alloc(20 << 20)))

table('packed bodies that are not to be had', {
  'a bomb is 413, where a script reads it': {
    request: 'event.a',
    ask: 'POST / | Content-Encoding: gzip',
    body: bomb,
    sees: null,
    gets: [413, 'temblor-reason: body_too_large'],
  },
  'and 413 by a preprocessor': {
    onramp: { preprocessors: ['gzip'] },
    ask: 'POST /',
    body: bomb,
    sees: null,
    gets: [413, 'temblor-reason: body_too_large'],
  },
  'a bomb of an upstream is a bad answer': {
    response: 'event.a',
    ask: 'GET /',
    says: '200 | Content-Encoding: gzip | Content-Type: application/json',
    saysBody: bomb,
    gets: [502, 'temblor-reason: bad_upstream_response'],
  },
  'a coding nobody knows is 400': {
    request: 'event.a',
    ask: 'POST / | Content-Encoding: compress',
    body: 'x',
    sees: null,
    gets: [400, 'temblor-reason: bad_request'],
  },
  'as are several, one in the other': {
    request: 'event.a',
    ask: 'POST / | Content-Encoding: gzip, gzip',
    body: latin1(gzipSync(gzipSync('{}'))),
    sees: null,
    gets: [400, 'temblor-reason: bad_request'],
  },
  'what is not what it says is 400': {
    request: 'event.a',
    ask: 'POST / | Content-Encoding: gzip',
    body: '{"a": 1}',
    sees: null,
    gets: [400, 'temblor-reason: bad_request'],
  },
})

table('preprocessors and postprocessors', {
  'unpack what comes and pack what goes, both ways': {
    onramp: { preprocessors: ['gzip'], postprocessors: ['base64'] },
    offramp: { postprocessors: ['base64'], preprocessors: ['base64'] },
    ask: 'POST / | Content-Type: application/json',
    body: packed.gzip,
    sees: ['content-type: application/json'],
    seesBody: Buffer.from('{"a":1}').toString('base64'),
    says: '200 | Content-Type: application/json',
    saysBody: Buffer.from('{"b":2}').toString('base64'),
    gets: [200, 'content-type: application/json'],
    getsBody: Buffer.from('{"b":2}').toString('base64'),
  },
  'a Content-Encoding is theirs where they are': {
    onramp: { preprocessors: ['gzip'], postprocessors: ['gzip'] },
    offramp: { postprocessors: ['gzip'], preprocessors: ['gzip'] },
    ask: 'POST / | Content-Type: application/json | Content-Encoding: gzip',
    body: packed.gzip,
    sees: ['content-encoding: gzip'],
    seesBody: latin1(gzipSync('{"a":1}')),
    says: '200 | Content-Type: application/json | Content-Encoding: gzip',
    saysBody: packed.gzip,
    gets: [200, 'content-encoding: gzip'],
    getsBody: latin1(gzipSync('{"a":1}')),
  },
  'pack what nobody reads, both ways': {
    onramp: { postprocessors: ['base64'] },
    offramp: { postprocessors: ['base64'] },
    ask: 'POST / | Content-Type: application/json',
    body: '{"a": 1}',
    sees: ['content-type: application/json'],
    seesBody: Buffer.from('{"a": 1}').toString('base64'),
    says: '200 | Content-Type: application/json',
    saysBody: '{"b": 2}',
    gets: [200, 'content-type: application/json'],
    getsBody: Buffer.from('{"b": 2}').toString('base64'),
  },
  'that make no event of a body are answered 400': {
    onramp: { preprocessors: ['remove-empty'] },
    ask: 'POST /',
    body: '',
    sees: null,
    gets: [400, 'temblor-reason: bad_request'],
    getsBody: /holds no event/,
  },
  'that cannot take a body are answered 400': {
    onramp: { preprocessors: ['base64'] },
    ask: 'POST /',
    body: '***',
    sees: null,
    gets: [400, 'temblor-reason: bad_request'],
  },
  'that cannot take an upstream’s are 502': {
    offramp: { preprocessors: ['gzip'] },
    ask: 'GET /',
    says: '200 | Content-Type: application/json',
    saysBody: 'not gzip',
    gets: [502, 'temblor-reason: bad_upstream_response'],
  },
  'the time a message carries is the event’s': {
    onramp: { preprocessors: ['ingest-ns'] },
    request: 'use tremor::system; {"at": system::ingest_ns(), "was": event}',
    ask: 'POST / | Content-Type: text/plain',
    body: '\x00\x00\x00\x00\x00\x00\x00\x2asnot',
    sees: [],
    seesBody: '{"at":42,"was":"snot"}',
    gets: [200],
  },
})

for (const transport of [transports.own, transports.node])
  describe(`several events of one body, over ${transport.name}`, () => {
    test('each goes its way, the first answer is the answer, the others are counted', async () => {
      const seen = await converseWith(
        { onramp: { preprocessors: ['lines'] } },
        request('POST / | Content-Type: application/json', '{"a":1}\n{"a":2}\n{"a":3}\n'),
        (message) => answer('200 | Content-Type: application/json', message.body),
      )
      assert.deepEqual(seen.requests.map(({ body }) => body).sort(), ['{"a":1}', '{"a":2}', '{"a":3}'])
      assert.match(seen.answer.body, /^\{"a":[123]\}$/)
      assert.match(await seen.metrics, /temblor_late_answers_total\{node="\/onramp\/web\/01"\} 2/)
    })

    test('times of messages are each their own', async () => {
      const seen = await converseWith(
        {
          onramp: { preprocessors: ['lines', 'ingest-ns'] },
          request: 'use tremor::system; system::ingest_ns()',
        },
        request('POST /', '\0\0\0\0\0\0\0\x01{}\n\0\0\0\0\0\0\0\x02{}\n'),
        () => answer('200'),
      )
      assert.deepEqual(seen.requests.map(({ body }) => body).sort(), ['1', '2'])
    })

    /** Waits until every event was answered. */
    async function converseWith(shape: Shape, text: string, say: (message: Message) => string) {
      const source = await upstream(say)
      const proxy = await stand(shape, { transport, upstream: source.port })
      try {
        const got = await converse(proxy.port, text)
        await proxy.engine.stop(5000)
        return { answer: got, requests: source.requests, metrics: proxy.metrics() }
      } finally {
        await proxy.close()
        source.close()
      }
    }
  })
