/** The page of go-reverse-proxy: its configuration, its .env, its curl commands, and what it promises around them. */
import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { ask } from '../support/ask.ts'
import { folder, type Gateway, gateway, type Upstream, upstream, valuesOf } from './support.ts'

describe('the page', () => {
  const instances: Upstream[] = []
  let files: ReturnType<typeof folder>
  let proxy: Gateway
  /** What the instances do next. */
  let status = 200
  let headers: Record<string, string> = {}

  before(async () => {
    for (let n = 1; n <= 3; n++) {
      instances.push(
        await upstream((_, response) =>
          response.writeHead(status, { 'x-instance': String(n), ...headers }).end(`Hello from ${n}`),
        ),
      )
    }
    const free = await upstream()
    await free.close()
    const hosts = instances
      .map(({ port }) => `        - address: "127.0.0.1"\n          port: ${port}\n`)
      .join('')
    files = folder({
      'proxy-configs/mine.yaml': `proxy:
  listen:
    address: "127.0.0.1"
    port: ${free.port}
  services:
    - name: users
      domain: users.com
      hosts:
${hosts}    - name: half-dead
      domain: half-dead.com
      hosts:
        - address: "127.0.0.1"
          port: 1
        - address: "127.0.0.1"
          port: ${instances[0]!.port}
    - name: dead
      domain: dead.com
      hosts:
        - address: "127.0.0.1"
          port: 1
`,
      '.env': `CONFIGURATION_FILENAME: "mine.yaml"
MAX_HTTP_RETRIES: 2
MAX_FORWARD_RETRIES: 2
HTTP_CACHE_TTL_SECONDS: 60
METRICS_ADDR: "127.0.0.1:0"
`,
    })
    proxy = await gateway(['--from', 'go-reverse-proxy'], {}, files.path)
  })
  beforeEach(() => {
    status = 200
    headers = {}
    for (const { seen } of instances) seen.length = 0
  })
  after(async () => {
    assert.equal(await proxy?.running.stop(), 0)
    await Promise.all(instances.map((each) => each.close()))
    files?.remove()
  })
  const seen = () => instances.flatMap((each) => each.seen)

  test('a request for users.com, with a path and parameters', async () => {
    const reply = await ask(proxy.port, {
      path: '/proxy/api/v1/users?par1=foo&par2=bar',
      headers: { host: 'users.com' },
    })
    assert.equal(reply.status, 200)
    assert.deepEqual(
      seen().map(({ method, url }) => `${method} ${url}`),
      ['GET /api/v1/users?par1=foo&par2=bar'],
    )
  })

  test('a GET with a JSON body', async () => {
    const body = '{\n"message": "Hello World!"\n}'
    await ask(proxy.port, {
      path: '/proxy/api/v1/users',
      headers: { host: 'users.com', 'content-type': 'application/json' },
      body,
    })
    const [asked] = seen()
    assert.equal(asked?.body.toString(), body)
    assert.deepEqual(valuesOf(asked, 'content-type'), ['application/json'])
  })

  test('instances take turns', async () => {
    const turns: unknown[] = []
    for (let n = 0; n < 6; n++)
      turns.push(
        (await ask(proxy.port, { path: `/proxy/${n}`, headers: { host: 'users.com' } })).headers[
          'x-instance'
        ],
      )
    assert.deepEqual([...turns].sort(), ['1', '1', '2', '2', '3', '3'])
    assert.deepEqual(turns.slice(0, 3), turns.slice(3))
  })

  test('the domain counts in any case and with any port; the path goes on as it was written', async () => {
    const reply = await ask(proxy.port, { path: '/proxy/a%2Fb/proxy/c', headers: { host: 'USERS.com:8080' } })
    assert.equal(reply.status, 200)
    assert.equal(seen()[0]?.url, '/a%2Fb/proxy/c')
    for (const { seen } of instances) seen.length = 0
    await ask(proxy.port, { path: '/proxy/', headers: { host: 'users.com' } })
    assert.equal(seen()[0]?.url, '/')
  })

  test('an unknown Host and any other path are 404', async () => {
    for (const [host, path] of [
      ['nobody.com', '/proxy/x'],
      ['users.com', '/'],
      ['users.com', '/proxy'],
      ['users.com', '/proxyx/y'],
      ['users.com', '/x/proxy/y'],
      ['__proto__', '/proxy/x'],
    ] as const) {
      const reply = await ask(proxy.port, { path, headers: { host }, method: 'POST', body: 'x'.repeat(100) })
      assert.equal(reply.status, 404, `${host}${path}`)
      assert.match(reply.body, /"error"/)
    }
    assert.equal(seen().length, 0)
  })

  test('one instance out of service costs nobody an answer', async () => {
    for (let n = 0; n < 6; n++)
      assert.equal(
        (await ask(proxy.port, { path: `/proxy/${n}`, headers: { host: 'half-dead.com' } })).status,
        200,
      )
  })

  test('all instances out of service: 502', async () => {
    assert.equal((await ask(proxy.port, { path: '/proxy/', headers: { host: 'dead.com' } })).status, 502)
  })

  test('a failed GET is repeated at other instances, a failed POST is not', async () => {
    status = 500
    const get = await ask(proxy.port, { path: '/proxy/fails', headers: { host: 'users.com' } })
    assert.equal(get.status, 500)
    assert.ok(instances.every((each) => each.seen.length > 0))
    for (const each of instances) each.seen.length = 0
    const post = await ask(proxy.port, {
      path: '/proxy/fails',
      headers: { host: 'users.com' },
      method: 'POST',
      body: 'x',
    })
    assert.equal(post.status, 500)
    assert.equal(seen().length, 1)
  })

  test('an answer that says how long it is good is kept, one that says nothing is not', async () => {
    headers = { 'cache-control': 'public, max-age=3600' }
    const ask1 = () => ask(proxy.port, { path: '/proxy/kept', headers: { host: 'users.com' } })
    const first = await ask1()
    const second = await ask1()
    assert.equal(second.body, first.body)
    assert.equal(seen().length, 1)
    // `Date` counts whole seconds: one may have turned in between.
    assert.match(String(second.headers['age']), /^[01]$/)
    headers = {}
    for (let n = 0; n < 2; n++)
      await ask(proxy.port, { path: '/proxy/not-kept', headers: { host: 'users.com' } })
    assert.equal(seen().length, 3)
  })

  test('metrics are on a port of their own', async () => {
    const [{ url } = {}] = proxy.lines('Metrics are served')
    const port = Number(new URL(String(url)).port)
    const metrics = await ask(port, { path: '/metrics' })
    assert.equal(metrics.status, 200)
    assert.match(
      metrics.body,
      /^http_server_request_duration_seconds_count\{.*http_response_status_code="404".*\} \d+$/m,
    )
    for (const name of ['temblor_request_processing_seconds', 'temblor_response_processing_seconds'])
      assert.match(metrics.body, new RegExp(`^${name}_count\\{node="/onramp/http_in/proxy"\\} [1-9]`, 'm'))
    assert.equal((await ask(proxy.port, { path: '/metrics' })).status, 404)
    assert.equal((await ask(port, { path: '/livez' })).status, 200)
  })
})
