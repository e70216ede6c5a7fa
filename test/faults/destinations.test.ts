/** D12: an endpoint made of what a client sent leads nowhere but where the configuration says, however it is spelled. */
import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { wheelClock } from '#engine/clock-wheel.ts'
import { destinations } from '#engine/http/destinations.ts'
import { answer, request, statusOf } from '../rest/message.ts'
import { type Stand, stand, upstream } from '../rest/stand.ts'
import { converse } from '../rest/table.ts'
import { transports } from '../support/transports.ts'

/** Of a port on this machine, spelled so that some reader or other takes it for another place. */
const spellings = (port: number): readonly string[] => [
  `http://127.0.0.1:${port}/`,
  `http://127.1:${port}/`,
  `http://127.0.1:${port}/`,
  `http://2130706433:${port}/`,
  `http://0x7f000001:${port}/`,
  `http://0x7f.1:${port}/`,
  `http://0177.0.0.1:${port}/`,
  `http://0177.1:${port}/`,
  `http://127.255.255.254:${port}/`,
  `http://0.0.0.0:${port}/`,
  `http://0:${port}/`,
  `http://localhost:${port}/`,
  `http://LOCALHOST:${port}/`,
  `http://localhost.:${port}/`,
  `http://[::1]:${port}/`,
  `http://[::]:${port}/`,
  `http://[0:0:0:0:0:0:0:1]:${port}/`,
  `http://[::ffff:127.0.0.1]:${port}/`,
  `http://[::ffff:7f00:1]:${port}/`,
  `http://[0:0:0:0:0:ffff:7f00:1]:${port}/`,
  `http://%31%32%37.0.0.1:${port}/`,
  `http://127%2e0%2e0%2e1:${port}/`,
  `http://１２７.０.０.１:${port}/`,
  `http://①②⑦.⓪.⓪.①:${port}/`,
  `http://127。0。0。1:${port}/`,
  `http://loc\u00adalhost:${port}/`,
  `http:127.0.0.1:${port}/`,
  `http:\\\\127.0.0.1:${port}/`,
  `http:///127.0.0.1:${port}/`,
  `http://user@127.0.0.1:${port}/`,
  `http://allowed.example@127.0.0.1:${port}/`,
  `http://127.0.0.1:${port}#@allowed.example/`,
  `http://127.0.0.1:${port}\\@allowed.example/`,
  `http://127.0.0.1\t:${port}/`,
  `HTTP://127.0.0.1:${port}/`,
  `https://127.0.0.1:${port}/`,
  `ftp://127.0.0.1:${port}/`,
  `file:///etc/passwd`,
  `unix:/var/run/docker.sock:/`,
  `//127.0.0.1:${port}/`,
  `gopher://127.0.0.1:${port}/`,
  `127.0.0.1:${port}`,
]

for (const transport of [transports.own, transports.node])
  describe(`an endpoint made of a field, over ${transport.name}`, () => {
    let connections = 0
    const canary = createServer((socket) => {
      connections++
      socket.destroy()
    })
    let port = 0
    let proxy: Stand
    let close = () => {}
    before(async () => {
      await new Promise<void>((resolve) => canary.listen(0, '::', resolve))
      port = (canary.address() as { port: number }).port
      const source = await upstream(answer('200', 'ok'))
      close = source.close
      proxy = await stand(
        {
          request: 'let $endpoint = $request.headers["x-to"][0]; event',
          offramp: { config: { destinations: ['allowed.example', '*.svc.example', '192.0.2.0/24'] } },
        },
        { transport, upstream: source.port },
      )
    })
    after(async () => {
      await proxy.close()
      canary.close()
      close()
    })

    test('reaches what is configured', async () => {
      const got = await converse(proxy.port, request('GET / | X-To: http://upstream/'))
      assert.equal(statusOf(got), 200)
    })
    for (const [at, shown] of spellings(0).entries())
      test(`does not reach ${JSON.stringify(shown)}`, async () => {
        const to = Buffer.from(spellings(port)[at]!).toString('latin1')
        const got = await converse(proxy.port, request(`GET / | X-To: ${to}`))
        assert.ok(statusOf(got) >= 400, got.start)
        assert.equal(connections, 0)
      })
  })

describe('a name that resolves elsewhere the second time', () => {
  for (const transport of [transports.own, transports.node])
    test(`is judged by the address that is connected to, over ${transport.name}`, async () => {
      const clock = wheelClock()
      const resolved: string[] = []
      let address = '192.0.2.1'
      const source = await upstream(answer('200', 'ok'))
      const client = transport.client({
        clock,
        connectTo: [],
        idleMs: 1000,
        maxIdlePerOrigin: 1,
        mayConnect: destinations(['*.svc.example'], []),
        lookup(_host, done) {
          resolved.push(address)
          done(null, [address])
        },
      })
      const ask = () =>
        new Promise<string>((resolve) => {
          client.request(
            {
              scheme: 'http',
              host: 'rebinding.svc.example',
              port: source.port,
              method: 'GET',
              path: '/',
              headers: ['Host', 'x'],
              body: null,
              connectMs: 100,
              firstByteMs: 100,
              bodyIdleMs: 100,
            },
            { head: () => resolve('answered'), fail: ({ message }) => resolve(message) },
          )
        })
      address = '127.0.0.1'
      assert.match(await ask(), /none that may be connected to/)
      assert.equal(source.requests.length, 0)
      client.close()
      source.close()
      clock.close()
    })
})

describe('destinations', () => {
  const may = destinations(
    ['allowed.example', '*.svc.example', '10.1.0.0/16', '2001:db8::/32'],
    ['configured', '[::1]'],
  )
  const cases: readonly (readonly [host: string, address: string, allowed: boolean])[] = [
    ['configured', '10.9.9.9', true],
    ['::1', '::1', true],
    ['allowed.example', '93.184.216.34', true],
    ['ALLOWED.example.', '93.184.216.34', true],
    ['allowed.example', '127.0.0.1', false],
    ['allowed.example', '::ffff:127.0.0.1', false],
    ['allowed.example', '169.254.169.254', false],
    ['allowed.example', '0.0.0.0', false],
    ['allowed.example', '::', false],
    ['allowed.example', 'fd00::1', false],
    ['allowed.example', '64:ff9b::7f00:1', false],
    ['a.svc.example', '93.184.216.34', true],
    ['a.svc.example', '10.1.2.3', true],
    ['a.svc.example', '10.2.2.3', false],
    ['svc.example.evil.example', '93.184.216.34', false],
    ['10.1.2.3', '10.1.2.3', true],
    ['2001:db8::1', '2001:db8::1', true],
    ['93.184.216.34', '93.184.216.34', false],
    ['evil.example', '10.1.2.3', true],
  ]
  for (const [host, address, allowed] of cases)
    test(`${host} at ${address}: ${allowed ? 'may be connected to' : 'may not'}`, () =>
      assert.equal(may(host, address), allowed))
})
