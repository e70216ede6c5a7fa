/**
 * The desync matrix for Temblor whole, over each transport (`node test/http/desync.ts` sets it beside its peers), and P4: one client that
 * sends malformed requests among many that do not, and every answer is that of its own connection's request.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Stand, stand } from '../rest/stand.ts'
import { transports } from '../support/transports.ts'
import { through } from './desync/fronts.ts'
import { type Recorder, startRecorder } from './desync/recorder.ts'
import { endOfRequest } from './desync/strict.ts'
import { columns, judge, patient } from './desync/verdict.ts'
import { dial, statuses } from './rig.ts'
import { malformedRequests, validRequests } from './vectors.ts'

describe('the strict reading that judges the others', () => {
  for (const [text, end] of [
    ['GET / HTTP/1.1\r\nHost: a\r\n\r\nGET', 27],
    ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcd', 50],
    ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nab', undefined],
    ['POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\nX', 69],
    ['GET / HTTP/1.1\r\nHost: a\r\n', undefined],
  ] as const)
    test(`${JSON.stringify(text)}: ${end === undefined ? 'not whole' : `ends at ${end}`}`, () =>
      assert.equal(endOfRequest(text), end))
  test('finds fault with every malformed vector but those of the house, or waits for its end', () => {
    const lenient = malformedRequests.filter(({ family, send }) => {
      if (family === 'method' || family === 'bounds and expectations') return false
      const end = endOfRequest(send)
      return typeof end === 'number' && end <= send.length
    })
    // Lawful by grammar alone: targets that are no path, hosts that are none, and what is merely too long.
    assert.ok(
      lenient.every(
        ({ family, name }) => /^(request line|host|target)$/.test(family) || /trailer|extension/.test(name),
      ),
    )
    assert.ok(lenient.length < 35)
  })
  test('finds none with the valid ones', () => {
    for (const { name, send } of validRequests)
      if (!/^\r\n/.test(send)) assert.equal(typeof endOfRequest(send), 'number', name)
  })
})

for (const transport of [transports.own, transports.node])
  describe(`Temblor over ${transport.name}`, () => {
    async function before<T>(body: (proxy: Stand, recorder: Recorder) => Promise<T>): Promise<T> {
      const recorder = await startRecorder()
      const proxy = await stand(through, { transport, upstream: recorder.port })
      try {
        return await body(proxy, recorder)
      } finally {
        await proxy.close()
        recorder.close()
      }
    }

    test('every malformed request is refused, every valid one answered, one to one', async () => {
      const tally = await before((proxy, recorder) => judge(proxy.port, recorder, patient))
      const { refused, ...rest } = tally
      assert.equal(refused.length, malformedRequests.length)
      for (const [heading, key] of columns) if (key !== 'refused') assert.deepEqual(rest[key], [], heading)
    })

    test('P4: answers stay with their connections while malformed requests come between', () =>
      before(async (proxy, recorder) => {
        let wrong = 0
        let marked = 0
        let over = false
        const good = Array.from({ length: 15 }, async (_, client) => {
          const one = await dial(proxy.port)
          for (let i = 0; !over; i++) {
            one.received = ''
            one.write(`GET /${client}-${i} HTTP/1.1\r\nHost: a\r\n\r\n`)
            await one.until(({ received }) => /m\d+$/.test(received) && received.includes('\r\n\r\n'))
            marked++
            const echo = /x-echo: (\S+)/i.exec(one.received)?.[1]
            if (echo !== `/${client}-${i}` || statuses(one.received).join() !== '200') wrong++
          }
          one.socket.destroy()
        })
        for (let n = 0; n < malformedRequests.length || marked < 5000; n++) {
          const { send } = malformedRequests[n % malformedRequests.length]!
          const one = await dial(proxy.port)
          one.write(send)
          await one.until(({ closed }) => closed)
          assert.doesNotMatch(one.received, /x-mark/i, JSON.stringify(send.slice(0, 100)))
        }
        over = true
        await Promise.all(good)
        assert.deepEqual(recorder.peek().malformed, [])
        assert.equal(wrong, 0)
        assert.ok(marked >= 5000)
      }))
  })
