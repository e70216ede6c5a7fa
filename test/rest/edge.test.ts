/**
 * The edge is strict: what Node's HTTP server and undici let through or get wrong, each with the answer it gets from the ramps, over
 * every transport. The malformed requests by the hundred are in test/http/vectors.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { dial, statuses } from '../http/rig.ts'
import { transports } from '../support/transports.ts'
import { answer, cut, field, type Message, request, statusOf } from './message.ts'
import { type Shape, type Stand, stand, type Upstream, upstream } from './stand.ts'
import { converse, table } from './table.ts'

const many = (count: number) => Array.from({ length: count }, (_, i) => `X-${i}: 1`).join(' | ')
const refused = { sees: null } as const

table('requests that are refused', {
  'more than 100 fields: 431': {
    ...refused,
    ask: `GET / | ${many(101)}`,
    gets: [431, 'temblor-reason: headers_too_large'],
  },
  'a head of more than 16 KiB: 431': {
    ...refused,
    ask: `GET / | X-One: ${'x'.repeat(17_000)}`,
    gets: [431, 'temblor-reason: headers_too_large'],
  },
  'a target of more than 8 KiB: 414': {
    ...refused,
    ask: `GET /${'x'.repeat(8200)}`,
    gets: [414, 'temblor-reason: bad_request'],
  },
  'a body longer than max_body, where a script reads it: 413': {
    ...refused,
    request: 'event.a',
    onramp: { config: { max_body: 10 } },
    ask: 'POST /',
    body: '{"a": "0123456789"}',
    gets: [413, 'temblor-reason: body_too_large'],
  },
  'in chunks too': {
    ...refused,
    request: 'event.a',
    onramp: { config: { max_body: 10 } },
    ask: 'POST / | Transfer-Encoding: chunked',
    body: '13\r\n{"a": "0123456789"}\r\n0\r\n\r\n',
    gets: [413, 'temblor-reason: body_too_large'],
  },
  'where nobody reads it, it has no limit': {
    onramp: { config: { max_body: 10 } },
    ask: 'POST /',
    body: '{"a": "0123456789"}',
    seesBody: '{"a": "0123456789"}',
    gets: [200],
  },
  'a coding other than chunked: 501': {
    ...refused,
    ask: 'POST / | Transfer-Encoding: gzip, chunked',
    body: '',
    gets: [501, 'connection: close'],
  },
  'an empty coding before chunked: 400': {
    ...refused,
    ask: 'POST / | Transfer-Encoding: ,chunked',
    body: '',
    gets: [400, 'connection: close'],
  },
  'Transfer-Encoding in HTTP/1.0: 400': {
    ...refused,
    ask: 'POST / HTTP/1.0 | Transfer-Encoding: chunked',
    body: '0\r\n\r\n',
    gets: [400, 'connection: close'],
  },
  'both lengths: 400': {
    ...refused,
    ask: 'POST / | Transfer-Encoding: chunked | Content-Length: 5',
    body: '0\r\n\r\n',
    gets: [400, 'connection: close'],
  },
  'CONNECT: 405': { ...refused, ask: 'CONNECT upstream:80', gets: [405] },
  'OPTIONS * is answered here': { ...refused, ask: 'OPTIONS *', gets: [204] },
  'GET *: 400': { ...refused, ask: 'GET *', gets: [400] },
  'a method nobody knows: 501 in the shape of the others': {
    ...refused,
    ask: 'BREW /',
    gets: [501, 'temblor-reason: bad_request', 'content-type: application/json'],
  },
  'a Host with a blank: 400': { ...refused, ask: 'GET / | Host: a b', gets: [400] },
  'a Host with a path: 400': { ...refused, ask: 'GET / | Host: a/b', gets: [400] },
  'a Host with a user: 400': { ...refused, ask: 'GET / | Host: u@a', gets: [400] },
  'a Host that is two: 400': { ...refused, ask: 'GET / | Host: a,b', gets: [400] },
  'an absolute target with a user: 400': { ...refused, ask: 'GET http://u:p@b/x', gets: [400] },
  'an absolute target that is not http: 400': { ...refused, ask: 'GET ftp://b/x', gets: [400] },
  'Connection that names Authorization: 400': {
    ...refused,
    ask: 'GET / | Connection: authorization | Authorization: Basic x',
    gets: [400],
  },
  'Connection that names X-Forwarded-For: 400': {
    ...refused,
    ask: 'GET / | Connection: x-forwarded-for | X-Forwarded-For: x',
    gets: [400],
  },
  'an expectation nobody knows: 417': {
    ...refused,
    ask: 'POST / | Expect: 200-maybe',
    body: 'x',
    gets: [417],
  },
  'statuses of reasons are the operator’s': {
    ...refused,
    onramp: { config: { status: { bad_request: 422, headers_too_large: 400 } } },
    ask: `GET / | ${many(101)}`,
    gets: [400, 'temblor-reason: headers_too_large'],
  },
  'those that only share a reason are not': {
    ...refused,
    onramp: { config: { status: { bad_request: 422 } } },
    ask: 'BREW /',
    gets: [501],
  },
})

table('answers of upstreams that are refused', {
  'a status of 099': { ask: 'GET /', says: '099 Odd', gets: [502, 'temblor-reason: bad_upstream_response'] },
  '101 that nobody asked for': {
    ask: 'GET /',
    says: '101 Switching | Upgrade: x | Connection: upgrade',
    gets: [502],
  },
  'a line that ends with LF alone': { ask: 'GET /', says: '200 OK\nX-One: 1', gets: [502] },
  'a folded line': { ask: 'GET /', says: '200 OK | X-One: 1\r\n 2', gets: [502] },
  'a control character in a field': { ask: 'GET /', says: '200 OK | X-One: \x01', gets: [502] },
  'two lengths': {
    ask: 'GET /',
    says: '200 OK | Content-Length: 1 | Content-Length: 2',
    saysBody: 'xy',
    gets: [502],
  },
  'length and coding': {
    ask: 'GET /',
    says: '200 OK | Content-Length: 1 | Transfer-Encoding: chunked',
    saysBody: '1\r\nx\r\n0\r\n\r\n',
    gets: [502],
  },
  'a field of 100 kB': { ask: 'GET /', says: `200 OK | X-One: ${'x'.repeat(100_000)}`, gets: [502] },
  'more than 200 fields': { ask: 'GET /', says: `200 OK | ${many(201)}`, gets: [502] },
  'a 204 with a body is a 204 without': {
    ask: 'GET /',
    says: '204 | Content-Length: 2',
    saysBody: 'no',
    gets: [204],
    getsBody: '',
  },
})

for (const transport of [transports.own, transports.node])
  describe(`conversations, over ${transport.name}`, () => {
    async function meet(
      shape: Shape,
      say: string | Parameters<typeof upstream>[0],
      talk: (proxy: Stand, source: Upstream) => Promise<void>,
    ): Promise<void> {
      const source = await upstream(say)
      let proxy: Stand | undefined
      try {
        proxy = await stand(shape, { transport, upstream: source.port })
        await talk(proxy, source)
      } finally {
        await proxy?.close()
        source.close()
      }
    }

    const tells = (message: Message) => answer('200', `${message.start.split(' ')[1]} ${message.body}`)
    const all = (text: string) => {
      const found: Message[] = []
      for (let next = cut(text); next !== undefined; next = cut(next.rest)) found.push(next.message)
      return found
    }
    const byPath = { request: 'let $endpoint = {"path": $request.url.path}; event' }

    test('a bad request behind a good one takes nothing from it: 200, then 400 and the end', () =>
      meet({}, answer('200', 'ok'), async (proxy) => {
        const client = await dial(proxy.port)
        client.write(`${request('GET /')}GET / HTTP/1.1\r\nHost : a\r\n\r\n`)
        await client.until((one) => one.closed)
        assert.deepEqual(statuses(client.received), [200, 400])
      }))

    test('pipelined requests are answered in order, one at a time in the graph', () =>
      meet(byPath, tells, async (proxy, source) => {
        const client = await dial(proxy.port)
        const paths = Array.from({ length: 100 }, (_, i) => `/${i}`)
        client.write(paths.map((path) => request(`POST ${path}`, 'x')).join(''))
        await client.until((one) => all(one.received).length === 100)
        client.socket.destroy()
        assert.deepEqual(
          all(client.received).map(({ body }) => body),
          paths.map((path) => `${path} x`),
        )
        assert.equal(source.requests.length, 100)
      }))

    test('chunks come and go as chunks, byte for byte', () =>
      meet(
        {},
        (message) =>
          answer('200 | Transfer-Encoding: chunked', `1\r\n<\r\n4\r\n${message.body}\r\n1\r\n>\r\n0\r\n\r\n`),
        async (proxy, source) => {
          const got = await converse(
            proxy.port,
            request('POST / | Transfer-Encoding: chunked', '2\r\nsn\r\n2;ext=1\r\not\r\n0\r\n\r\n'),
          )
          assert.equal(source.requests[0]!.body, 'snot')
          assert.equal(field(source.requests[0]!.fields, 'transfer-encoding'), 'chunked')
          assert.equal(got.body, '<snot>')
          assert.equal(field(got.fields, 'transfer-encoding'), 'chunked')
        },
      ))

    test('where a script reads them they are whole, and leave with a length', () =>
      meet(
        { request: 'let $request.headers["x-seen"] = event; event', onramp: { codec: 'string' } },
        answer('200'),
        async (proxy, source) => {
          await converse(
            proxy.port,
            request('POST / | Transfer-Encoding: chunked', '2\r\nsn\r\n2\r\not\r\n0\r\n\r\n'),
          )
          const [seen] = source.requests
          assert.equal(field(seen!.fields, 'x-seen'), 'snot')
          assert.equal(field(seen!.fields, 'content-length'), '4')
        },
      ))

    test('trailers of an answer go on behind it', () =>
      meet(
        {},
        answer('200 | Transfer-Encoding: chunked', '2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n'),
        async (proxy) => {
          const got = await converse(proxy.port, request('GET / | TE: trailers'))
          assert.match(got.trailers, /^x-sum: 1$/i)
          assert.equal(field(got.fields, 'x-sum'), undefined)
        },
      ))

    test('an interim answer goes on, before the answer and without hop-by-hop fields', () =>
      meet(
        {},
        `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\nConnection: X-Secret\r\nX-Secret: 1\r\n\r\n${answer('200', 'ok')}`,
        async (proxy) => {
          const client = await dial(proxy.port)
          client.write(request('GET /'))
          await client.until((one) => one.received.endsWith('ok'))
          client.socket.destroy()
          assert.match(
            client.received,
            /^HTTP\/1\.1 103 [^\r]*\r\n(?:date: .*\r\n)?link: <\/a>\r\n\r\nHTTP\/1\.1 200 /i,
          )
        },
      ))

    test('a client that expects 100 gets it once its body is wanted, and the upstream hears nothing of it', () =>
      meet({ request: 'event.a' }, answer('200'), async (proxy, source) => {
        const client = await dial(proxy.port)
        client.write(request('POST / | Expect: 100-continue | Content-Length: 7'))
        await client.until((one) => one.received.length > 0)
        assert.match(client.received, /^HTTP\/1\.1 100 Continue\r\n\r\n$/)
        client.write('{"a":1}')
        await client.until((one) => statuses(one.received).length === 1)
        client.socket.destroy()
        assert.equal(source.requests[0]!.body, '1')
        assert.equal(field(source.requests[0]!.fields, 'expect'), undefined)
      }))

    test('a client that expects 100 and is answered at once sends no body, and nothing of it is taken for a request', () =>
      meet({ request: 'drop' }, answer('200'), async (proxy, source) => {
        const client = await dial(proxy.port)
        client.write(request('POST / | Expect: 100-continue | Content-Length: 40'))
        await client.until((one) => one.closed)
        assert.deepEqual(statuses(client.received), [500])
        assert.match(client.received, /connection: close/i)
        assert.equal(source.requests.length, 0)
      }))

    test('an upstream that answers before the body has ended is passed on at once', () =>
      meet(
        {},
        () => undefined,
        async (proxy, source) => {
          const client = await dial(proxy.port)
          client.write(request('POST / | Content-Length: 100000', 'x'.repeat(1000)))
          const socket = await first(source)
          socket.once('data', () => socket.write(answer('413', 'no')))
          await client.until((one) => statuses(one.received).length === 1)
          client.socket.destroy()
          assert.deepEqual(statuses(client.received), [413])
        },
      ))

    test('a request that comes back to the offramp that sent it is answered 508, not sent round', async () => {
      const free = await upstream('')
      free.close()
      const self = await stand(
        { onramp: { config: { port: free.port } } },
        { transport, upstream: free.port },
      )
      try {
        const got = await converse(self.port, request('GET /'))
        assert.equal(statusOf(got), 508)
        assert.equal(field(got.fields, 'temblor-reason'), 'loop')
      } finally {
        await self.close()
      }
    })

    test('one that goes on to another proxy in the same process is not taken for one', () =>
      meet({}, answer('200', 'ok'), async (second) => {
        const first = await stand({}, { transport, upstream: second.port })
        assert.equal((await converse(first.port, request('GET /'))).body, 'ok')
        await first.close()
      }))

    function first(source: Upstream): Promise<Upstream['sockets'][number]> {
      return new Promise((resolve) => {
        const look = () => (source.sockets.length > 0 ? resolve(source.sockets[0]!) : setImmediate(look))
        look()
      })
    }
  })
