/** All upstreams are restarted in turn, under load and without warning: no GET fails, no POST arrives twice. */
import assert from 'node:assert/strict'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { it } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { wheelClock } from '#engine/clock-wheel.ts'
import { checkConfig } from '#engine/config.ts'
import { Event, EventId } from '#engine/event.ts'
import { setFields, statusesOf } from '#engine/http/upstreams/fields.ts'
import { placesOf } from '#engine/http/upstreams/member.ts'
import { Upstreams } from '#engine/http/upstreams.ts'
import { silentLog } from '#engine/log.ts'
import { createMetrics } from '#engine/metrics.ts'
import { Payload } from '#engine/payload.ts'
import { transports } from '../support/transports.ts'

const span = { source: { name: 'test.yaml', text: '' }, start: 0, end: 0 }

interface Restartable {
  readonly port: number
  stop(): void
  start(): Promise<void>
}

async function restartable(arrived: (post: string) => void): Promise<Restartable> {
  let server: Server
  let port = 0
  const start = async () => {
    server = createServer((asked, answer) => {
      if (asked.method === 'POST') arrived(asked.url!)
      asked.resume()
      // Some are under way when the server stops.
      setImmediate(() => answer.end('done'))
    })
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  }
  await start()
  return {
    port,
    start,
    stop() {
      server.close()
      server.closeAllConnections()
    },
  }
}

it('a rolling restart under load', async () => {
  const posts: string[] = []
  const upstreams = await Promise.all([1, 2, 3].map(() => restartable((post) => posts.push(post))))
  const clock = wheelClock()
  const client = transports.own.client({ clock, connectTo: [], idleMs: 4000, maxIdlePerOrigin: 64 })
  const endpoints = upstreams.map(({ port }) => `http://127.0.0.1:${port}`)
  const { config } = checkConfig(setFields, { endpoints, retry: { attempts: 4 } }, () => span)
  const set = new Upstreams(config!, placesOf(config!)!, {
    client,
    clock,
    log: silentLog,
    metrics: createMetrics(),
    address: '/offramp/test/01',
    random: () => 0.5,
    failing: statusesOf(['5xx']),
    tell: () => {},
  })
  let id = 0
  let gets = 0
  const failed: string[] = []

  function ask(method: 'GET' | 'POST'): Promise<string> {
    const { scheme, host, port, authority } = set.members[0]!
    const event = new Event(new EventId(1, 0, id++), Payload.of(null), {}, 0n, null, null)
    const times = { connectMs: 2000, firstByteMs: 5000, bodyIdleMs: 5000 }
    const headers = ['host', authority]
    const target = { scheme, host, port, method, path: `/${event.id.event}`, headers, body: null }
    return new Promise((resolve) =>
      set.request(
        { ...target, ...times, event, pinned: false },
        {
          head: (status, _headers, body) =>
            body.start({
              write: () => true,
              end: () => resolve(`${status}`),
              fail: (fault) => resolve(fault.message),
            }),
          fail: (fault) => resolve(fault.message),
        },
      ),
    )
  }

  let loaded = true
  const users = Array.from({ length: 20 }, async (_, user) => {
    while (loaded) {
      const method = user % 4 === 0 ? 'POST' : 'GET'
      const result = await ask(method)
      if (method === 'GET') gets++
      if (method === 'GET' && result !== '200') failed.push(result)
      await pause(1)
    }
  })
  for (const upstream of upstreams) {
    await pause(100)
    upstream.stop()
    await pause(150)
    await upstream.start()
    // Who was found unreachable is tried again every second.
    for (let waited = 0; waited < 60 && set.members.some(({ state }) => state !== 'up'); waited++)
      await pause(50)
  }
  loaded = false
  await Promise.all(users)
  set.close()
  client.close()
  for (const upstream of upstreams) upstream.stop()
  clock.close()
  assert.ok(gets > 300, `only ${gets} GETs were asked`)
  assert.deepEqual(failed, [])
  assert.equal(new Set(posts).size, posts.length, 'a POST arrived twice')
})
