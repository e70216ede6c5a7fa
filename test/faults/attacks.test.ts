/** P7, P11, P13, D1, D2: what a hostile client, or a script that believes one, might do to the proxy; over each transport. */
import assert from 'node:assert/strict'
import { type AddressInfo, createServer } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import { dial, statuses } from '../http/rig.ts'
import { answer, request, statusOf } from '../rest/message.ts'
import { type Shape, type Stand, stand, type Upstream, upstream } from '../rest/stand.ts'
import { converse } from '../rest/table.ts'
import { transports } from '../support/transports.ts'

const uncaught: unknown[] = []
const hear = (error: unknown) => void uncaught.push(error)
before(() => void process.on('uncaughtException', hear).on('unhandledRejection', hear))
after(() => {
  process.off('uncaughtException', hear).off('unhandledRejection', hear)
  assert.deepEqual(uncaught, [])
})

/** Where a script may put a text that a client sent it, as `event.x`. */
const sinks: Readonly<Record<string, Shape>> = {
  'a field of the answer': { response: 'let $response.headers["x-out"] = event.x; event' },
  'the name of a field of the answer': { response: 'let $response.headers = {"#{event.x}": "1"}; event' },
  'the status': { response: 'let $response.status = event.x; event' },
  'a field of the request': { request: 'let $request.headers["x-out"] = event.x; event' },
  'the name of a field of the request': { request: 'let $request.headers["#{event.x}"] = "1"; event' },
  'the method': { request: 'let $request.method = event.x; event' },
  'the path': { request: 'let $endpoint = {"path": event.x}; event' },
  'the query': { request: 'let $endpoint = {"path": "/", "query": event.x}; event' },
  'the host': { request: 'let $endpoint = {"host": event.x}; event' },
  'the whole endpoint': { request: 'let $endpoint = event.x; event' },
  'the Host field': {
    request: 'let $request.headers["host"] = event.x; event',
    offramp: { config: { host: 'request' } },
  },
  'a cookie': { response: 'let $response.headers["set-cookie"] = ["a=#{event.x}", "b=2"]; event' },
}

const hostile: readonly unknown[] = [
  'a\r\nX-Evil: 1',
  'a\nX-Evil: 1',
  'a\rX-Evil: 1',
  '\r\n\r\nHTTP/1.1 200 OK\r\nX-Evil: 1\r\n\r\n',
  ' HTTP/1.1\r\nHost: b\r\nX-Evil: 1\r\n\r\nGET /x',
  '/x HTTP/1.1\r\nX-Evil: 1',
  'a\u0000b',
  'a\u010aX-Evil: 1',
  'a\u560a\u560dX-Evil: 1',
  'a\u2028b',
  '\ud83d\ude00',
  '',
  ' ',
  ':',
  'a: b',
  'a b',
  'Transfer-Encoding',
  'content-length',
  'Connection',
  '__proto__',
  'http://127.0.0.1:1\r\nX-Evil: 1/',
  {},
  { toString: 1 },
  [],
  ['a\r\nX-Evil: 1'],
  [['a']],
  1e9,
  -1,
  1.5,
  true,
  null,
]

for (const transport of [transports.own, transports.node])
  describe(`over ${transport.name}`, () => {
    describe('P7: a text of the client in', () => {
      for (const [sink, shape] of Object.entries(sinks))
        test(sink, async () => {
          const [proxy, source] = await withUpstream(shape)
          const ask = async (x: unknown) => {
            const client = await dial(proxy.port)
            // Octets on the wire, for a string of JavaScript that is written as latin1.
            const body = Buffer.from(JSON.stringify({ x })).toString('latin1')
            client.write(request('POST / | Content-Type: application/json', body))
            await client.until(({ received, closed }) => closed || /\r\n\r\n/.test(received))
            client.socket.destroy()
            assert.equal(statuses(client.received).length, 1, client.received)
            assert.doesNotMatch(client.received, /^x-evil/im)
            const [head = ''] = client.received.split('\r\n\r\n')
            assert.doesNotMatch(head.replaceAll('\r\n', ''), /[\r\n\0]/)
          }
          try {
            for (const x of hostile) await ask(x)
            await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary' }), ask), { numRuns: 30 })
            assert.equal(statusOf(await converse(proxy.port, request('POST /', '{"x": "GET"}'))) < 600, true)
            for (const { start, fields } of source.requests) {
              assert.match(start, /^[A-Z-]+ \/[\x21-\x7e]* HTTP\/1\.1$/)
              assert.ok(!fields.some(([name]) => name === 'x-evil'))
            }
          } finally {
            await proxy.close()
            source.close()
          }
        })
    })

    test('P11: chunks of one octet each, very many, cost no more than they are worth', async () => {
      const count = 200_000
      let octets = 0
      const source = createServer((socket) => {
        let tail = ''
        socket.on('error', () => {})
        socket.on('data', (chunk: Buffer) => {
          for (const byte of chunk) if (byte === 120) octets++
          tail = (tail + chunk.toString('latin1')).slice(-5)
          if (tail === '0\r\n\r\n') socket.write(answer('200', 'ok'))
        })
      })
      await new Promise<void>((resolve) => source.listen(0, '127.0.0.1', resolve))
      const proxy = await stand({}, { transport, upstream: (source.address() as AddressInfo).port })
      const client = await dial(proxy.port)
      client.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')
      const since = process.cpuUsage()
      client.write('1\r\nx\r\n'.repeat(count))
      client.write('0\r\n\r\n')
      while (statuses(client.received).length === 0 && !client.closed)
        await new Promise((resolve) => setTimeout(resolve, 20))
      const { user, system } = process.cpuUsage(since)
      const each = (user + system) / count
      console.log(
        `${transport.name}: ${count} chunks of one octet, ${each.toFixed(2)} µs each at all three ends`,
      )
      client.socket.destroy()
      await proxy.close()
      source.close()
      assert.deepEqual(statuses(client.received), [200])
      assert.equal(octets, count)
      assert.ok(each < 100, `${each} µs`)
    })

    test('P13: five thousand requests in one write are one at a time behind it', async () => {
      let most = 0
      let under = 0
      const source = await upstream((_, socket) => {
        most = Math.max(most, ++under)
        setImmediate(() => {
          under--
          socket.write(answer('200', 'ok'))
        })
        return undefined
      })
      const proxy = await stand({}, { transport, upstream: source.port })
      const client = await dial(proxy.port)
      client.write(request('GET /').repeat(5000))
      while (statuses(client.received).length < 5000 && !client.closed)
        await new Promise((resolve) => setTimeout(resolve, 20))
      client.socket.destroy()
      await proxy.close()
      source.close()
      assert.equal(most, 1)
      assert.ok(statuses(client.received).every((status) => status === 200))
    })

    const reads = { request: 'let $correlation = event; event' }
    for (const [name, text, status] of [
      ['128 levels', '['.repeat(128) + ']'.repeat(128), 200],
      ['129 levels', '['.repeat(129) + ']'.repeat(129), 400],
      ['100,000 levels', '['.repeat(100_000) + ']'.repeat(100_000), 400],
      ['500,000 levels that never end', '{"a":'.repeat(100_000), 400],
    ] as const)
      test(`D1: a body of ${name} is answered ${status}`, async () => {
        const [proxy, source] = await withUpstream(reads)
        const since = performance.now()
        const got = await converse(proxy.port, request('POST / | Content-Type: application/json', text))
        const ms = performance.now() - since
        await proxy.close()
        source.close()
        assert.equal(statusOf(got), status)
        assert.ok(ms < 500, `${ms} ms`)
      })

    // Reading such a body is one piece of work, which nothing interrupts: a tenth of a second, as one might wish, it is not.
    test('D2: bodies of 1 MiB, as wide as they can be, are answered; how long they hold up others is printed', async () => {
      const [proxy, source] = await withUpstream({
        request: 'let event = merge event of {"z": 1} end; event',
      })
      const pairs = Array.from({ length: 71_000 }, (_, i) => `"k${i}":${i}`)
      const wide = `{${pairs.join(',')}}`
      assert.ok(wide.length > 1_000_000 && wide.length < 1 << 20)
      const text = request('POST / | Content-Type: application/json', wide)
      await converse(proxy.port, text)
      const delay = monitorEventLoopDelay({ resolution: 5 })
      delay.enable()
      const got: number[] = []
      for (let i = 0; i < 5; i++) got.push(statusOf(await converse(proxy.port, text)))
      delay.disable()
      const mostMs = delay.max / 1e6
      console.log(
        `${transport.name}: 5 bodies of ${wide.length} octets, the loop stood still for ${mostMs.toFixed(0)} ms at most`,
      )
      await proxy.close()
      source.close()
      assert.deepEqual(new Set(got), new Set([200]))
      assert.ok(mostMs < 3000)
    })

    async function withUpstream(shape: Shape): Promise<[Stand, Upstream]> {
      const source = await upstream(answer('200 | Content-Type: application/json', '{"x": "ok"}'))
      return [await stand(shape, { transport, upstream: source.port }), source]
    }
  })
