/** F2, F5, F6, F8: upstreams that close as we ask, that all go and come back, of which one is slow, or that answer nothing but 503. */
import assert from 'node:assert/strict'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { describe, test } from 'node:test'
import { answer, cut, field, request, statusOf } from '../rest/message.ts'
import { type Stand, stand } from '../rest/stand.ts'
import { converse } from '../rest/table.ts'
import { transports } from '../support/transports.ts'
import { counts, load, pause, percentile } from './load.ts'

/** A server that may be stopped and started again at the same port. */
interface Restarting {
  readonly port: number
  readonly asked: string[]
  stop(): void
  start(): Promise<void>
}

type Say = (id: string, socket: Socket) => void

const fine: Say = (_id, socket) => void socket.write(answer('200', 'ok'))

async function server(say: Say, onSocket: (socket: Socket) => void = () => {}): Promise<Restarting> {
  const asked: string[] = []
  const sockets = new Set<Socket>()
  let listening: Server | null = null
  let port = 0

  async function start(): Promise<void> {
    const made = createServer((socket) => {
      let received = ''
      sockets.add(socket)
      onSocket(socket)
      socket.on('close', () => sockets.delete(socket)).on('error', () => {})
      socket.on('data', (chunk: Buffer) => {
        received += chunk.toString('latin1')
        for (let found = cut(received); found !== undefined; found = cut(received)) {
          received = found.rest
          const id = field(found.message.fields, 'x-id') ?? ''
          asked.push(id)
          say(id, socket)
        }
      })
    })
    listening = made
    await new Promise<void>((resolve) => made.listen(port, '127.0.0.1', resolve))
    port = (made.address() as AddressInfo).port
  }

  await start()
  return {
    get port() {
      return port
    },
    asked,
    start,
    stop() {
      listening?.close()
      for (const socket of sockets) socket.resetAndDestroy()
    },
  }
}

async function before(
  config: object,
  servers: readonly Restarting[],
  transport: (typeof transports)['own'],
): Promise<Stand> {
  const names = servers.map((_, i) => `up${i}`)
  const hosts = Object.fromEntries(servers.map(({ port }, i) => [`up${i}`, port]))
  const endpoints = names.map((name) => `http://${name}/`)
  const place = endpoints.length === 1 ? { endpoint: endpoints[0] } : { endpoint: undefined, endpoints }
  return stand({ offramp: { config: { ...place, ...config } } }, { transport, hosts })
}

for (const transport of [transports.own, transports.node])
  describe(`over ${transport.name}`, () => {
    for (const method of ['GET', 'POST'] as const)
      test(`F2: 150 times ${method} as an upstream closes what has been idle for 100 ms`, async () => {
        const idleMs = 100
        const lanes = 15
        const one = await server((_id, socket) => {
          socket.setTimeout(idleMs, () => socket.resetAndDestroy())
          fine('', socket)
        })
        const proxy = await before({}, [one], transport)
        const statuses = new Map<number, number>()
        try {
          for (let round = 0; round < 10; round++) {
            const lane = async (n: number) => {
              await pause(idleMs - 1.5 + (3 * n) / lanes)
              const text = request(`${method} / | X-Id: ${round}.${n}`, method === 'POST' ? '{}' : undefined)
              const status = statusOf(await converse(proxy.port, text))
              statuses.set(status, (statuses.get(status) ?? 0) + 1)
            }
            await Promise.all(Array.from({ length: lanes }, (_, n) => lane(n)))
          }
        } finally {
          await proxy.close()
          one.stop()
        }
        const most = Math.max(
          ...Object.values(Object.groupBy(one.asked, (id) => id)).map((each) => each!.length),
        )
        console.log(
          `${method}, ${transport.name}: ${[...statuses].map(([status, n]) => `${status}: ${n}`).join(', ')}; asked at most ${most} times for one`,
        )
        if (method === 'GET') assert.deepEqual([...statuses], [[200, 150]])
        else {
          assert.ok([...statuses.keys()].every((status) => status === 200 || status === 502))
          assert.equal(most, 1)
        }
      })

    test('F5: all three go and come back: told at once meanwhile, served soon after, and no stampede', async () => {
      const three = [await server(fine), await server(fine), await server(fine)]
      const config = { health: { passive: { failures: 3 } }, retry: { attempts: 2 } }
      const proxy = await before(config, three, transport)
      try {
        assert.equal(statusOf(await converse(proxy.port, request('GET /'))), 200)
        for (const one of three) one.stop()
        const took: number[] = []
        for (let i = 0; i < 30; i++) {
          const since = performance.now()
          const got = await converse(proxy.port, request('GET /'))
          took.push(performance.now() - since)
          assert.equal(statusOf(got), 502)
          assert.equal(field(got.fields, 'temblor-reason'), 'upstream_unreachable')
        }
        for (const one of three) one.asked.length = 0
        const since = performance.now()
        for (const one of three) await one.start()
        const clients = load(proxy.port, { connections: 20, request: request('GET /'), pauseMs: 20 })
        while ((clients.statuses.get(200) ?? 0) === 0 && performance.now() - since < 5000) await pause(10)
        const backMs = performance.now() - since
        await pause(1200)
        await clients.stop()
        const shares = three.map(({ asked }) => asked.length)
        console.log(
          `${transport.name}: 502 in ${percentile(took, 0.5).toFixed(1)} ms (most ${Math.max(...took).toFixed(0)}); back after ${backMs.toFixed(0)} ms; then ${counts(clients)}, shares ${shares}`,
        )
        assert.ok(percentile(took, 0.5) < 50)
        assert.ok(backMs < 2000, `${backMs} ms`)
        assert.ok(shares.every((share) => share > 0))
      } finally {
        await proxy.close()
        for (const one of three) one.stop()
      }
    })

    test('F6: one of three that takes two seconds gets few requests and holds up none of the others', async () => {
      const slow: Say = (id, socket) => void setTimeout(() => socket.destroyed || fine(id, socket), 2000)
      const three = [await server(fine), await server(slow), await server(fine)]
      const config = {
        timeout: '400ms',
        balance: 'least_requests',
        health: { passive: { failures: 3 } },
        retry: { on: ['timeout', 'unreachable', 'reset'] },
      }
      const proxy = await before(config, three, transport)
      try {
        const early = load(proxy.port, { connections: 6, request: request('GET /'), pauseMs: 10 })
        await pause(1600)
        await early.stop()
        const shareBefore = three[1]!.asked.length
        const clients = load(proxy.port, { connections: 6, request: request('GET /'), pauseMs: 10 })
        await pause(1000)
        await clients.stop()
        const times = clients.times.get(200) ?? []
        console.log(
          `${transport.name}: at first ${counts(early)}, of which the slow one ${shareBefore}; later ${counts(clients)}, the slow one ${three[1]!.asked.length - shareBefore}, p99 ${percentile(times, 0.99).toFixed(0)} ms`,
        )
        assert.deepEqual([...early.statuses.keys()], [200])
        assert.deepEqual([...clients.statuses.keys()], [200])
        assert.ok(three[1]!.asked.length - shareBefore <= 2)
        assert.ok(percentile(times, 0.99) < 400)
      } finally {
        await proxy.close()
        for (const one of three) one.stop()
      }
    })

    test('F8: upstreams that answer nothing but 503 are asked a fifth more often, and three times', async () => {
      const busy: Say = (_id, socket) => void socket.write(answer('503'))
      const two = [await server(busy), await server(busy)]
      const proxy = await before({ retry: { attempts: 5, on: [503] } }, two, transport)
      try {
        const statuses: number[] = []
        for (let i = 0; i < 200; i++) statuses.push(statusOf(await converse(proxy.port, request('GET /'))))
        const attempts = two[0]!.asked.length + two[1]!.asked.length
        console.log(`${transport.name}: 200 requests, ${attempts} attempts`)
        assert.ok(statuses.every((status) => status === 503))
        assert.ok(attempts > 200 && attempts <= 1.2 * 200 + 3, `${attempts} attempts`)
      } finally {
        await proxy.close()
        for (const one of two) one.stop()
      }
    })
  })
