/**
 * F1: an upstream that dies at each byte of its answer. Whatever it managed to say: one answer, whole or visibly cut, never one that
 * looks whole and is not; a POST is sent once; nothing is left over.
 */
import assert from 'node:assert/strict'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, test } from 'node:test'
import { dial, turnOfTheLoop } from '../http/rig.ts'
import { cut, request, statusOf } from '../rest/message.ts'
import { type Shape, stand } from '../rest/stand.ts'
import { transports } from '../support/transports.ts'

const answers: Readonly<Record<string, string>> = {
  'with a length': 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{"a":1}',
  'in chunks': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n{"a\r\n4\r\n":1}\r\n0\r\n\r\n',
}
const shapes: Readonly<Record<string, Shape>> = {
  'streamed through': {},
  'read by a script': { response: 'let $response.headers["x-seen"] = "#{event.a}"; event' },
}
const ends: Readonly<Record<string, (socket: Socket) => void>> = {
  reset: (socket) => socket.resetAndDestroy(),
  closed: (socket) => socket.end(),
}
/** So many at a time. */
const side = 16

for (const transport of [transports.own, transports.node])
  for (const [shapeName, shape] of Object.entries(shapes))
    describe(`an answer ${shapeName}, over ${transport.name}`, () => {
      for (const [name, text] of Object.entries(answers))
        for (const [endName, end] of Object.entries(ends))
          for (const method of ['GET', 'POST'] as const)
            test(`${name}, ${endName} behind each of its ${text.length + 1} prefixes, asked by ${method}`, () =>
              eachPrefix(shape, { transport, text, end, method }))
    })

interface Attempt {
  readonly transport: (typeof transports)['own']
  readonly text: string
  readonly end: (socket: Socket) => void
  readonly method: 'GET' | 'POST'
}

async function eachPrefix(shape: Shape, { transport, text, end, method }: Attempt): Promise<void> {
  const heard = new Map<number, number>()
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (head: Buffer) => {
      const length = Number(/x-length: (\d+)/i.exec(head.toString())![1])
      heard.set(length, (heard.get(length) ?? 0) + 1)
      if (length === 0) end(socket)
      // The proxy has read it before the connection dies.
      else
        socket.write(text.slice(0, length), 'latin1', () =>
          setImmediate(() => setImmediate(() => end(socket))),
        )
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy = await stand(shape, { transport, upstream: (server.address() as AddressInfo).port })
  const lengths = Array.from({ length: text.length + 1 }, (_, length) => length)
  try {
    while (lengths.length > 0) await Promise.all(lengths.splice(0, side).map(attempt))
    for (let i = 0; i < 20 && proxy.engine.status().inFlight > 0; i++) await turnOfTheLoop()
    assert.equal(proxy.engine.status().inFlight, 0)
  } finally {
    await proxy.close()
    server.close()
  }

  async function attempt(length: number): Promise<void> {
    const client = await dial(proxy.port)
    client.write(request(`${method} / | X-Length: ${length}`, method === 'POST' ? '{}' : undefined))
    await client.until((one) => one.closed || cut(one.received) !== undefined)
    client.socket.destroy()
    const found = cut(client.received)
    const at = `after ${JSON.stringify(text.slice(0, length))}: ${JSON.stringify(client.received)}`
    if (found === undefined) assert.match(client.received, /^HTTP\/1\.1 200 OK\r\n/, at)
    else {
      const status = statusOf(found.message)
      assert.equal(found.rest, '', `two answers ${at}`)
      if (status === 200) assert.equal(found.message.body, '{"a":1}', at)
      else assert.equal(status, 502, at)
      if (length < text.length - 5) assert.equal(status, 502, `taken for whole ${at}`)
    }
    if (length === text.length) assert.equal(statusOf(found!.message), 200, at)
    const times = heard.get(length)!
    assert.ok(times <= (method === 'POST' ? 1 : 2), `sent ${times} times ${at}`)
  }
}
