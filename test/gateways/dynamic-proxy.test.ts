/** The page of the Echo proxy: the shipped example as a user runs it, before servers that say who they are. */
import assert from 'node:assert/strict'
import { request as send } from 'node:http'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { temblor } from '../cli/fake-terminal.ts'
import { type Ask, ask, type Reply } from '../support/ask.ts'
import { root } from '../support/process.ts'
import { folder, type Gateway, gateway, type Upstream, upstream, valuesOf } from './support.ts'

const names = [
  'service-a.com',
  'service-b.com',
  'service-b-canary.com',
  'shop-one.com',
  'shop-two.com',
  'search-one.com',
  'search-two.com',
]

describe('the shipped example', () => {
  const services = new Map<string, Upstream>()
  let proxy: Gateway
  const to = (path: string, headers: Record<string, string>, more: Ask = {}) =>
    ask(proxy.port, { path, headers, ...more })
  /** Which service answered. */
  const who = async (path: string, headers: Record<string, string>, more: Ask = {}) =>
    (await to(path, headers, more)).headers['x-service']

  before(async () => {
    for (const name of names)
      services.set(name, await upstream((_, response) => response.setHeader('x-service', name).end(name)))
    const connect = names.flatMap((name) => [
      '--connect-to',
      `${name}:80:127.0.0.1:${services.get(name)!.port}`,
    ])
    proxy = await gateway([
      join(root, 'bindings/dynamic-proxy.yaml'),
      join(root, 'pipelines/dynamic_proxy.trickle'),
      ...connect,
    ])
  })
  after(async () => {
    assert.equal(await proxy?.running.stop(), 0)
    for (const service of services.values()) await service.close()
  })

  const table: Readonly<
    Record<string, readonly [service: string, path: string, headers: Record<string, string>, more?: Ask]>
  > = {
    'a host that begins with a': ['service-a.com', '/', { host: 'a.example.com' }],
    'any case of it': ['service-a.com', '/', { host: 'API.example.com:8080' }],
    'the path, for an address that may': ['service-a.com', '/admin/users', { host: 'b.example.com' }],
    'the method': ['service-a.com', '/uploads/1', { host: 'b.example.com' }, { method: 'PUT', body: 'x' }],
  }
  for (const [name, [service, path, headers, more]] of Object.entries(table)) {
    test(`routed by ${name}`, async () => assert.equal(await who(path, headers, more), service))
  }

  const second: Readonly<Record<string, readonly [path: string, headers: Record<string, string>]>> = {
    'no rule': ['/uploads/1', { host: 'b.example.com' }],
    'a field of the query': ['/?x=1&version=2', { host: 'a.example.com' }],
    'a cookie': ['/', { host: 'a.example.com', cookie: 'x=1; beta=1' }],
    'a header': ['/', { host: 'a.example.com', 'X-Beta': 'yes' }],
  }
  for (const [name, [path, headers]] of Object.entries(second)) {
    test(`routed by ${name}`, async () => assert.match(String(await who(path, headers)), /^service-b/))
  }

  test('not routed by what only resembles a rule', async () => {
    assert.equal(await who('/?subversion=2', { host: 'a.example.com' }), 'service-a.com')
    assert.equal(await who('/', { host: 'a.example.com', cookie: 'beta=12; notbeta=1' }), 'service-a.com')
  })

  test('services see the Host that the client asked for', async () => {
    await to('/', { host: 'a.example.com' })
    assert.deepEqual(valuesOf(services.get('service-a.com')!.seen.at(-1), 'host'), ['a.example.com'])
  })

  test('asked by an address it answers itself: POST /health, 405 and 404', async () => {
    for (const host of ['127.0.0.1:8080', '10.1.2.3', '[::1]:8080', '[2001:db8::1]', '']) {
      const alive = await bare(proxy.port, 'POST', '/health', host)
      assert.equal(alive.status, 200, host)
      assert.equal(alive.body, '"i am alive"')
      const wrong = await bare(proxy.port, 'GET', '/health', host)
      assert.equal(wrong.status, 405, host)
      assert.equal(wrong.headers['allow'], 'POST')
      assert.equal((await bare(proxy.port, 'GET', '/', host)).status, 404, host)
    }
    for (const host of ['1.example.com', '10.1.2.3.example.com'])
      assert.match(String(await who('/health', { host }, { method: 'POST' })), /^service-b/, host)
  })

  describe('pages of other origins', () => {
    const origin = 'https://app.example.com'
    const preflight = (from: string) =>
      to(
        '/',
        { host: 'a.example.com', origin: from, 'access-control-request-method': 'POST' },
        { method: 'OPTIONS' },
      )

    test('a preflight of one that may is answered without asking a service', async () => {
      const before = services.get('service-a.com')!.seen.length
      const reply = await to(
        '/',
        {
          host: 'a.example.com',
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'x-a, content-type',
        },
        { method: 'OPTIONS' },
      )
      assert.equal(reply.status, 204)
      assert.equal(reply.headers['access-control-allow-origin'], origin)
      assert.equal(reply.headers['access-control-allow-credentials'], 'true')
      assert.equal(reply.headers['access-control-allow-methods'], 'POST, GET')
      assert.equal(reply.headers['access-control-allow-headers'], 'x-a, content-type')
      assert.match(String(reply.headers['vary']), /Origin/)
      assert.equal(services.get('service-a.com')!.seen.length, before)
    })

    test('a name below one that may, may; others are answered without a permission', async () => {
      const below = await preflight('https://x.y.example.org')
      assert.equal(below.headers['access-control-allow-origin'], 'https://x.y.example.org')
      for (const other of [
        'https://evil.com',
        'http://app.example.com',
        'https://app.example.com:8443',
        'https://example.org',
        'https://evil.com/.example.org',
        'https://a.example.org.evil.com',
        'null',
      ]) {
        const reply = await preflight(other)
        assert.equal(reply.status, 204, other)
        assert.equal(reply.headers['access-control-allow-origin'], undefined, other)
      }
    })

    test('answers of services, and errors of the proxy, can be read', async () => {
      const answers = [
        await to('/', { host: 'a.example.com', origin }),
        await to('/none', { host: '10.1.2.3', origin }),
      ]
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200, 404],
      )
      for (const { headers } of answers) {
        assert.equal(headers['access-control-allow-origin'], origin)
        assert.equal(headers['vary'], 'Origin')
      }
      const none = await to('/', { host: 'a.example.com' })
      assert.equal(none.headers['access-control-allow-origin'], undefined)
      assert.equal(none.headers['vary'], 'Origin')
    })

    test('OPTIONS that is no preflight goes to the service', async () => {
      assert.equal(await who('/', { host: 'a.example.com', origin }, { method: 'OPTIONS' }), 'service-a.com')
    })
  })

  test('A/B by a stable hash: one user always meets the same, users as a whole meet both', async () => {
    const met = new Map<string, Set<unknown>>()
    for (let n = 0; n < 60; n++) {
      const user = `user-${n % 20}`
      const seen = met.get(user) ?? met.set(user, new Set()).get(user)!
      seen.add(await who('/', { host: 'shop.example.com', 'x-user': user }))
    }
    for (const seen of met.values()) assert.equal(seen.size, 1)
    assert.equal(new Set([...met.values()].flatMap((seen) => [...seen])).size, 2)
  })

  test('A/B at random: both get their share', async () => {
    const met = await many(200, () => who('/', { host: 'www.search.example.com' }))
    const first = met.filter((service) => service === 'search-one.com').length
    assert.ok(first > 60 && first < 140, `${first} of 200`)
  })

  test('a canary gets a small share, and who met it stays with it', async () => {
    const replies = await many(300, () => to('/', { host: 'b.example.com' }))
    const canaries = replies.filter(({ headers }) => headers['x-service'] === 'service-b-canary.com')
    const [canary] = canaries
    assert.ok(canaries.length > 0 && canaries.length < 60, `${canaries.length} of 300`)
    const [cookie] = String(canary!.headers['set-cookie']).split(';')
    assert.match(cookie!, /^service_b=/)
    for (let n = 0; n < 10; n++)
      assert.equal(await who('/', { host: 'b.example.com', cookie: cookie! }), 'service-b-canary.com')
  })
})

test('blue and green: one line of YAML, applied while it runs, without a failed request', async () => {
  const blue = await upstream(({ url }, response) => response.end(url === '/' ? 'blue' : `blue ${url}`))
  const green = await upstream((_, response) => response.end('green'))
  const yaml = (port: number) => `
onramp: [{ id: http_in, type: rest, linked: true, config: { host: 127.0.0.1, port: 0 } }]
offramp:
  - id: service
    type: rest
    linked: true
    config:
      endpoint: http://127.0.0.1:${port}
route: [{ id: main, from: http_in, to: service }]
`
  const files = folder({ 'proxy.yaml': yaml(blue.port) })
  const proxy = await gateway([files.path])
  assert.equal((await ask(proxy.port)).body, 'blue')
  assert.equal((await ask(proxy.port, { path: '/a/b?c=d' })).body, 'blue /a/b?c=d')
  const { writeFileSync } = await import('node:fs')
  writeFileSync(join(files.path, 'proxy.yaml'), yaml(green.port))
  const since = proxy.running.stderr().length
  proxy.running.process.kill('SIGHUP')
  let reloaded = false
  const said = proxy.running.says(/reload|applied/i, since).then(() => (reloaded = true))
  while (!reloaded) assert.match((await ask(proxy.port)).body, /^(blue|green)$/)
  await said
  assert.equal((await ask(proxy.port)).body, 'green')
  await proxy.running.stop()
  await blue.close()
  await green.close()
  files.remove()
})

test("the page's getProxyUrl is four lines that choose from an allow list", async () => {
  const a = await upstream((_, response) => response.end('a'))
  const b = await upstream((_, response) => response.end('b'))
  const files = folder({
    'proxy.yaml': `
onramp: [{ id: http_in, type: rest, linked: true, config: { host: 127.0.0.1, port: 0 } }]
pipeline: [{ id: get_proxy_url, args: { get_proxy_url: { allowed: { a: "http://service-a.com", b: "http://service-b.com" } } } }]
offramp: [{ id: services, type: rest, linked: true, config: { endpoint: "http://service-b.com" } }]
route: [{ id: main, from: http_in, request: get_proxy_url, to: services }]
`,
    'get_proxy_url.trickle': `
define script get_proxy_url
with
  allowed = {}
script
  let name = match $request.headers.host[0] of case ~ glob|a*| => "a" default => "b" end;
  let place = {"scheme": null, "host": null, "port": null, "url": args.allowed[name]};
  let $endpoint = merge $request.url of place end;
  event
end;
create script get_proxy_url;
select event from in into get_proxy_url;
select event from get_proxy_url into out;
select event from get_proxy_url/err into err;
`,
  })
  const connect = { 'service-a.com': a.port, 'service-b.com': b.port }
  const proxy = await gateway([
    files.path,
    ...Object.entries(connect).flatMap(([name, port]) => ['--connect-to', `${name}:80:127.0.0.1:${port}`]),
  ])
  assert.equal((await ask(proxy.port, { path: '/x?y', headers: { host: 'a.com' } })).body, 'a')
  assert.equal(a.seen[0]?.url, '/x?y')
  assert.equal((await ask(proxy.port, { headers: { host: 'other.com' } })).body, 'b')
  await proxy.running.stop()
  await a.close()
  await b.close()
  files.remove()
})

test('routed by a field of the body', async () => {
  const gold = await upstream((_, response) => response.end('gold'))
  const plain = await upstream((_, response) => response.end('plain'))
  const files = folder({
    'proxy.yaml': `
onramp: [{ id: http_in, type: rest, linked: true, config: { host: 127.0.0.1, port: 0 } }]
offramp:
  - { id: gold, type: rest, linked: true, config: { endpoint: "http://127.0.0.1:${gold.port}" } }
  - { id: plain, type: rest, linked: true, config: { endpoint: "http://127.0.0.1:${plain.port}" } }
route: [{ id: main, from: http_in, request: by_tier, to: { gold: gold, plain: plain } }]
`,
    'by_tier.trickle': `
define script by_tier
script
  match event of
    case %{ customer ~= %{ tier == "gold" } } => emit => "gold"
    default => emit => "plain"
  end
end;
create script by_tier;
select event from in into by_tier;
select event from by_tier/gold into out/gold;
select event from by_tier/plain into out/plain;
select event from by_tier/err into err;
`,
  })
  const proxy = await gateway([files.path])
  const headers = { 'content-type': 'application/json' }
  const post = (body: string) => ask(proxy.port, { method: 'POST', headers, body })
  assert.equal((await post('{"customer": {"tier": "gold"}}')).body, 'gold')
  assert.equal((await post('{"customer": {"tier": "silver"}}')).body, 'plain')
  assert.equal((await post('{"tier": "gold"}')).body, 'plain')
  await proxy.running.stop()
  await gold.close()
  await plain.close()
  files.remove()
})

describe('what browsers refuse is a finding', () => {
  const said = async (cors: string) => {
    const files = folder({
      'proxy.yaml': `
onramp: [{ id: http_in, type: rest, linked: true, config: { cors: ${cors} } }]
offramp: [{ id: service, type: rest, linked: true, config: { endpoint: "http://a" } }]
route: [{ id: main, from: http_in, to: service }]
`,
    })
    const { code, out } = await temblor(['check', files.path])
    files.remove()
    return { code, out }
  }

  test("the page's own: every origin and header, with credentials", async () => {
    const page = '{ origins: ["*"], headers: ["*"], methods: [POST, GET], credentials: true }'
    const { code, out } = await said(page)
    assert.equal(code, 1)
    assert.match(out, /E0604.*has "cors.credentials" and "\*" in "cors.origins", which browsers refuse/)
    assert.match(
      (await said('{ origins: ["https://a"], headers: ["*"], credentials: true }')).out,
      /"cors.headers"/,
    )
  })

  test('without credentials the star is fine; an origin has no path', async () => {
    assert.equal((await said('{ origins: ["*"], headers: ["*"] }')).code, 0)
    assert.match((await said('{ origins: ["https://a.com/b"] }')).out, /E0604.*without a path/)
  })
})

/** Twenty at a time. */
async function many<T>(times: number, once: () => Promise<T>): Promise<T[]> {
  const results: T[] = []
  while (results.length < times) results.push(...(await Promise.all(Array.from({ length: 20 }, once))))
  return results
}

/** Says any Host, also an empty one, as an HTTP client does not. */
function bare(port: number, method: string, path: string, host: string): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = send(
      { host: '127.0.0.1', port, method, path, setHost: false, headers: { host } },
      (answer) => {
        let body = ''
        answer.on('data', (chunk: Buffer) => (body += chunk.toString()))
        answer.on('end', () => resolve({ status: answer.statusCode!, headers: answer.headers, body }))
      },
    )
    sent.on('error', reject).end()
  })
}
