/**
 * WebSocket through the graph: the request that asks for it is one like any other, a script may see, refuse, redirect and veto it; what
 * follows a 101 is bytes that nobody reads. And what must never open a tunnel.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, describe, it } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { planOf, type Shape, type Stand, stand } from '../rest/stand.ts'
import { transports } from '../support/transports.ts'
import { type Behaviour, echo, handshake, type WebSocketServer, webSocketServer } from './websocket-server.ts'

const key = 'dGhlIHNhbXBsZSBub25jZQ=='
const asking = [
  'GET /chat?room=1 HTTP/1.1',
  'Host: client.test',
  'Connection: keep-alive, Upgrade',
  'Upgrade: WebSocket',
  `Sec-WebSocket-Key: ${key}`,
  'Sec-WebSocket-Version: 13',
]
const head = (...more: string[]) => `${[...asking, ...more].join('\r\n')}\r\n\r\n`
const without = (pattern: RegExp, ...more: string[]) =>
  `${[...asking.filter((line) => !pattern.test(line)), ...more].join('\r\n')}\r\n\r\n`

const open: { close(): unknown }[] = []
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close()
})

interface World {
  readonly server: WebSocketServer
  readonly temblor: Stand
  readonly client: Client
}

async function world(shape: Shape = {}, behaviour: Behaviour = {}): Promise<World> {
  const server = await webSocketServer(behaviour)
  open.push(server)
  const temblor = await stand(shape, { upstream: server.port, hosts: { other: server.port } })
  const client = dial(temblor.port)
  open.push(temblor, client)
  return { server, temblor, client }
}

interface Client {
  readonly socket: Socket
  received: Buffer
  ended: boolean
  close(): void
  /** Resolves to all that was received, once it satisfies. */
  until(done: (received: string) => boolean): Promise<string>
}

function dial(port: number): Client {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const client: Client = {
    socket,
    received: Buffer.alloc(0),
    ended: false,
    close: () => void socket.destroy(),
    until: (done) => eventually(() => (done(text()) ? text() : undefined)),
  }
  const text = () => client.received.toString('latin1')
  socket.on('data', (chunk: Buffer) => {
    client.received = Buffer.concat([client.received, chunk])
  })
  socket.on('end', () => {
    client.ended = true
  })
  socket.on('close', () => {
    client.ended = true
  })
  socket.on('error', () => {})
  return client
}

async function eventually<T>(look: () => T | undefined | false): Promise<T> {
  for (let i = 0; i < 1000; i++) {
    const found = look()
    if (found !== undefined && found !== false) return found
    await wait(5)
  }
  throw new Error('it did not come about within five seconds')
}

const statusOf = (received: string) => Number(/^HTTP\/1\.1 (\d+)/.exec(received)?.[1])
const hasHead = (received: string) => received.includes('\r\n\r\n')

describe('a WebSocket', () => {
  it('goes through: messages, a ping, the subprotocol, the close code', async () => {
    const { temblor, server } = await world(
      { request: 'let $endpoint.path = $request.url.path; event', onramp: { config: { access_log: 'on' } } },
      { data: echo },
    )
    const socket = new WebSocket(`ws://127.0.0.1:${temblor.port}/chat`, ['news', 'sport'])
    socket.binaryType = 'arraybuffer'
    await once(socket, 'open')
    assert.equal(socket.protocol, 'news')
    socket.send('héllo')
    assert.equal(((await once(socket, 'message')) as [MessageEvent])[0].data, 'héllo')
    socket.send(new Uint8Array([0, 255, 10]))
    const [{ data }] = (await once(socket, 'message')) as [MessageEvent]
    assert.deepEqual([...new Uint8Array(data)], [0, 255, 10])
    socket.close(4001, 'enough')
    const [closed] = (await once(socket, 'close')) as [CloseEvent]
    assert.deepEqual([closed.code, closed.reason, closed.wasClean], [4001, 'enough', true])
    const line = await eventually(() => temblor.log.find(({ msg }) => msg === 'request'))
    assert.equal(line['status'], 101)
    assert.equal(line['cut'], undefined)
    assert.ok((line['received'] as number) > 20 && (line['bytes'] as number) > 10)
    assert.match(server.peers[0]!.head, /^GET \/chat HTTP\/1\.1\r\nhost: upstream\r\n/i)
  })

  it('is seen by scripts as any request, and its answer as any answer', async () => {
    const { client, server } = await world({
      request: `
        let $request.headers["x-asked"] = "#{ $request.upgrade } by version #{ $request.headers["sec-websocket-version"][0] }";
        event`,
      response: 'let $response.headers["x-status"] = "#{ $response.status }"; event',
    })
    client.socket.write(head())
    const received = await client.until(hasHead)
    assert.equal(statusOf(received), 101)
    assert.match(received, /\r\nx-status: 101\r\n/)
    assert.match(received, /\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n/)
    assert.doesNotMatch(received, /content-length|transfer-encoding/i)
    assert.match(server.peers[0]!.head, /\r\nx-asked: websocket by version 13\r\n/)
    assert.match(server.peers[0]!.head, /\r\nConnection: Upgrade\r\nUpgrade: websocket$/)
  })

  for (const status of [401, 403, 404]) {
    it(`is refused by a script with ${status}`, async () => {
      const { client, server } = await world({
        pipelines: {
          request: `define script it script
              match $request.upgrade of
                case "websocket" => let $response = {"status": ${status}}, emit "no" => "answer"
                default => event
              end
            end;
            create script it;
            select event from in into it;
            select event from it into out;
            select event from it/answer into out/answer;
            select event from it/err into err;`,
        },
        links: { '/pipeline/request/{instance}/answer': ['/onramp/web/{instance}/in'] },
      })
      client.socket.write(`${head()}`)
      assert.equal(statusOf(await client.until(hasHead)), status)
      assert.equal(server.peers.length, 0)
    })
  }

  it('is redirected by a script', async () => {
    const { client, server } = await world({
      request: 'let $endpoint = {"host": "other", "path": "/elsewhere"}; event',
    })
    client.socket.write(head())
    await client.until(hasHead)
    assert.match(server.peers[0]!.head, /^GET \/elsewhere HTTP\/1\.1\r\nhost: other\r\n/i)
  })

  it('whose answer a script thinks better of is not opened, and the upstream is cut', async () => {
    const { client, server } = await world({ response: 'let $response.status = 403; event' })
    client.socket.write(head())
    assert.equal(statusOf(await client.until(hasHead)), 403)
    await eventually(() => server.peers[0]!.closed || server.peers[0]!.ended)
  })

  it('goes by a set of upstreams: counted as in flight, never hedged', async () => {
    const server = await webSocketServer()
    const url = `http://127.0.0.1:${server.port}`
    const temblor = await stand({
      offramp: {
        config: {
          endpoint: undefined,
          endpoints: ['http://127.0.0.1:1', url],
          hedge: { after: '1ms' },
          balance: { by: 'round_robin', sticky: { cookie: 'at' } },
        },
      },
    })
    const client = dial(temblor.port)
    open.push(server, temblor, client)
    client.socket.write(head())
    const received = await client.until(hasHead)
    assert.equal(statusOf(received), 101)
    assert.match(received, /\r\nset-cookie: at=/i)
    const inFlight = async () =>
      new RegExp(`temblor_upstream_inflight\\{.*upstream="${url}"\\} (\\d+)`).exec(
        await temblor.metrics(),
      )?.[1]
    assert.equal(await inFlight(), '1')
    assert.equal(server.peers.length, 1)
    client.socket.end()
    await eventually(() => server.peers[0]!.ended)
    server.peers[0]!.socket.end()
    await eventually(() => client.ended)
    assert.equal(await inFlight(), '0')
  })
})

describe('bytes behind a 101', () => {
  const frames: Readonly<Record<string, readonly number[]>> = {
    'a text in one frame': [0x81, 0x85, 1, 2, 3, 4, 105, 103, 111, 104, 110],
    'an empty frame': [0x81, 0x80, 1, 2, 3, 4],
    'fragments, with a ping between them': [
      0x01, 0x81, 0, 0, 0, 0, 65, 0x89, 0x80, 0, 0, 0, 0, 0x80, 0x81, 0, 0, 0, 0, 66,
    ],
    'a ping of 125 octets': [0x89, 0xfd, 0, 0, 0, 0, ...new Array(125).fill(7)],
    'a pong that nobody asked for': [0x8a, 0x80, 0, 0, 0, 0],
    'a close with a code and a reason': [0x88, 0x84, 0, 0, 0, 0, 0x03, 0xe8, 111, 107],
    'a close without a code': [0x88, 0x80, 0, 0, 0, 0],
    'a close with a code that is not lawful': [0x88, 0x82, 0, 0, 0, 0, 0x03, 0xed],
    'reserved bits, as an extension sets them': [0xc1, 0x81, 0, 0, 0, 0, 65],
    'an opcode that is not known': [0x83, 0x80, 0, 0, 0, 0],
    'a frame without a mask': [0x81, 0x01, 65],
    'a text that is not UTF-8': [0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe],
    'a length in two octets that one would do for': [0x82, 0xfe, 0, 1, 0, 0, 0, 0, 9],
    'a length in eight octets': [0x82, 0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 9],
    'a frame cut within its length': [0x82, 0xff, 0],
    'a control frame in fragments': [0x09, 0x80, 0, 0, 0, 0, 0x80, 0x80, 0, 0, 0, 0],
    'a continuation of nothing': [0x80, 0x80, 0, 0, 0, 0],
    'a message within a message': [0x01, 0x80, 0, 0, 0, 0, 0x82, 0x80, 0, 0, 0, 0],
    'what looks like a request': [...Buffer.from('GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n')],
    'what looks like an answer': [...Buffer.from('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')],
  }
  for (const [name, octets] of Object.entries(frames)) {
    it(`pass both ways: ${name}`, async () => {
      const sent = Buffer.from(octets)
      const { client, server } = await world({}, { data: (peer, fresh) => void peer.socket.write(fresh) })
      client.socket.write(head())
      const top = (await client.until(hasHead)).length
      for (const octet of sent) client.socket.write(Buffer.from([octet]))
      await eventually(() => server.peers[0]!.received.equals(sent))
      await eventually(() => client.received.subarray(top).equals(sent))
    })
  }

  it('pass as they are, eight megabytes each way at once', async () => {
    const sent = randomBytes(8 * 1024 * 1024)
    const { client, server, temblor } = await world(
      {},
      { data: (peer, fresh) => void peer.socket.write(fresh) },
    )
    client.socket.write(head())
    const top = (await client.until(hasHead)).length
    client.socket.write(sent)
    await eventually(() => server.peers[0]!.received.length === sent.length)
    await eventually(() => client.received.length === top + sent.length)
    assert.ok(server.peers[0]!.received.equals(sent))
    assert.ok(client.received.subarray(top).equals(sent))
    client.socket.end()
    await eventually(() => server.peers[0]!.ended)
    server.peers[0]!.socket.end()
    await eventually(() => client.ended)
    const metrics = await temblor.metrics()
    assert.match(metrics, /temblor_tunnels\{[^}]*\} 0\n/)
    assert.match(
      metrics,
      new RegExp(`temblor_tunnel_bytes_total\\{[^}]*direction="from_client"\\} ${sent.length}\\n`),
    )
    assert.match(metrics, /temblor_tunnel_duration_seconds_count\{[^}]*end="closed_in_order"\} 1\n/)
    assert.match(metrics, /http_server_request_duration_seconds_count\{[^}]*status_code="101"\} 1\n/)
  })

  it('that nobody takes stop the one who sends, not pile up', async () => {
    let took = 0
    const piece = Buffer.alloc(64 * 1024)
    const { client } = await world(
      {},
      {
        joined: ({ socket }) => {
          const more = () => {
            while (took < 256 * 1024 * 1024 && socket.write(piece)) took += piece.length
          }
          socket.on('drain', more)
          more()
        },
      },
    )
    client.socket.write(head())
    await client.until(hasHead)
    client.socket.pause()
    let before = -1
    let still = 0
    // It stands still for long: all that lies between is full.
    await eventually(() => {
      still = took === before ? still + 1 : 0
      before = took
      return still === 60
    })
    assert.ok(took < 64 * 1024 * 1024, `${took} octets were taken`)
    client.socket.resume()
    await eventually(() => took > before)
  })

  it('go on in one direction when the other is closed', async () => {
    const { client, server } = await world()
    client.socket.write(head())
    await client.until(hasHead)
    client.socket.end('last words')
    await eventually(() => server.peers[0]!.ended)
    assert.equal(server.peers[0]!.received.toString(), 'last words')
    server.peers[0]!.socket.end('and an answer')
    assert.ok((await client.until((received) => received.endsWith('and an answer'))).length > 0)
    await eventually(() => client.ended)
  })

  it('reach the upstream only behind its 101, in one piece with the rest', async () => {
    let joined = false
    const { client, server } = await world(
      {},
      {
        answer: () => '',
        joined: (peer) => {
          // The proxy has the early bytes by now; the upstream must not.
          setTimeout(() => {
            assert.equal(peer.received.length, 0)
            joined = true
            peer.socket.write(handshake(peer.head), 'latin1')
          }, 50)
        },
      },
    )
    client.socket.write(`${head()}early`)
    await client.until(hasHead)
    assert.ok(joined)
    client.socket.write(' and late')
    await eventually(() => server.peers[0]!.received.toString() === 'early and late')
  })

  it('of the upstream in one packet with its 101 are the first the client gets', async () => {
    const { client } = await world({}, { answer: (asked) => `${handshake(asked)}welcome` })
    client.socket.write(head())
    assert.match(await client.until((received) => received.endsWith('welcome')), /\r\n\r\nwelcome$/)
  })
})

describe('a tunnel ends', () => {
  it('when the upstream breaks: the client is cut', async () => {
    const { client, server, temblor } = await world({ onramp: { config: { access_log: 'on' } } })
    client.socket.write(head())
    await client.until(hasHead)
    server.peers[0]!.socket.resetAndDestroy()
    await eventually(() => client.ended)
    const line = await eventually(() => temblor.log.find(({ msg }) => msg === 'request'))
    assert.equal(line['cut'], 'reset')
  })

  it('when the client breaks: the upstream is cut', async () => {
    const { client, server } = await world()
    client.socket.write(head())
    await client.until(hasHead)
    client.socket.resetAndDestroy()
    await eventually(() => server.peers[0]!.closed || server.peers[0]!.ended)
  })

  it('when nothing moves for too long, in neither direction', async () => {
    const { client, server, temblor } = await world({
      onramp: { config: { tunnel_idle: '150ms', access_log: 'on' } },
    })
    client.socket.write(head())
    await client.until(hasHead)
    for (let i = 0; i < 5; i++) {
      await wait(60)
      server.peers[0]!.socket.write('x')
    }
    assert.equal(client.ended, false)
    await eventually(() => client.ended)
    const line = await eventually(() => temblor.log.find(({ msg }) => msg === 'request'))
    assert.equal(line['cut'], 'timeout')
  })

  it('not by a reload, whatever changed', async () => {
    const { client, server, temblor } = await world(
      {},
      { data: (peer, fresh) => void peer.socket.write(fresh) },
    )
    client.socket.write(head())
    await client.until(hasHead)
    for (const port of [0, temblor.port]) {
      const onramp = { config: { port, keep_alive: '7s' } }
      await temblor.engine.apply(await planOf({ onramp, offramp: { config: { timeout: '7s' } } }))
      client.socket.write(`after ${port}`)
      await client.until((received) => received.endsWith(`after ${port}`))
    }
    assert.equal(server.peers.length, 1)
  })

  it('at the end of the time that a stop grants, and says so', async () => {
    const { client, temblor } = await world({ onramp: { config: { access_log: 'on' } } })
    client.socket.write(head())
    await client.until(hasHead)
    assert.equal(await temblor.engine.stop(30), false)
    await eventually(() => client.ended)
    const line = await eventually(() => temblor.log.find(({ msg }) => msg === 'request'))
    assert.equal(line['cut'], 'closed')
  })

  it('at once, if it was closed before a stop', async () => {
    const { client, server, temblor } = await world()
    client.socket.write(head())
    await client.until(hasHead)
    client.socket.end()
    await eventually(() => server.peers[0]!.ended)
    server.peers[0]!.socket.end()
    await eventually(() => client.ended)
    assert.equal(await temblor.engine.stop(5000), true)
  })
})

describe('no tunnel', () => {
  it('by an answer other than 101: what was sent early is the next request, and meets the pipelines', async () => {
    const answer = 'HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno'
    const { client, server } = await world(
      { request: 'let $request.headers["x-met"] = "yes"; event' },
      { answer: () => answer, data: ({ socket }) => void socket.write(answer) },
    )
    client.socket.write(`${head()}GET /internal HTTP/1.1\r\nHost: client.test\r\n\r\n`)
    const received = await client.until((text) => text.split('HTTP/1.1 426').length === 3)
    assert.equal(statusOf(received), 426)
    for (const { head: seen } of server.peers.slice(1)) assert.match(seen, /x-met: yes/)
    // Over the pooled connection of the first, the second is a request of its own.
    assert.ok(server.peers.length === 1 ? /x-met: yes/.test(server.peers[0]!.received.toString()) : true)
  })

  const unproven: Readonly<Record<string, string>> = {
    'without an accept': 'Upgrade: websocket\r\nConnection: Upgrade\r\n',
    'with the accept of another key':
      'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n',
    'to another protocol':
      'Upgrade: h2c\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n',
    'without Connection': 'Upgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n',
  }
  for (const [name, fields] of Object.entries(unproven)) {
    it(`by a 101 ${name}: 502`, async () => {
      const { client } = await world({}, { answer: () => `HTTP/1.1 101 Fine\r\n${fields}\r\n` })
      client.socket.write(head())
      assert.equal(statusOf(await client.until(hasHead)), 502)
    })
  }

  it('by a 101 that nobody asked for: 502', async () => {
    const { client } = await world({}, { answer: () => handshake(head()) })
    client.socket.write('GET / HTTP/1.1\r\nHost: client.test\r\n\r\n')
    assert.equal(statusOf(await client.until(hasHead)), 502)
  })

  it('by a script that says 101 of its own accord: 500', async () => {
    const { client } = await world(
      { response: 'let $response.status = 101; event' },
      { answer: () => 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' },
    )
    client.socket.write(head())
    assert.equal(statusOf(await client.until(hasHead)), 500)
  })

  const ordinary: Readonly<Record<string, string>> = {
    'for h2c': without(/^Upgrade/, 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA'),
    'for several protocols at once': without(/^Upgrade/, 'Upgrade: websocket, h2c'),
    'for two Upgrade fields': head('Upgrade: h2c'),
    'without Connection naming it': without(/^Connection/),
    'without a key': without(/^Sec-WebSocket-Key/),
    'with a key that is none': without(/^Sec-WebSocket-Key/, 'Sec-WebSocket-Key: x'),
    'with two keys': head(`Sec-WebSocket-Key: ${key}`),
    'by POST': head().replace('GET', 'POST'),
    'with a body': `${head('Content-Length: 4')}body`,
    'with Connection: close': head('Connection: close'),
  }
  for (const [name, asked] of Object.entries(ordinary)) {
    it(`${name}: an ordinary request, without Upgrade`, async () => {
      const { client, server } = await world(
        {},
        { answer: () => 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' },
      )
      client.socket.write(asked)
      assert.equal(statusOf(await client.until(hasHead)), 200)
      assert.doesNotMatch(server.peers[0]!.head, /^(upgrade|connection|http2-settings):/im)
    })
  }

  it('over the transport "node": an ordinary request', async () => {
    const server = await webSocketServer({ answer: () => 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' })
    open.push(server)
    const temblor = await stand({}, { upstream: server.port, transport: transports.node })
    const client = dial(temblor.port)
    open.push(temblor, client)
    client.socket.write(head())
    assert.equal(statusOf(await client.until(hasHead)), 200)
    assert.doesNotMatch(server.peers[0]!.head, /^upgrade:/im)
  })

  it('where the onramp says `upgrade: off`', async () => {
    const { client, server } = await world(
      { onramp: { config: { upgrade: 'off' } } },
      { answer: () => 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' },
    )
    client.socket.write(head())
    assert.equal(statusOf(await client.until(hasHead)), 200)
    assert.doesNotMatch(server.peers[0]!.head, /^upgrade:/im)
  })

  it('where a script takes `$request.upgrade` away', async () => {
    const { client, server } = await world(
      { request: 'let $request = patch $request of erase "upgrade" end; event' },
      { answer: () => 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' },
    )
    client.socket.write(head())
    assert.equal(statusOf(await client.until(hasHead)), 200)
    assert.doesNotMatch(server.peers[0]!.head, /^upgrade:/im)
  })

  it('where a script asks for one that the client did not', async () => {
    const { client, server } = await world(
      { request: 'let $request.upgrade = "websocket"; event' },
      { answer: () => 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n' },
    )
    client.socket.write('GET / HTTP/1.1\r\nHost: client.test\r\n\r\n')
    assert.equal(statusOf(await client.until(hasHead)), 200)
    assert.doesNotMatch(server.peers[0]!.head, /^upgrade:/im)
  })
})
