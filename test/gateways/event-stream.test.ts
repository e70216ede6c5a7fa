/** Server-sent events go through one by one, may be silent for long, and stand in nobody's way; over both transports. */
import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, it } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { answer } from '../rest/message.ts'
import { type Shape, stand, type Upstream, upstream } from '../rest/stand.ts'
import { transports } from '../support/transports.ts'

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

const streaming =
  'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n'
const slow = streaming.replace('text/event-stream', 'text/plain')
const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`

async function eventually<T>(look: () => T | undefined | false): Promise<T> {
  for (let i = 0; i < 600; i++) {
    const found = look()
    if (found !== undefined && found !== false) return found
    await wait(5)
  }
  throw new Error('it did not come about within three seconds')
}

for (const [name, transport] of Object.entries(transports)) {
  async function world(shape: Shape): Promise<{ server: Upstream; ask: (target: string) => Client }> {
    const server = await upstream(({ start }) =>
      start.includes('/events') ? streaming : start.includes('/slow') ? slow : answer('200', 'ok'),
    )
    const temblor = await stand(shape, { upstream: server.port, transport })
    open.push(server, temblor)
    return { server, ask: (target) => askAt(temblor.port, target) }
  }

  describe(`an event stream over the transport "${name}"`, () => {
    const request = 'let $endpoint.path = $request.url.path; event'

    it('comes event by event', async () => {
      const { server, ask } = await world({ request })
      const client = ask('/events')
      for (let i = 0; i < 5; i++) {
        await eventually(() => server.sockets.length === 1)
        if (i > 0) await eventually(() => client.text().includes(`data: ${i - 1}\n\n`))
        else await eventually(() => server.requests.length === 1)
        server.sockets[0]!.write(chunk(`data: ${i}\n\n`))
      }
      await eventually(() => client.text().includes('data: 4\n\n'))
    })

    it('may be silent for longer than another answer', async () => {
      const { server, ask } = await world({
        request,
        offramp: { config: { idle_timeout: 60, stream_idle_timeout: 400 } },
      })
      const events = ask('/events')
      const other = ask('/slow')
      await eventually(() => server.requests.length === 2)
      await eventually(() => other.ended)
      await wait(100)
      assert.equal(events.ended, false)
      await eventually(() => events.ended)
    })

    it('takes no place that requests wait for', async () => {
      const { ask } = await world({
        request,
        offramp: { config: { concurrency: 1, queue: { size: 0 } } },
      })
      const events = ask('/events')
      await eventually(() => events.text().includes('\r\n\r\n'))
      assert.match(await answered(ask('/')), /^HTTP\/1\.1 200 /)
      const slowly = ask('/slow')
      await eventually(() => slowly.text().includes('\r\n\r\n'))
      assert.match(await answered(ask('/')), /^HTTP\/1\.1 503 /)
    })

    it('ends at the upstream when the client leaves', async () => {
      const { server, ask } = await world({ request })
      const client = ask('/events')
      await eventually(() => client.text().includes('\r\n\r\n'))
      client.socket.destroy()
      await eventually(() => server.sockets[0]!.readableEnded || server.sockets[0]!.destroyed)
    })
  })
}

interface Client {
  readonly socket: Socket
  text(): string
  readonly ended: boolean
}

function askAt(port: number, target: string): Client {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  let ended = false
  socket.on('data', (bytes: Buffer) => (text += bytes.toString('latin1')))
  socket.on('close', () => (ended = true))
  socket.on('error', () => {})
  socket.write(`GET ${target} HTTP/1.1\r\nHost: client.test\r\n\r\n`)
  open.push({ close: () => socket.destroy() })
  return {
    socket,
    text: () => text,
    get ended() {
      return ended
    },
  }
}

function answered(client: Client): Promise<string> {
  return eventually(() => client.text() || undefined)
}
