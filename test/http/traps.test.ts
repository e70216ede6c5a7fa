/** What a proxy's transport gets wrong if nobody watches: each trap a case, over each transport, over real sockets. */
import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import type { Transport } from '#engine/http/transport.ts'
import { handClock } from '#engine/tools/hand-clock.ts'
import {
  type Behaviour,
  dial,
  isCut,
  type RawClient,
  type Rig,
  type RigOptions,
  recorder,
  rig,
  statuses,
  turnOfTheLoop,
  type Upstream,
  upstream,
} from './rig.ts'
import { allTransports } from './vectors.ts'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

for (const transport of allTransports) describe(`over ${transport.name}`, () => traps(transport))

function traps(transport: Transport): void {
  const open: { close(): void }[] = []
  afterEach(() => {
    for (const one of open.splice(0)) one.close()
  })

  async function stand(
    behave: Behaviour,
    options: Partial<RigOptions> = {},
  ): Promise<{ proxy: Rig; source: Upstream; client: RawClient }> {
    const source = await upstream(behave)
    const proxy = await rig(transport, { upstream: source.port, ...options })
    const client = await dial(proxy.listener.port)
    open.push(source, proxy, { close: () => client.socket.destroy() })
    return { proxy, source, client }
  }

  function trap(name: string, body: () => Promise<void>): void {
    it(name, body)
  }

  /** Answers each request head with the same bytes. */
  const saying =
    (answer: string): Behaviour =>
    (side) => {
      if (side.received.endsWith('\r\n\r\n')) side.socket.write(answer, 'latin1')
    }

  describe('answers in order', () => {
    trap('pipelined requests are answered in order, one at a time', async () => {
      const recording = await recorder()
      const proxy = await rig(transport, { upstream: recording.port })
      open.push(recording, proxy)
      const client = await dial(proxy.listener.port)
      const count = 500
      client.write(Array.from({ length: count }, (_, i) => `GET /${i} HTTP/1.1\r\nHost: a\r\n\r\n`).join(''))
      await client.until((one) => statuses(one.received).length === count)
      client.socket.destroy()
      assert.equal(proxy.mostAtOnce, 1)
      assert.deepEqual(
        recording.requests.map((one) => one.head.split(' ')[1]),
        Array.from({ length: count }, (_, i) => `/${i}`),
      )
    })

    trap('a refusal behind a HEAD has its content: that answers another request', async () => {
      const { client, proxy } = await stand(saying('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n'))
      client.write('HEAD / HTTP/1.1\r\nHost: a\r\n\r\n')
      await client.until((one) => statuses(one.received).length === 1)
      const other = await dial(proxy.listener.port)
      other.write(' / HTTP/1.1\r\nHost: a\r\n\r\n')
      await other.until((one) => one.closed)
      assert.ok(!isCut(other.received), other.received)
      client.write('GE T / HTTP/1.1\r\nHost: a\r\n\r\n')
      await client.until((one) => one.closed)
      assert.ok(!isCut(client.received.slice(client.received.indexOf('HTTP/1.1 4'))), client.received)
    })

    trap('a bad second request does not take the answer of the first', async () => {
      const { client } = await stand(saying(OK))
      client.write(`${GET}GET / HTTP/1.1\r\nHost : a\r\n\r\n`)
      await client.until((one) => one.closed)
      assert.deepEqual(statuses(client.received), [200, 400])
    })

    trap('requests that come early are held, bounded', async () => {
      const { client, source } = await stand(() => {})
      client.socket.write(GET.repeat(500_000))
      for (let i = 0; i < 50; i++) await turnOfTheLoop()
      assert.ok(client.socket.writableLength > 1_000_000, 'the proxy read on')
      assert.equal(source.sides.length, 1)
    })

    trap('HEAD, 204 and 304 carry no body, whatever their fields say', async () => {
      const answers: Record<string, string> = {
        HEAD: 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n',
        GET: 'HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\n\r\n',
        PUT: 'HTTP/1.1 204 No Content\r\n\r\n',
      }
      const { client } = await stand((side, fresh) => void side.socket.write(answers[fresh.split(' ')[0]!]!))
      for (const [i, method] of ['HEAD', 'GET', 'PUT', 'HEAD'].entries()) {
        client.write(
          `${method} / HTTP/1.1\r\nHost: a\r\n${method === 'PUT' ? 'Content-Length: 0\r\n' : ''}\r\n`,
        )
        await client.until(
          (one) => statuses(one.received).length === i + 1 && one.received.endsWith('\r\n\r\n'),
        )
      }
      assert.deepEqual(statuses(client.received), [200, 304, 204, 200])
      assert.match(client.received, /^HTTP\/1\.1 200 OK\r\n(?:.*\r\n)*content-length: 10\r\n/i)
      assert.doesNotMatch(client.received, /204 No Content\r\n(?:.+\r\n)*content-length/i)
    })
  })

  describe('interim answers', () => {
    trap('100 from upstream is never taken for the answer', async () => {
      const { client } = await stand(saying(`HTTP/1.1 100 Continue\r\n\r\n${OK}`))
      client.write(GET)
      await client.until((one) => one.received.endsWith('ok'))
      assert.match(client.received, /^HTTP\/1\.1 200 OK\r\n/)
    })

    trap('103 from upstream is passed on and never taken for the answer', async () => {
      const { client } = await stand(saying(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}`))
      client.write(GET)
      await client.until((one) => one.received.endsWith('ok'))
      assert.match(
        client.received,
        /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a>\r\n\r\nHTTP\/1\.1 200 OK\r\n/i,
      )
    })

    trap('an interim answer is not sent to HTTP/1.0', async () => {
      const { client } = await stand(saying(`HTTP/1.1 103 Early Hints\r\n\r\n${OK}`))
      client.write('GET / HTTP/1.0\r\n\r\n')
      await client.until((one) => one.closed)
      assert.match(client.received, /^HTTP\/1\.1 200 OK/)
    })

    trap('the client is told to continue once its body is wanted', async () => {
      const { client, source } = await stand((side) => {
        if (side.received.endsWith('hello')) side.socket.write(OK)
      })
      client.write('POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n')
      await client.until((one) => one.received.length > 0)
      assert.match(client.received, /^HTTP\/1\.1 100 Continue\r\n/)
      assert.doesNotMatch(source.sides[0]?.received ?? '', /expect/i)
      client.write('hello')
      await client.until((one) => one.received.endsWith('ok'))
      assert.deepEqual(statuses(client.received), [200])
    })

    trap('a refused expectation closes: what follows could be body or request', async () => {
      const { client } = await stand(() => {}, { handle: (exchange) => exchange.respond(403, [], 'no') })
      client.write('POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n')
      await client.until((one) => one.closed)
      client.write(GET)
      assert.deepEqual(statuses(client.received), [403])
      assert.match(client.received, /connection: close/i)
    })
  })

  describe('bodies', () => {
    trap('a client that reads slowly pauses the upstream', async () => {
      const size = 64 * 1024 * 1024
      const { client, source } = await stand((side) => {
        side.socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`)
        side.socket.write(Buffer.alloc(size, 97))
      })
      client.socket.pause()
      client.write(GET)
      const before = process.memoryUsage().arrayBuffers
      for (let i = 0; i < 300; i++) await turnOfTheLoop()
      assert.ok(source.sides[0]!.socket.writableLength > size / 4, 'the upstream could send it all')
      assert.ok(process.memoryUsage().arrayBuffers - before < 16 * 1024 * 1024 + size)
    })

    trap('a slow reader gets every octet once it reads', async () => {
      const size = 8 * 1024 * 1024
      const content = Buffer.alloc(size)
      for (let i = 0; i < size; i += 4) content.writeUInt32BE(i, i)
      const { client, proxy } = await stand((side) => {
        side.socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`)
        side.socket.write(content)
      })
      client.socket.pause()
      client.write(GET)
      for (let i = 0; i < 100; i++) await turnOfTheLoop()
      client.socket.resume()
      await client.until((one) => one.received.length > size)
      const body = client.received.slice(client.received.indexOf('\r\n\r\n') + 4)
      await client.until((one) => one.received.length - one.received.indexOf('\r\n\r\n') - 4 === size)
      assert.ok(
        Buffer.from(client.received.slice(-size), 'latin1').equals(content),
        `${body.length} octets differ`,
      )
      for (let i = 0; i < 20 && proxy.done.length === 0; i++) await turnOfTheLoop()
      assert.deepEqual(proxy.done, [[null, size]])
    })

    trap('an upstream that reads slowly pauses the client', async () => {
      const size = 64 * 1024 * 1024
      const { client } = await stand((side) => void side.socket.pause())
      client.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`)
      client.socket.write(Buffer.alloc(size, 97))
      for (let i = 0; i < 300; i++) await turnOfTheLoop()
      assert.ok(client.socket.writableLength > size / 4, 'the client could send it all')
    })

    trap('a large body goes through whole, whatever its framing', async () => {
      const content = 'x'.repeat(300_000)
      const { client } = await stand((side) => {
        if (side.received.endsWith('0\r\n\r\n')) {
          const sent = side.received.slice(side.received.indexOf('\r\n\r\n') + 4).replace(/[^x]/g, '').length
          side.socket.write(
            `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n${sent === 300_000 ? 'yes' : 'no.'}\r\n0\r\n\r\n`,
          )
        }
      })
      const chunks = Array.from(
        { length: 30 },
        (_, i) => `2710\r\n${content.slice(i * 10_000, (i + 1) * 10_000)}\r\n`,
      )
      client.write(
        `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${chunks.join('')}0\r\n\r\n`,
      )
      await client.until((one) => one.received.endsWith('0\r\n\r\n'))
      assert.match(client.received, /\r\n\r\n3\r\nyes\r\n0\r\n\r\n$/)
    })

    trap('trailers are passed on behind the last chunk, never merged', async () => {
      const { client } = await stand(
        saying('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n'),
      )
      client.write(GET)
      await client.until((one) => one.received.includes('0\r\nX-Sum: 1\r\n\r\n'))
      assert.doesNotMatch(client.received.slice(0, client.received.indexOf('\r\n\r\n')), /x-sum/i)
    })

    trap('an answer framed by close is whole, and chunked for the client', async () => {
      const { client, source } = await stand(
        (side) => void side.socket.end('HTTP/1.1 200 OK\r\n\r\nuntil the end'),
      )
      client.write(GET)
      await client.until((one) => one.received.endsWith('0\r\n\r\n'))
      client.write(GET)
      await client.until((one) => statuses(one.received).length === 2)
      assert.match(client.received, /d\r\nuntil the end\r\n0\r\n\r\n/)
      assert.equal(source.sides.length, 2)
    })

    trap('an answer of unknown length ends with the connection for HTTP/1.0', async () => {
      const { client } = await stand(
        saying('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n'),
      )
      client.write('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n')
      await client.until((one) => one.closed)
      assert.match(client.received, /\r\n\r\nok$/)
      assert.doesNotMatch(client.received, /chunked/i)
    })

    trap(
      'an answer before the end of the request is passed on, and its connection is not used again',
      async () => {
        const { client, source } = await stand((side) => {
          if (/\r\n\r\n/.test(side.received) && !side.received.startsWith('seen')) {
            side.received = 'seen'
            side.socket.write(OK)
          }
        })
        client.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n${'x'.repeat(10_000)}`)
        await client.until((one) => one.received.endsWith('ok'))
        client.write('x'.repeat(10_000) + GET)
        await client.until((one) => statuses(one.received).length === 2)
        assert.deepEqual(statuses(client.received), [200, 200])
        assert.equal(source.sides.length, 2)
        assert.ok(source.sides[0]!.closed)
      },
    )

    trap('after an early answer a long rest of the body is not read to its end', async () => {
      const { client } = await stand(() => {}, {
        handle: (exchange) => exchange.respond(413, [], 'too much'),
      })
      client.write(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n\r\n`)
      await client.until((one) => one.closed)
      assert.deepEqual(statuses(client.received), [413])
      assert.match(client.received, /connection: close/i)
    })
  })

  describe('upstreams that fail', () => {
    trap('a connection that closed at rest is not used', async () => {
      const { client, source } = await stand((side) => {
        side.socket.write(OK)
        side.socket.end()
      })
      for (let i = 1; i <= 3; i++) {
        client.write(GET)
        await client.until((one) => statuses(one.received).length === i)
        for (let turn = 0; turn < 5; turn++) await turnOfTheLoop()
      }
      assert.deepEqual(statuses(client.received), [200, 200, 200])
      assert.equal(source.sides.length, 3)
    })

    const second = (method: string) => async () => {
      let requests = 0
      const { client, source } = await stand((side, fresh) => {
        if (!fresh.endsWith('\r\n\r\n')) return
        requests++
        // The first request on each connection is answered, the second finds it closing.
        if (side.received.length === fresh.length) side.socket.write(OK)
        else side.socket.destroy()
      })
      const request = `${method} / HTTP/1.1\r\nHost: a\r\n${method === 'POST' ? 'Content-Length: 0\r\n' : ''}\r\n`
      client.write(request)
      await client.until((one) => statuses(one.received).length === 1)
      client.write(request)
      await client.until((one) => statuses(one.received).length === 2)
      return { statuses: statuses(client.received), requests, connections: source.sides.length }
    }
    trap('an idempotent request that met a closing connection goes again, once', async () => {
      assert.deepEqual(await second('GET')(), { statuses: [200, 200], requests: 3, connections: 2 })
    })
    trap('a POST that met a closing connection does not go again', async () => {
      assert.deepEqual(await second('POST')(), { statuses: [200, 502], requests: 2, connections: 1 })
    })

    trap('a second answer nobody asked for kills its connection and reaches no one', async () => {
      const { client, source } = await stand(saying(`${OK}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`))
      for (let i = 1; i <= 2; i++) {
        client.write(GET)
        await client.until((one) => statuses(one.received).length === i && one.received.endsWith('ok'))
      }
      assert.doesNotMatch(client.received, /evil/)
      assert.equal(source.sides.length, 2)
    })

    trap('bytes that come while a connection rests kill it', async () => {
      const { client, source } = await stand((side) => void side.socket.write(OK))
      client.write(GET)
      await client.until((one) => statuses(one.received).length === 1)
      source.sides[0]!.socket.write('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil')
      for (let i = 0; i < 200 && !source.sides[0]!.closed; i++) await turnOfTheLoop()
      client.write(GET)
      await client.until((one) => statuses(one.received).length === 2)
      assert.doesNotMatch(client.received, /evil/)
      assert.equal(source.sides.length, 2)
    })

    trap('an answer cut by a reset is visibly cut', async () => {
      const { client, proxy } = await stand((side) => {
        side.socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n')
        setImmediate(() => setImmediate(() => side.socket.resetAndDestroy()))
      })
      client.write(GET)
      await client.until((one) => one.closed)
      assert.doesNotMatch(client.received, /0\r\n\r\n$/)
      assert.equal(proxy.done.length, 1)
      assert.notEqual(proxy.done[0]![0], null)
    })

    trap('an answer whole before the reset is whole', async () => {
      const { client } = await stand((side) => {
        side.socket.write(OK, () => side.socket.resetAndDestroy())
      })
      client.write(GET)
      await client.until((one) => one.received.endsWith('ok') || one.closed)
      assert.deepEqual(statuses(client.received), [200])
    })

    trap('a refused connection is a fault of the connect phase with nothing sent', async () => {
      const gone = await upstream(() => {})
      gone.close()
      const proxy = await rig(transport, { upstream: gone.port })
      open.push(proxy)
      const client = await dial(proxy.listener.port)
      client.write(GET)
      await client.until((one) => statuses(one.received).length === 1)
      client.socket.destroy()
      const { kind, phase, sent } = proxy.failed[0]!
      assert.deepEqual({ kind, phase, sent }, { kind: 'connect', phase: 'connect', sent: false })
    })
  })

  describe('clients that leave', () => {
    trap('a half-closed client still gets its answer', async () => {
      let release = () => {}
      const { proxy } = await stand((side) => {
        release = () => void side.socket.write(OK)
      })
      const client = await dial(proxy.listener.port, { allowHalfOpen: true })
      client.socket.end(GET)
      for (let i = 0; i < 10; i++) await turnOfTheLoop()
      release()
      await client.until((one) => one.closed)
      assert.deepEqual(statuses(client.received), [200])
    })

    trap('where half-closing means leaving, it cancels the upstream call', async () => {
      const { client, proxy, source } = await stand(() => {}, { listen: { halfClose: 'abort' } })
      client.write(GET)
      for (let i = 0; i < 50 && source.sides.length === 0; i++) await turnOfTheLoop()
      client.socket.end()
      for (let i = 0; i < 50 && !source.sides[0]!.closed; i++) await turnOfTheLoop()
      assert.equal(proxy.done[0]?.[0]?.kind, 'client_gone')
      assert.ok(source.sides[0]!.closed)
    })

    const abortAt = (name: string, before: string, answer: string) =>
      trap(`a client that leaves ${name} cancels the upstream call`, async () => {
        const { client, proxy, source } = await stand((side) => {
          if (answer !== '') side.socket.write(answer)
        })
        client.write(before)
        if (answer === '') for (let i = 0; i < 50 && !source.sides[0]?.received; i++) await turnOfTheLoop()
        else await client.until((one) => one.received.includes('ok'))
        client.socket.resetAndDestroy()
        for (let i = 0; i < 100 && !source.sides[0]!.closed; i++) await turnOfTheLoop()
        assert.ok(source.sides[0]!.closed, 'the upstream call goes on')
        assert.equal(proxy.done.length, 1)
        assert.equal(proxy.done[0]![0]?.kind, 'client_gone')
        for (let i = 0; i < 20 && proxy.listener.connections > 0; i++) await turnOfTheLoop()
        assert.equal(proxy.listener.connections, 0)
        assert.equal(proxy.client.openConnections, 0)
      })
    abortAt('in the middle of its body', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhel', '')
    abortAt('behind its request', GET, '')
    abortAt('in the middle of the answer', GET, 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok')

    trap('a body cut short aborts the upstream call', async () => {
      const { client, source } = await stand(() => {})
      client.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n')
      for (let i = 0; i < 50 && !source.sides[0]?.received.includes('abc'); i++) await turnOfTheLoop()
      client.socket.end()
      for (let i = 0; i < 50 && !source.sides[0]!.closed; i++) await turnOfTheLoop()
      assert.ok(source.sides[0]!.closed)
      assert.doesNotMatch(source.sides[0]!.received, /\r\n0\r\n\r\n/)
    })
  })

  describe('time', () => {
    const timed = (name: string, body: (clock: ReturnType<typeof handClock>) => Promise<void>) =>
      trap(name, () => body(handClock()))

    timed('a head that drips is answered 408', async (clock) => {
      const { client } = await stand(() => {}, { clock, limits: { headMs: 1000 } })
      client.write('GET / HTTP/1.1\r\nHo')
      for (let i = 0; i < 10; i++) await turnOfTheLoop()
      clock.turn(500)
      client.write('st: a\r\n')
      for (let i = 0; i < 10; i++) await turnOfTheLoop()
      clock.turn(600)
      await client.until((one) => one.closed)
      assert.deepEqual(statuses(client.received), [408])
    })

    timed('a body that stalls is answered 408', async (clock) => {
      const { client, source } = await stand(() => {}, { clock, limits: { bodyIdleMs: 1000 } })
      client.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe')
      for (let i = 0; i < 50 && !source.sides[0]?.received.endsWith('he'); i++) await turnOfTheLoop()
      clock.turn(1001)
      await client.until((one) => one.closed)
      assert.deepEqual(statuses(client.received), [408])
    })

    timed('an idle connection is closed without a word', async (clock) => {
      const { client } = await stand(saying(OK), { clock, limits: { keepAliveMs: 1000 } })
      client.write(GET)
      await client.until((one) => statuses(one.received).length === 1)
      const before = client.received
      clock.turn(999)
      for (let i = 0; i < 10; i++) await turnOfTheLoop()
      assert.equal(client.closed, false)
      clock.turn(2)
      await client.until((one) => one.closed)
      assert.equal(client.received, before)
    })

    timed('a client that takes no bytes is cut off', async (clock) => {
      const size = 64 * 1024 * 1024
      const { client, proxy, source } = await stand(
        (side) => {
          side.socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`)
          side.socket.write(Buffer.alloc(size))
        },
        { clock, limits: { writeIdleMs: 1000 }, bodyIdleMs: 0 },
      )
      client.socket.pause()
      client.write(GET)
      for (let i = 0; i < 300; i++) await turnOfTheLoop()
      clock.turn(1001)
      clock.turn(1001)
      for (let i = 0; i < 50 && !source.sides[0]!.closed; i++) await turnOfTheLoop()
      assert.equal(proxy.done[0]?.[0]?.kind, 'client_gone')
      assert.ok(source.sides[0]!.closed)
    })

    timed(
      'one that took some and then no more is cut off a second after its limit at most',
      async (clock) => {
        const size = 64 * 1024 * 1024
        const { client, proxy } = await stand(
          (side) => {
            side.socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`)
            side.socket.write(Buffer.alloc(size))
          },
          { clock, limits: { writeIdleMs: 4000 }, bodyIdleMs: 0 },
        )
        client.write(GET)
        await client.until((one) => one.received.length > 4_000_000)
        client.socket.pause()
        for (let i = 0; i < 300; i++) await turnOfTheLoop()
        clock.turn(100)
        client.socket.resume()
        const before = client.received.length
        await client.until((one) => one.received.length > before + 4_000_000)
        client.socket.pause()
        for (let i = 0; i < 300; i++) await turnOfTheLoop()
        let ms = 0
        for (; proxy.done.length === 0 && ms < 20_000; ms += 500) {
          clock.turn(500)
          for (let i = 0; i < 20; i++) await turnOfTheLoop()
        }
        assert.ok(ms >= 4000 && ms <= 5500, `cut after ${ms} ms`)
      },
    )

    timed('a client that will not stop is cut a second after it was told', async (clock) => {
      const { client } = await stand(() => {}, { clock, limits: { headMs: 1000 } })
      client.write('GET / HTTP/1.1\r\nHo')
      for (let i = 0; i < 10; i++) await turnOfTheLoop()
      clock.turn(1001)
      await client.until((one) => statuses(one.received).length === 1)
      let cut = false
      client.socket.on('close', () => (cut = true))
      clock.turn(1500)
      for (let i = 0; i < 20 && !cut; i++) {
        client.write('x')
        await turnOfTheLoop()
      }
      assert.ok(cut)
    })

    timed('an upstream that does not answer in time is a fault', async (clock) => {
      const { client, proxy, source } = await stand(() => {}, { clock, firstByteMs: 1000 })
      client.write(GET)
      for (let i = 0; i < 50 && source.sides.length === 0; i++) await turnOfTheLoop()
      for (let i = 0; i < 10; i++) await turnOfTheLoop()
      clock.turn(1001)
      await client.until((one) => statuses(one.received).length === 1)
      assert.deepEqual(statuses(client.received), [504])
      assert.equal(proxy.failed[0]!.phase, 'wait')
    })

    timed('an answer that stalls is cut', async (clock) => {
      const { client } = await stand(saying('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok'), {
        clock,
        bodyIdleMs: 1000,
      })
      client.write(GET)
      await client.until((one) => one.received.endsWith('ok'))
      clock.turn(1001)
      await client.until((one) => one.closed)
      assert.match(client.received, /ok$/)
    })

    timed('a connection at rest is closed before its hint runs out', async (clock) => {
      const { client, source } = await stand(
        saying('HTTP/1.1 200 OK\r\nKeep-Alive: timeout=3\r\nContent-Length: 2\r\n\r\nok'),
        { clock, client: { idleMs: 60_000 } },
      )
      client.write(GET)
      await client.until((one) => statuses(one.received).length === 1)
      clock.turn(2900)
      for (let i = 0; i < 50 && !source.sides[0]!.closed; i++) await turnOfTheLoop()
      assert.ok(source.sides[0]!.closed)
    })
  })

  describe('many clients', () => {
    trap('a connection too many is answered 503 and closed; the others are served', async () => {
      const { client, proxy } = await stand(saying(OK), { limits: { maxConnections: 1 } })
      client.write(GET)
      await client.until((one) => statuses(one.received).length === 1)
      const late = await dial(proxy.listener.port)
      await late.until((one) => one.closed)
      assert.deepEqual(statuses(late.received), [503])
      client.write(GET)
      await client.until((one) => statuses(one.received).length === 2)
    })

    trap('draining answers what is in flight, tells clients to go, and resets nobody', async () => {
      const held: (() => void)[] = []
      const { client, proxy } = await stand((side) => {
        held.push(() => void side.socket.write(OK))
      })
      const idle = await dial(proxy.listener.port)
      client.write(GET)
      for (let i = 0; i < 20; i++) await turnOfTheLoop()
      const drained = proxy.listener.drain()
      idle.write(GET)
      for (let i = 0; i < 20; i++) await turnOfTheLoop()
      assert.equal(held.length, 2)
      for (const release of held) release()
      await client.until((one) => one.closed || /ok$/.test(one.received))
      await idle.until((one) => one.closed || /ok$/.test(one.received))
      client.socket.destroy()
      idle.socket.destroy()
      await drained
      assert.match(client.received, /^HTTP\/1\.1 200 OK\r\n(?:.+\r\n)*connection: close\r\n/i)
      assert.deepEqual([client.reset, idle.reset], [false, false])
      await assert.rejects(dial(proxy.listener.port))
    })

    trap('a handler that throws is answered 500, and the process lives', async () => {
      const { client, proxy } = await stand(() => {}, {
        handle() {
          throw new Error('a bug of ours')
        },
      })
      client.write(GET)
      await client.until((one) => one.closed)
      assert.deepEqual(statuses(client.received), [500])
      assert.equal(proxy.troubles.length, 1)
    })
  })

  describe('what goes out', () => {
    trap('a field that would break the line throws, and the request can still be answered', async () => {
      const thrown: string[] = []
      const { client } = await stand(() => {}, {
        handle(exchange) {
          for (const value of ['a\r\nX: b', 'a\nb', 'a\0', 'č', '\u010a'])
            try {
              exchange.respond(200, ['X', value], null)
            } catch (error) {
              thrown.push((error as Error).message)
            }
          exchange.respond(200, ['X', 'fine'], 'ok')
        },
      })
      client.write(GET)
      await client.until((one) => one.received.endsWith('ok'))
      assert.equal(thrown.length, 5)
      assert.deepEqual(statuses(client.received), [200])
    })

    trap('framing is never the caller’s', async () => {
      const { client } = await stand(() => {}, {
        handle: (exchange) =>
          exchange.respond(
            200,
            [
              'Content-Length',
              '99',
              'content-length',
              '3',
              'Transfer-Encoding',
              'chunked',
              'Connection',
              'close',
              'Keep-Alive',
              'x',
            ],
            'ok',
          ),
      })
      client.write(GET)
      await client.until((one) => one.received.endsWith('ok'))
      assert.deepEqual(
        client.received.match(/content-length: \d+/gi),
        ['Content-Length: 2'].map((s) => (client.received.includes(s) ? s : s.toLowerCase())),
      )
      assert.doesNotMatch(client.received, /chunked|close|keep-alive: x/i)
    })

    trap('a second answer throws', async () => {
      const thrown: unknown[] = []
      const { client } = await stand(() => {}, {
        handle(exchange) {
          exchange.respond(200, [], 'ok')
          try {
            exchange.respond(200, [], 'again')
          } catch (error) {
            thrown.push(error)
          }
        },
      })
      client.write(GET)
      await client.until((one) => one.received.endsWith('ok'))
      assert.equal(thrown.length, 1)
      assert.deepEqual(statuses(client.received), [200])
    })

    trap('what Connection names does not go upstream', async () => {
      const recording = await recorder()
      const proxy = await rig(transport, { upstream: recording.port })
      open.push(recording, proxy)
      const client = await dial(proxy.listener.port)
      client.write(
        'GET / HTTP/1.1\r\nHost: a\r\nConnection: x-secret, keep-alive\r\nX-Secret: 1\r\nTE: trailers\r\nUpgrade: x\r\nKept: 1\r\n\r\n',
      )
      await client.until((one) => statuses(one.received).length === 1)
      client.socket.destroy()
      const { head } = recording.requests[0]!
      assert.doesNotMatch(head, /secret|trailers|upgrade/i)
      assert.match(head, /Kept: 1/i)
    })
  })
}
