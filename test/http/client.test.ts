/** The client by itself: where it connects, what it knows of names, TLS, and what it refuses to send. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, it } from 'node:test'
import { createServer as createTlsServer } from 'node:tls'
import { wheelClock } from '#engine/clock-wheel.ts'
import { placeOf } from '#engine/http/dial.ts'
import { connectionsFor } from '#engine/http/limits.ts'
import { createResolver } from '#engine/http/resolve.ts'
import type { Client, ClientOptions, ClientRequest, HttpFault, Transport } from '#engine/http/transport.ts'
import { handClock } from '#engine/tools/hand-clock.ts'
import { recorder, turnOfTheLoop, upstream } from './rig.ts'
import { allTransports } from './vectors.ts'

describe('the map of --connect-to', () => {
  const map = [
    { host: 'a', port: 80, toHost: 'b', toPort: 8080 },
    { host: '', port: 81, toHost: 'c', toPort: 0 },
    { host: 'd', port: 0, toHost: '', toPort: 82 },
  ]
  const cases: [string, number, string, number][] = [
    ['a', 80, 'b', 8080],
    ['A', 80, 'b', 8080],
    ['a', 81, 'c', 81],
    ['d', 9, 'd', 82],
    ['e', 80, 'e', 80],
    ['[::1]', 80, '::1', 80],
  ]
  for (const [host, port, toHost, toPort] of cases)
    it(`${host}:${port} is ${toHost}:${toPort}`, () =>
      assert.deepEqual(placeOf({ host, port }, map), { host: toHost, port: toPort }))
})

describe('names', () => {
  function standing(): {
    clock: ReturnType<typeof handClock>
    asked: string[]
    answer: (error: string | null, addresses: string[]) => void
    ask: (host: string) => string[]
  } {
    const clock = handClock()
    const asked: string[] = []
    const pending: ((error: string | null, addresses: string[]) => void)[] = []
    const resolver = createResolver(clock, (host, done) => {
      asked.push(host)
      pending.push(done)
    })
    return {
      clock,
      asked,
      answer: (error, addresses) => pending.shift()!(error, addresses),
      ask(host) {
        const told: string[] = []
        resolver.resolve(host, (error, addresses) => told.push(error ?? addresses.join()))
        return told
      },
    }
  }

  it('an address is not looked up', () => {
    const { ask, asked } = standing()
    assert.deepEqual([ask('127.0.0.1'), ask('::1'), asked], [['127.0.0.1'], ['::1'], []])
  })

  it('those who wait for one name share one lookup', () => {
    const { ask, asked, answer } = standing()
    const [first, second] = [ask('a'), ask('a')]
    answer(null, ['1.1.1.1'])
    assert.deepEqual([first, second, asked], [['1.1.1.1'], ['1.1.1.1'], ['a']])
  })

  it('an old answer is served while a new one is looked up, and for five minutes if none comes', () => {
    const { ask, asked, answer, clock } = standing()
    ask('a')
    answer(null, ['1.1.1.1'])
    clock.turn(11_000)
    assert.deepEqual(ask('a'), ['1.1.1.1'])
    assert.equal(asked.length, 2)
    answer('no such name', [])
    assert.deepEqual(ask('a'), ['1.1.1.1'])
    answer(null, ['2.2.2.2'])
    assert.deepEqual(ask('a'), ['2.2.2.2'])
    clock.turn(301_000)
    const late = ask('a')
    assert.deepEqual(late, [])
    answer('no such name', [])
    assert.deepEqual(late, ['no such name'])
  })

  it('nobody waits longer than a second', () => {
    const { ask, clock } = standing()
    const told = ask('a')
    clock.turn(1001)
    assert.deepEqual(told, ['The name was not resolved in time'])
  })

  it('at most two lookups run at once', () => {
    const { ask, asked, answer } = standing()
    for (const host of ['a', 'b', 'c']) ask(host)
    assert.deepEqual(asked, ['a', 'b'])
    answer(null, ['1.1.1.1'])
    assert.deepEqual(asked, ['a', 'b', 'c'])
  })
})

describe('connections by open files', () => {
  const cases: [number, number][] = [
    [100, 40],
    [1024, 409],
    [8192, 4096],
    [1_048_576, 1_000_000],
  ]
  for (const [files, connections] of cases)
    it(`${files} files allow ${connections}`, () => assert.equal(connectionsFor(files), connections))
})

for (const transport of allTransports) describe(`over ${transport.name}`, () => clientCases(transport))

function clientCases(transport: Transport): void {
  const open: { close(): void }[] = []
  afterEach(() => {
    for (const one of open.splice(0)) one.close()
  })

  function client(options: Partial<ClientOptions> = {}): Client {
    const clock = wheelClock()
    const made = transport.client({ clock, connectTo: [], idleMs: 4000, maxIdlePerOrigin: 8, ...options })
    open.push(made, clock)
    return made
  }

  function ask(
    from: Client,
    request: Partial<ClientRequest>,
  ): Promise<{ status: number; body: string } | HttpFault> {
    return new Promise((resolve) => {
      const call = {
        scheme: 'http',
        host: '127.0.0.1',
        port: 80,
        method: 'GET',
        path: '/',
        headers: ['Host', 'a'],
        body: null,
        connectMs: 2000,
        firstByteMs: 2000,
        bodyIdleMs: 2000,
        ...request,
      } as const
      from.request(call, {
        head(status, _headers, source) {
          let body = ''
          source.start({
            write(chunk) {
              body += Buffer.from(chunk).toString('latin1')
              return true
            },
            end: () => resolve({ status, body }),
            fail: resolve,
          })
        },
        fail: resolve,
      })
    })
  }

  it('connects where the map says and keeps Host', async () => {
    const source = await recorder()
    open.push(source)
    const from = client({
      connectTo: [{ host: 'far.test', port: 80, toHost: '127.0.0.1', toPort: source.port }],
    })
    assert.deepEqual(await ask(from, { host: 'far.test', headers: ['Host', 'far.test'] }), {
      status: 200,
      body: 'ok',
    })
    assert.match(source.requests[0]!.head, /host: far\.test\r\n/i)
  })

  it('takes the next address of a name if one does not answer', async () => {
    const source = await recorder()
    open.push(source)
    const from = client({ lookup: (_host, done) => done(null, ['127.0.0.2', '127.0.0.1']) })
    assert.deepEqual(await ask(from, { host: 'two.test', port: source.port }), { status: 200, body: 'ok' })
  })

  it('a name that does not exist is a fault of its own', async () => {
    const from = client({ lookup: (_host, done) => done('The name cannot be resolved: ENOTFOUND', []) })
    const fault = await ask(from, { host: 'none.test' })
    assert.deepEqual(fault, {
      kind: 'dns',
      message: 'The name cannot be resolved: ENOTFOUND',
      phase: 'resolve',
      sent: false,
      reused: false,
    })
  })

  it('speaks TLS, to the name it was given', async () => {
    const [key, cert] = ['key', 'cert'].map((name) =>
      readFileSync(new URL(`./tls/${name}.pem`, import.meta.url), 'utf8'),
    )
    const server = createTlsServer({ key: key!, cert: cert! }, (socket) => {
      socket.on('error', () => {})
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret'))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    open.push(server)
    const { port } = server.address() as AddressInfo
    const lookup: ClientOptions['lookup'] = (_host, done) => done(null, ['127.0.0.1'])
    const from = client({ tls: { ca: cert! }, lookup })
    const to = { scheme: 'https', host: 'upstream.test', port } as const
    assert.deepEqual(await ask(from, to), { status: 200, body: 'secret' })
    assert.deepEqual(await ask(from, { ...to, method: 'POST', body: 'x' }), { status: 200, body: 'secret' })
    const stranger = await ask(client({ lookup }), to)
    assert.equal('kind' in stranger && stranger.kind, 'tls')
    from.close()
  })

  it('a probe tells whether anything listens', async () => {
    const source = await upstream(() => {})
    const from = client()
    const probe = () =>
      new Promise<HttpFault | null>((resolve) =>
        from.probe({ scheme: 'http', host: '127.0.0.1', port: source.port, connectMs: 1000 }, resolve),
      )
    assert.equal(await probe(), null)
    source.close()
    assert.equal((await probe())?.kind, 'connect')
  })

  it('an aborted call tells nothing more and leaves no connection', async () => {
    const source = await upstream(() => {})
    open.push(source)
    const from = client()
    let told = 0
    const tell = () => {
      told++
    }
    const call = from.request(
      {
        scheme: 'http',
        host: '127.0.0.1',
        port: source.port,
        method: 'GET',
        path: '/',
        headers: ['Host', 'a'],
        body: null,
        connectMs: 1000,
        firstByteMs: 1000,
        bodyIdleMs: 1000,
      },
      { head: tell, fail: tell },
    )
    for (let i = 0; i < 50 && source.sides.length === 0; i++) await turnOfTheLoop()
    call.abort()
    for (let i = 0; i < 50 && !source.sides[0]!.closed; i++) await turnOfTheLoop()
    assert.deepEqual([told, from.openConnections, source.sides[0]!.closed], [0, 0, true])
  })

  const unfit: [string, Partial<ClientRequest>][] = [
    ['a line break in a value', { headers: ['Host', 'a', 'X', 'b\r\nY: c'] }],
    ['a NUL in a value', { headers: ['Host', 'a', 'X', '\0'] }],
    ['a character whose low octet is a line feed', { headers: ['Host', 'a', 'X', '\u010a'] }],
    ['a line break in a name', { headers: ['Host', 'a', 'X\r\nY', 'b'] }],
    ['an empty name', { headers: ['Host', 'a', '', 'b'] }],
    ['a blank in the path', { path: '/a b' }],
    ['a line break in the path', { path: '/\r\nX: y' }],
    ['a path without a slash', { path: 'a' }],
    ['an unknown method', { method: 'GET /x HTTP/1.1\r\n' }],
  ]
  for (const [name, request] of unfit)
    it(`does not send ${name}`, async () => {
      const source = await recorder()
      open.push(source)
      const fault = await ask(client(), { port: source.port, ...request })
      assert.equal('kind' in fault && fault.kind, 'bad_request')
      assert.equal(source.sides.length, 0)
    })

  it('uses one connection for one request after the other', async () => {
    const source = await recorder()
    open.push(source)
    const from = client()
    for (let i = 0; i < 5; i++) {
      await ask(from, { port: source.port, method: 'POST', body: `body ${i}` })
      for (let turn = 0; turn < 3; turn++) await turnOfTheLoop()
    }
    assert.deepEqual([source.sides.length, source.requests.length], [1, 5])
  })
}
