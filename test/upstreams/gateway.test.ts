/**
 * Gateways made of YAML alone, as an operator writes them, before real upstreams: rules, sets, retries, the cache, and what
 * streams.
 */
import assert from 'node:assert/strict'
import { createServer, type RequestListener, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { loadCatalogue } from '#engine/catalogue.ts'
import { check } from '#engine/check.ts'
import { wheelClock } from '#engine/clock-wheel.ts'
import { Engine } from '#engine/deploy/engine.ts'
import { silentLog } from '#engine/log.ts'
import { createMetrics } from '#engine/metrics.ts'
import { ask } from '../support/ask.ts'
import { transports } from '../support/transports.ts'

const clock = wheelClock()
const metrics = createMetrics()
const servers: Server[] = []
let engine: Engine
const port = 18_190

function listening(listener: RequestListener): Promise<number> {
  const server = createServer(listener)
  servers.push(server)
  return new Promise((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)),
  )
}

function named(name: string, headers: Record<string, string> = {}): Promise<number> {
  let count = 0
  return listening((asked, answer) => {
    let body = ''
    asked.on('data', (chunk) => (body += chunk))
    asked.on('end', () => {
      answer.writeHead(200, headers)
      answer.end(`${name} ${++count} ${asked.method} ${asked.url}${body}`)
    })
  })
}

before(async () => {
  const ports = {
    api: await named('api', { 'cache-control': 'max-age=60' }),
    one: await named('one'),
    two: await named('two'),
    events: await listening((_asked, answer) => {
      answer.writeHead(200, { 'content-type': 'text/event-stream' })
      answer.write('data: first\n\n')
    }),
  }
  const yaml = `
onramp:
  - id: front
    type: rest
    linked: true
    config:
      host: 127.0.0.1
      port: ${port}
      forwarded: {}
offramp:
  - id: api
    type: rest
    linked: true
    config:
      endpoint: http://127.0.0.1:${ports.api}
      cache: {}
  - id: shop
    type: rest
    linked: true
    config:
      # Nothing listens at the last.
      endpoints: ["http://127.0.0.1:${ports.one}", "http://127.0.0.1:${ports.two}", "http://127.0.0.1:1"]
      retry: { attempts: 3 }
      health: { passive: { failures: 2 } }
  - id: events
    type: rest
    linked: true
    config: { endpoint: "http://127.0.0.1:${ports.events}" }
route:
  - id: gateway
    from: front
    rules:
      - { host: "*.shop.example", path: "/api/*", to: api }
      - { host: "*.shop.example", path: /events, to: events }
      - { host: ["*.shop.example", shop.example], to: shop }
`
  const files = { read: () => yaml, list: () => [], isDirectory: () => false, stdin: () => '' }
  const catalogue = await loadCatalogue()
  const { plan, findings } = await check(['gateway.yaml'], { files, env: {}, catalogue })
  assert.deepEqual(
    findings.map(({ message }) => message),
    [],
  )
  engine = new Engine({
    catalogue,
    clock,
    log: silentLog,
    metrics,
    transport: transports.own,
    connectTo: [],
    instance: 'test',
    host: { hostname: 'test', version: '0.0.0', nanotime: () => clock.wallNs() },
  })
  await engine.apply(plan!)
})

after(async () => {
  for (const server of servers) server.closeAllConnections()
  for (const server of servers) server.close()
  await engine.stop(100)
  clock.close()
})

const shop = { host: 'shop.example' }

describe('a gateway of YAML alone', () => {
  it('leads requests by host and path, and passes path and query on', async () => {
    assert.match(
      (await ask(port, { headers: { host: 'de.shop.example' }, path: '/api/items?a=1' })).body,
      /^api 1 GET \/api\/items\?a=1$/,
    )
    assert.match(
      (await ask(port, { headers: shop, path: '/api/items' })).body,
      /^(one|two) \d+ GET \/api\/items$/,
    )
  })

  it('answers 404 where no rule fits', async () => {
    const { status, headers } = await ask(port, { headers: { host: 'elsewhere' } })
    assert.deepEqual([status, headers['temblor-reason']], [404, 'no_route'])
  })

  it('no request fails because one of three upstreams is not there', async () => {
    const all = await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        ask(port, { headers: shop, ...(i % 2 === 0 ? {} : { method: 'POST', body: 'content' }) }),
      ),
    )
    for (const [i, { status, body }] of all.entries())
      assert.match(`${status} ${body}`, i % 2 === 0 ? /^200 .* GET \/$/ : /^200 .* POST \/content$/)
    const text = await metrics.render()
    assert.match(
      text,
      /temblor_upstream_up\{node="\/offramp\/shop\/gateway",upstream="http:\/\/127.0.0.1:1"\} 0/,
    )
    assert.match(
      text,
      /temblor_upstream_retries_total\{node="\/offramp\/shop\/gateway",decision="retried"\} [1-9]/,
    )
  })

  it('gives cached answers again, and says so', async () => {
    const of = () => ask(port, { headers: { host: 'de.shop.example' }, path: '/api/cached' })
    const [first, second] = [await of(), await of()]
    assert.equal(second.body, first.body)
    assert.match(String(second.headers['cache-status']), /^temblor; hit; ttl=\d+$/)
    assert.match(String(second.headers['age']), /^\d+$/)
  })

  it('passes events of the server on as they come', async () => {
    const first = await new Promise<string>((resolve, reject) => {
      const sent = request(
        { host: '127.0.0.1', port, path: '/events', headers: { host: 'de.shop.example' } },
        (events) => {
          events.once('data', (chunk: Buffer) => {
            resolve(`${events.headers['content-type']} ${chunk}`)
            sent.destroy()
          })
        },
      )
      sent.on('error', reject)
      sent.end()
    })
    assert.equal(first, 'text/event-stream data: first\n\n')
  })
})
