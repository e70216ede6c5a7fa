/** Answers of pipelined requests wait together to be with the kernel; once they are, none of them keeps another in memory. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { test } from 'node:test'
import { wheelClock } from '#engine/clock-wheel.ts'
import { plainRefusal } from '#engine/http/faults.ts'
import { defaultServerLimits } from '#engine/http/limits.ts'
import { ownTransport } from '#engine/http/own/transport.ts'
import type { Exchange } from '#engine/http/transport.ts'

test('an exchange that is over leads to no other', async (t) => {
  const seen: Exchange[] = []
  const over = Promise.withResolvers<void>()
  let done = 0
  const listener = await ownTransport.listen(
    { host: '127.0.0.1', port: 0, limits: defaultServerLimits(), clock: wheelClock() },
    {
      refuse: plainRefusal,
      request(exchange) {
        seen.push(exchange)
        exchange.holder = {
          exchangeOver: () => {
            if (++done === 3) over.resolve()
          },
        }
        exchange.respond(200, [], 'a')
      },
    },
  )
  const client = connect(listener.port, '127.0.0.1')
  t.after(() => {
    client.destroy()
    listener.close()
  })
  await once(client, 'connect')
  client.resume()
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(3))
  await over.promise
  assert.deepEqual(
    seen.map((exchange) => (exchange as unknown as { next: unknown }).next),
    [null, null, null],
  )
})
