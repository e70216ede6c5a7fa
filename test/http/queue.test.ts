/** Many requests at once: connections are begun a few in a turn, and one that is free again goes to who waits longest. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, it } from 'node:test'
import { wheelClock } from '#engine/clock-wheel.ts'
import type { ClientConnection } from '#engine/http/own/client-connection.ts'
import { Queue } from '#engine/http/own/queue.ts'
import { ownTransport } from '#engine/http/own/transport.ts'
import type { ClientCall } from '#engine/http/transport.ts'
import { turnOfTheLoop } from './rig.ts'

describe('who waits for a connection', () => {
  const connection = (name: string) => name as unknown as ClientConnection

  function waiting(count: number) {
    const queue = new Queue()
    const told: string[] = []
    const waiters = Array.from({ length: count }, (_, i) => ({
      dial: () => void told.push(`${i} dials`),
      run: (given: ClientConnection) => void told.push(`${i} has ${given}`),
    }))
    for (const each of waiters) queue.join(each)
    return { queue, told: () => told.splice(0), waiters }
  }

  it('dials at once if few do, else in one of the next turns', async () => {
    const { told } = waiting(20)
    assert.equal(told().length, 8)
    await turnOfTheLoop()
    assert.equal(told().length, 8)
    await turnOfTheLoop()
    assert.deepEqual(told(), ['16 dials', '17 dials', '18 dials', '19 dials'])
    await turnOfTheLoop()
    assert.deepEqual(told(), [])
  })

  it('is given the connection that another has done with, in the order of coming, and does not dial then', async () => {
    const { queue, told } = waiting(10)
    told()
    for (let i = 0; i < 9; i++) assert.equal(queue.give(connection(`c${i}`)), true)
    assert.deepEqual(
      told(),
      Array.from({ length: 9 }, (_, i) => `${i} has c${i}`),
    )
    await turnOfTheLoop()
    assert.deepEqual(told(), ['9 dials'])
  })

  it('gets nothing any more once it has left', async () => {
    const { queue, told, waiters } = waiting(9)
    told()
    for (const each of waiters) queue.leave(each)
    assert.equal(queue.give(connection('c')), false)
    await turnOfTheLoop()
    assert.deepEqual(told(), [])
  })
})

describe('a hundred requests at once', () => {
  const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

  /** An upstream, and a hundred requests on their way to it. */
  async function hundred(asked: (socket: Socket, all: readonly Socket[]) => void) {
    const accepted: Socket[] = []
    const server = createServer((socket) => {
      accepted.push(socket)
      socket.on('error', () => {})
      socket.on('data', () => asked(socket, accepted))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const clock = wheelClock()
    const client = ownTransport.client({ clock, connectTo: [], idleMs: 4000, maxIdlePerOrigin: 256 })
    const calls: ClientCall[] = []
    const ask = () =>
      new Promise<string>((resolve) => {
        const request = {
          scheme: 'http',
          host: '127.0.0.1',
          port: (server.address() as AddressInfo).port,
          method: 'GET',
          path: '/',
          headers: ['Host', 'a'],
          body: null,
          connectMs: 2000,
          firstByteMs: 2000,
          bodyIdleMs: 2000,
        } as const
        calls.push(
          client.request(request, {
            head: (status, _headers, body) =>
              body.start({ write: () => true, end: () => resolve(String(status)), fail: () => {} }),
            fail: ({ message }) => resolve(message),
          }),
        )
      })
    const answers = Array.from({ length: 100 }, ask)
    const close = () => {
      client.close()
      clock.close()
      for (const each of accepted) each.destroy()
      server.close()
    }
    return { answers, accepted, calls, client, ask, close }
  }

  it('share the connections of those that were answered, so that fewer are made', async () => {
    const { answers, accepted, close } = await hundred((socket) => socket.write(answer))
    assert.deepEqual(new Set(await Promise.all(answers)), new Set(['200']))
    assert.ok(accepted.length < 100, `${accepted.length} connections`)
    close()
  })

  it('all reach an upstream that answers none before it has seen all', async () => {
    let seen = 0
    const { answers, close } = await hundred((_, all) => {
      if (++seen === 100) for (const each of all) each.write(answer)
    })
    assert.deepEqual(new Set(await Promise.all(answers)), new Set(['200']))
    assert.equal(seen, 100)
    close()
  })

  it('leave no connection and no place in the queue if all are aborted; the next is answered', async () => {
    let silent = true
    const { ask, calls, client, close } = await hundred((socket) => {
      if (!silent) socket.write(answer)
    })
    for (const each of calls) each.abort()
    for (let i = 0; i < 20; i++) await turnOfTheLoop()
    assert.equal(client.openConnections, 0)
    silent = false
    assert.equal(await ask(), '200')
    close()
  })

  it('are all told if nobody listens', async () => {
    const { answers, close } = await hundred(() => {})
    close()
    const told = new Set(await Promise.all(answers))
    assert.ok(!told.has('200'))
  })
})
