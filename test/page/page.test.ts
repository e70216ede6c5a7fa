/**
 * The whole trip, as an operator makes it: the files printed on the page, word for word, and the same example in our own words, each run
 * as a process before three upstreams, asked over real sockets.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { wheelClock } from '#engine/clock-wheel.ts'
import { type Responder, respond } from '#engine/respond.ts'
import { ask } from '../support/ask.ts'
import { type Running, root, temblor } from '../support/process.ts'

const page = process.env['SEED_PAGE'] ?? join(root, '../shared/seeds/page')
const ours = [
  'bindings/reverse-proxy.yaml',
  'pipelines/request_handling.trickle',
  'pipelines/response_handling.trickle',
]
const port = 65535

if (existsSync(page) || process.env['CI'] === 'true')
  describe('the page, word for word', () => proxyTests([page], 'tremor'))
describe('the same in our own words', () =>
  proxyTests(
    ours.map((file) => join(root, file)),
    'temblor',
  ))

function proxyTests(files: readonly string[], product: string): void {
  const clock = wheelClock()
  let upstreams: Responder
  let proxy: Running | undefined
  const names = ['webserver01', 'webserver02', 'webserver03']
  const start = async (ports: readonly number[]) => {
    const connect = names.flatMap((name, index) => ['--connect-to', `${name}:80:127.0.0.1:${ports[index]}`])
    proxy = temblor('run', ...files, ...connect, '--no-admin', '--log-format', 'json')
    await proxy.says(/"msg":"Listening"/)
  }

  before(async () => {
    upstreams = await respond({ host: '127.0.0.1', listen: names.map((name) => ({ port: 0, name })), clock })
    await start(upstreams.servers.map(({ port }) => port))
  })
  after(async () => {
    if (proxy !== undefined) assert.equal(await proxy.stop(), 0)
    await upstreams.close()
    clock.close()
  })

  test("the page's curl gives the page's result", async () => {
    const reply = await ask(port, {
      path: '/anything',
      headers: {
        host: 'localhost:65535',
        'content-type': 'application/json',
        accept: '*/*',
        'user-agent': 'curl/7.64.1',
      },
      body: '{"snot": "badger"}',
    })
    const forwarded = 'by=localhost:65535;host=localhost:65535;proto=http'
    assert.equal(reply.status, 200)
    assert.equal(reply.headers['via'], `1.1 ${hostname()}/${product}`)
    assert.equal(reply.headers['content-type'], 'application/json')
    const seen = JSON.parse(reply.body)
    assert.equal(seen.data, `{"snot":"badger","forwarded":"${forwarded}"}`)
    assert.deepEqual(seen.json, { forwarded, snot: 'badger' })
    assert.equal(seen.headers.Forwarded, forwarded)
    assert.match(seen.headers.Host, /^webserver0[123]$/)
    assert.equal(seen.headers['Content-Length'], '82')
    assert.equal(seen.headers['User-Agent'], 'curl/7.64.1')
    assert.equal(seen.method, 'GET')
    assert.equal(seen.url, `http://${seen.headers.Host}/anything`)
  })

  test('a plain GET without a body is a 200', async () => {
    assert.equal((await ask(port, { path: '/get?a=1' })).status, 200)
  })

  test('method, path, query and status go through, whatever they are', async () => {
    const put = await ask(port, {
      method: 'PUT',
      path: '/anything/x%20y?q=1&q=2',
      body: '{"a":12345678901234567890}',
      headers: { 'content-type': 'application/json' },
    })
    const seen = JSON.parse(put.body)
    assert.equal(seen.method, 'PUT')
    assert.match(seen.url, /\/anything\/x( |%20)y\?q=1&q=2$/)
    assert.match(seen.data, /"a":12345678901234567890/)
    assert.equal((await ask(port, { path: '/status/418' })).status, 418)
    assert.equal((await ask(port, { path: '/status/404' })).status, 404)
  })

  test('the three upstreams take turns', async () => {
    const hosts: string[] = []
    for (let i = 0; i < 9; i++)
      hosts.push(JSON.parse((await ask(port, { path: '/headers' })).body).headers.Host)
    for (const name of names) assert.ok(hosts.filter((host) => host === name).length >= 2, hosts.join())
  })

  test('what cannot be decoded is a 400 that says why, and not a hang', async () => {
    const reply = await ask(port, {
      method: 'POST',
      path: '/anything',
      body: '{"snot": ',
      headers: { 'content-type': 'application/json' },
    })
    assert.equal(reply.status, 400)
    assert.equal(reply.headers['temblor-reason'], 'bad_request')
    assert.match(JSON.parse(reply.body).error, /JSON/)
  })

  test('a body that already has what the script inserts is a script error and not a hang', async () => {
    const reply = await ask(port, {
      method: 'POST',
      path: '/anything',
      body: '[1]',
      headers: { 'content-type': 'application/json' },
    })
    assert.equal(reply.status, 500)
    assert.equal(reply.headers['temblor-reason'], 'script_error')
  })

  test('with an upstream unreachable the body is what the page shows, with status 502', async () => {
    assert.equal(await proxy!.stop(), 0)
    await start([1, 1, 1])
    const replies = [await ask(port), await ask(port), await ask(port)]
    for (const [index, reply] of replies.entries()) {
      assert.equal(reply.status, 502)
      assert.equal(
        reply.body,
        `{"error":"ConnectFailed: failed to connect to the server","event_id":"1:0:${index}"}`,
      )
    }
    const shed = await ask(port)
    assert.equal(shed.status, 503)
    assert.equal(shed.headers['temblor-reason'], 'overflow')
    assert.equal(shed.headers['retry-after'], '1')
  })
}
