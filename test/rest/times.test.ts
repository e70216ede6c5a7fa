/** Who waits for whom, and for how long: every timeout of both ramps, slow readers, clients that leave, upstreams that restart. */
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { describe, test } from 'node:test'
import { type HandClock, handClock } from '#engine/tools/hand-clock.ts'
import { dial, type RawClient, statuses, turnOfTheLoop } from '../http/rig.ts'
import { transports } from '../support/transports.ts'
import { answer, request } from './message.ts'
import { type Shape, type Stand, stand, type Upstream, upstream } from './stand.ts'
import { converse } from './table.ts'

interface Scene {
  readonly proxy: Stand
  readonly source: Upstream
  readonly clock: HandClock
  readonly client: RawClient
  /** The upstream's end of the first connection. */
  socket(): Promise<Upstream['sockets'][number]>
}

for (const transport of [transports.own, transports.node])
  describe(`over ${transport.name}`, () => {
    async function meet(
      shape: Shape,
      say: Parameters<typeof upstream>[0],
      talk: (scene: Scene) => Promise<void>,
    ): Promise<void> {
      const clock = handClock()
      const source = await upstream(say)
      let proxy: Stand | undefined
      try {
        proxy = await stand(shape, { transport, upstream: source.port, clock })
        const client = await dial(proxy.port)
        const socket = async () => {
          await until(() => source.sockets.length > 0)
          return source.sockets[0]!
        }
        await talk({ proxy, source, clock, client, socket })
        client.socket.destroy()
      } finally {
        // Nothing waits for what is left: the clock stands still unless it is turned.
        const closed = proxy?.close()
        clock.turn(1)
        await closed
        source.close()
      }
    }

    const silent = () => undefined

    describe('an upstream', () => {
      test('that says nothing: 504 after `timeout`, counted from the end of the request', () =>
        meet({ offramp: { config: { timeout: 2000 } } }, silent, async ({ client, clock, source }) => {
          client.write(request('GET /'))
          await until(() => source.requests.length === 1)
          await settled()
          clock.turn(1900)
          await settled()
          assert.equal(client.received, '')
          clock.turn(200)
          await client.until((one) => statuses(one.received).length === 1)
          assert.match(client.received, /^HTTP\/1\.1 504 /)
          assert.match(client.received, /temblor-reason: upstream_timeout/i)
          await until(() => source.sockets[0]!.readableEnded || source.sockets[0]!.destroyed)
        }))

      test('that pauses within its answer for `idle_timeout`: the answer is cut, not ended', () =>
        meet({ offramp: { config: { idle_timeout: 2000 } } }, silent, async ({ client, clock, socket }) => {
          client.write(request('GET /'))
          const up = await socket()
          up.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n')
          await client.until((one) => one.received.endsWith('abc\r\n'))
          clock.turn(1900)
          up.write('3\r\ndef\r\n')
          await client.until((one) => one.received.endsWith('def\r\n'))
          clock.turn(2100)
          await client.until((one) => one.closed)
          assert.ok(client.received.endsWith('def\r\n'), 'an end was made up')
        }))

      test('that pauses where a script reads the answer: 504', () =>
        meet(
          { response: 'event.a', offramp: { config: { idle_timeout: 2000 } } },
          silent,
          async ({ client, clock, socket }) => {
            client.write(request('GET /'))
            const up = await socket()
            up.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{"a"')
            await settled()
            clock.turn(2100)
            await client.until((one) => statuses(one.received).length === 1)
            assert.match(client.received, /^HTTP\/1\.1 504 .*temblor-reason: upstream_timeout/is)
          },
        ))

      test('that is never done within the deadline: 504, and its call is cut', () =>
        meet({ onramp: { deadline: '5s' } }, silent, async ({ client, clock, source, socket }) => {
          client.write(request('GET /'))
          await socket()
          await until(() => source.requests.length === 1)
          clock.turn(5000)
          await client.until((one) => statuses(one.received).length === 1)
          assert.match(client.received, /^HTTP\/1\.1 504 .*temblor-reason: deadline/is)
          await until(() => source.sockets[0]!.readableEnded || source.sockets[0]!.destroyed)
        }))

      test('that has begun to answer has all the time there is', () =>
        meet({ onramp: { deadline: '5s' } }, silent, async ({ client, clock, socket }) => {
          client.write(request('GET /'))
          const up = await socket()
          up.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n')
          for (const letter of 'abcdef') {
            await client.until((one) => /HTTP/.test(one.received))
            clock.turn(4000)
            up.write(letter)
            await client.until((one) => one.received.endsWith(letter))
          }
          assert.match(client.received, /\r\n\r\nabcdef$/)
        }))

      test('that restarts finds its pooled connections replaced, and no request lost', () =>
        meet({}, answer('200', 'first'), async ({ proxy, source }) => {
          const got = await Promise.all([1, 2, 3].map(() => converse(proxy.port, request('GET /'))))
          assert.deepEqual(
            got.map(({ body }) => body),
            ['first', 'first', 'first'],
          )
          source.close()
          const second = createServer((socket) =>
            socket.on('data', () => socket.write(answer('200', 'second'))).on('error', () => {}),
          )
          await new Promise<void>((resolve) => second.listen(source.port, '127.0.0.1', resolve))
          await settled()
          const again = await Promise.all([1, 2, 3].map(() => converse(proxy.port, request('GET /'))))
          assert.deepEqual(
            again.map(({ body }) => body),
            ['second', 'second', 'second'],
          )
          second.close()
        }))
    })

    describe('a client', () => {
      test('that sends its head too slowly: 408', () =>
        meet({ onramp: { config: { head_timeout: '2s' } } }, silent, async ({ client, clock }) => {
          client.write('GET / HTTP/1.1\r\nHost: a')
          await settled()
          clock.turn(2100)
          await client.until((one) => one.closed)
          assert.match(client.received, /^HTTP\/1\.1 408 .*temblor-reason: request_timeout/is)
        }))

      test('that pauses within a body that a script reads: 408', () =>
        meet(
          { request: 'event.a', onramp: { config: { body_timeout: '2s' } } },
          silent,
          async ({ client, clock }) => {
            client.write(request('POST / | Content-Length: 9', '{"a"'))
            await settled()
            clock.turn(2100)
            await client.until((one) => one.closed)
            assert.match(client.received, /^HTTP\/1\.1 408 .*temblor-reason: request_timeout/is)
          },
        ))

      test('that pauses within a body that is streamed: 408, and the upstream’s request is cut', () =>
        meet({ onramp: { config: { body_timeout: '2s' } } }, silent, async ({ client, clock, socket }) => {
          client.write(request('POST / | Content-Length: 9', '{"a"'))
          const up = await socket()
          await settled()
          clock.turn(2100)
          await client.until((one) => one.closed)
          assert.match(client.received, /^HTTP\/1\.1 408 /)
          await until(() => up.readableEnded || up.destroyed)
        }))

      test('that asks nothing is let go after `keep_alive`, without a word', () =>
        meet({ onramp: { config: { keep_alive: '2s' } } }, answer('200'), async ({ client, clock }) => {
          client.write(request('GET /'))
          await client.until((one) => statuses(one.received).length === 1)
          const { length } = client.received
          await settled()
          clock.turn(2100)
          await client.until((one) => one.closed)
          assert.equal(client.received.length, length)
        }))

      test('that reads nothing is cut after `write_timeout`, and its upstream with it', () =>
        meet({ onramp: { config: { write_timeout: '2s' } } }, silent, async ({ client, clock, socket }) => {
          client.socket.pause()
          client.write(request('GET /'))
          const up = await socket()
          const size = 64 << 20
          up.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`)
          up.write(Buffer.alloc(size))
          for (let i = 0; i < 50; i++) await settled()
          assert.ok(up.writableLength > size / 4, 'the upstream could send it all')
          // The first look finds that the kernel has taken something since.
          clock.turn(2100)
          await settled()
          clock.turn(2100)
          await until(() => up.readableEnded || up.destroyed)
        }))
    })

    describe('a client that leaves', () => {
      const points: Readonly<Record<string, [send: string, say: string | null]>> = {
        'within its body': [request('POST / | Content-Length: 100', 'x'), null],
        'behind its request': [request('POST /', 'x'), null],
        'within the head of the answer': [request('POST /', 'x'), 'HTTP/1.1 200 OK\r\nX-One'],
        'within the body of the answer': [
          request('POST /', 'x'),
          'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx',
        ],
        'within a chunk of the answer': [
          request('POST /', 'x'),
          'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nx',
        ],
      }
      for (const [name, [send, say]] of Object.entries(points))
        test(`${name}: its call is cut, its place is free, one line says 499`, () =>
          meet(
            { onramp: { config: { access_log: 'on' } }, offramp: { config: { concurrency: 1 } } },
            silent,
            async ({ proxy, client, socket, source }) => {
              client.write(send)
              const up = await socket()
              if (say !== null) {
                up.write(say)
                if (/\r\n\r\n/.test(say)) await client.until((one) => one.received.includes('x'))
              }
              await settled()
              client.socket.destroy()
              await until(() => up.readableEnded || up.destroyed)
              await until(() => proxy.engine.status().inFlight === 0)
              const lines = proxy.log.filter(({ msg }) => msg === 'request')
              assert.equal(lines.length, 1)
              assert.equal(lines[0]!['cut'], 'client_gone')
              const next = await dial(proxy.port)
              next.write(request('GET /'))
              await until(() => source.requests.length > (name === 'within its body' ? 0 : 1))
              next.socket.destroy()
            },
          ))

      test('of which it only closed its side, where that is said to mean it still reads: it is answered', () =>
        meet({ onramp: { config: { half_close: 'answer' } } }, silent, async ({ proxy, source }) => {
          const half = await dial(proxy.port, { allowHalfOpen: true })
          half.socket.end(request('GET /'))
          await until(() => source.requests.length === 1)
          await settled()
          source.sockets[0]!.write(answer('200', 'ok'))
          await half.until((one) => one.closed)
          assert.deepEqual(statuses(half.received), [200])
        }))

      test('while it waits in line: it is not sent', () =>
        meet(
          { offramp: { config: { concurrency: 1 } } },
          silent,
          async ({ proxy, client, socket, source }) => {
            client.write(request('GET /'))
            const up = await socket()
            await until(() => source.requests.length === 1)
            const second = await dial(proxy.port)
            second.write(request('PUT /'))
            await until(() => proxy.engine.status().inFlight === 2)
            second.socket.destroy()
            await until(() => proxy.engine.status().inFlight === 1)
            up.write(answer('200'))
            await client.until((one) => statuses(one.received).length === 1)
            assert.equal(source.requests.length, 1)
          },
        ))
    })
  })

async function until(holds: () => boolean): Promise<void> {
  const limit = performance.now() + 3000
  while (!holds()) {
    assert.ok(performance.now() < limit, 'waited in vain')
    await turnOfTheLoop()
  }
}

async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await turnOfTheLoop()
}
