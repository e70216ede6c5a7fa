/** The page of sidecar_http_dispatcher: its configuration and its requests, by the chain enricher, sidecar, destination. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { request as send } from 'node:http'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { temblor } from '../cli/fake-terminal.ts'
import { ask } from '../support/ask.ts'
import { folder, type Gateway, gateway, type Upstream, upstream, valuesOf } from './support.ts'

/** Word for word what the page prints under "Config schema". */
const page = `rewrites: # set of rewrite rules
  dev: # value of key propery. i.e -H 'environment: dev'
    patch: # action type
      - key: Host # header key
        val: example.com # header value
      - key: dispatched
        val: true
    destination: http://example.com # (optional) destination url
key: environment # key used to dispatch request
destination: http://example.org # default destination url
`

/** What the page promises beyond its example, and what its original gets wrong. */
const more = `${page.replace(/^key:[\s\S]*/m, '')}
  numbers:
    patch:
      - { key: X-Weight, val: 1.10 }
      - { key: X-Count, val: 007 }
      - { key: X-Empty }
  dead: { destination: "http://nowhere.test" }
  elsewhere:
    patch: [{ key: Host, val: "other.test:8080" }]
key: Environment
destination: http://example.org
`

const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0xff, 0xfe, 0x80])

describe('the page: enricher, sidecar, destination', () => {
  let com: Upstream
  let org: Upstream
  let enricher: Upstream
  let sidecar: Gateway
  const files = folder({ 'config.yaml': page })

  before(async () => {
    com = await upstream((_, response) =>
      response
        .writeHead(200, { 'content-type': 'text/html', destination_app: 'ok' })
        .end('<!doctype html><title>Example Domain</title>'),
    )
    org = await upstream((_, response) => response.writeHead(404).end('no such page'))
    sidecar = await gateway(
      ['--from', 'sidecar-dispatcher', ...connect({ 'example.com': com.port, 'example.org': org.port })],
      { SIDECAR_CONFIG: join(files.path, 'config.yaml'), SIDECAR_PORT: '0' },
    )
    // As the example's nginx: what it adds, and where it passes requests on to.
    enricher = await upstream((from, response, { body }) => {
      const headers = { ...from.headers, enriched: 'true', 'x-real-ip': '172.17.0.1', connection: 'close' }
      send({ port: sidecar.port, method: from.method!, path: from.url!, headers }, (answer) => {
        response.writeHead(answer.statusCode!, answer.rawHeaders)
        answer.pipe(response)
      }).end(body)
    })
  })
  after(async () => {
    assert.equal(await sidecar?.running.stop(), 0)
    await Promise.all([com, org, enricher].map((each) => each?.close()))
    files.remove()
  })

  test("curl -H 'environment: dev' comes to example.com, patched", async () => {
    const reply = await ask(enricher.port, {
      headers: {
        environment: 'dev',
        host: '192.168.39.206:30314',
        'user-agent': 'curl/7.65.3',
        accept: '*/*',
      },
    })
    assert.equal(reply.status, 200)
    assert.match(reply.body, /Example Domain/)
    assert.equal(reply.headers['destination_app'], 'ok')
    const seen = com.seen.at(-1)
    assert.equal(`${seen?.method} ${seen?.url}`, 'GET /')
    assert.deepEqual(valuesOf(seen, 'host'), ['example.com'])
    assert.deepEqual(valuesOf(seen, 'dispatched'), ['true'])
    assert.deepEqual(valuesOf(seen, 'environment'), ['dev'])
    assert.deepEqual(valuesOf(seen, 'enriched'), ['true'])
    assert.deepEqual(valuesOf(seen, 'x-real-ip'), ['172.17.0.1'])
    assert.deepEqual(valuesOf(seen, 'user-agent'), ['curl/7.65.3'])
    assert.deepEqual(valuesOf(seen, 'x-forwarded-for'), ['127.0.0.1'])
  })

  test('one line of the log names the rule, the patched headers and the destination', async () => {
    const since = sidecar.running.stderr().length
    await ask(enricher.port, { headers: { environment: 'dev' } })
    const line = JSON.parse(await sidecar.running.says(/"msg":"dispatch"/, since))
    assert.deepEqual(line.dispatch, {
      rule: 'dev',
      headers: ['Host', 'dispatched'],
      destination: 'http://example.com',
    })
    assert.equal(sidecar.lines('dispatch').filter(({ event_id }) => event_id === line.event_id).length, 1)
  })

  test('any other value, and none, go to the default destination, unpatched', async () => {
    for (const headers of [{ environment: 'prod' }, {}, { environment: '' }]) {
      const reply = await ask(enricher.port, {
        path: '/a/b?c=%20d',
        headers: headers as Record<string, string>,
      })
      assert.equal(reply.status, 404)
      assert.equal(reply.body, 'no such page')
      const seen = org.seen.at(-1)
      assert.equal(seen?.url, '/a/b?c=%20d')
      assert.deepEqual(valuesOf(seen, 'host'), ['example.org'])
      assert.deepEqual(valuesOf(seen, 'dispatched'), [])
    }
  })
})

describe('beyond the page', () => {
  let there: Upstream
  let sidecar: Gateway
  const files = folder({ 'more.yaml': more })

  before(async () => {
    there = await upstream((request, response) => {
      if (request.url === '/png')
        response.writeHead(200, { 'content-type': 'image/png', etag: '"1"' }).end(png)
      else if (request.url === '/gzip')
        response
          .writeHead(200, { 'content-encoding': 'gzip', 'set-cookie': ['a=1', 'b=2'] })
          .end(gzipSync('text'))
      else if (request.url === '/moved') response.writeHead(302, { location: 'http://example.com/' }).end()
      else response.end('ok')
    })
    sidecar = await gateway(
      [
        '--from',
        'sidecar-dispatcher',
        join(files.path, 'more.yaml'),
        ...connect({ 'example.com': there.port, 'example.org': there.port, 'nowhere.test': 1 }),
      ],
      { SIDECAR_PORT: '0' },
    )
  })
  after(async () => {
    await sidecar?.running.stop()
    await there?.close()
    files.remove()
  })

  test('values that are numbers go out as they are written', async () => {
    await ask(sidecar.port, { headers: { environment: 'numbers' } })
    assert.deepEqual(valuesOf(there.seen.at(-1), 'x-weight'), ['1.10'])
    assert.deepEqual(valuesOf(there.seen.at(-1), 'x-count'), ['007'])
    assert.deepEqual(valuesOf(there.seen.at(-1), 'x-empty'), [''])
  })

  test('a rule without a destination patches, and goes to the default one', async () => {
    await ask(sidecar.port, { headers: { environment: 'elsewhere' } })
    assert.deepEqual(valuesOf(there.seen.at(-1), 'host'), ['other.test:8080'])
  })

  test('a patch takes the place of what the client sent', async () => {
    await ask(sidecar.port, { headers: { environment: 'numbers', 'X-WEIGHT': 'mine' } })
    assert.deepEqual(valuesOf(there.seen.at(-1), 'x-weight'), ['1.10'])
  })

  test('X-Forwarded-For is appended to, once', async () => {
    await ask(sidecar.port, { headers: { 'x-forwarded-for': '10.0.0.1, 10.0.0.2' } })
    assert.deepEqual(valuesOf(there.seen.at(-1), 'x-forwarded-for'), ['10.0.0.1, 10.0.0.2, 127.0.0.1'])
  })

  test('a dead destination is a 502', async () => {
    const reply = await ask(sidecar.port, { headers: { environment: 'dead' } })
    assert.equal(reply.status, 502)
    assert.equal((await ask(sidecar.port)).status, 200)
  })

  test('headers and bytes of an answer come back whole', async () => {
    const picture = await bytes(sidecar.port, '/png')
    assert.equal(picture.headers['content-type'], 'image/png')
    assert.equal(picture.headers['etag'], '"1"')
    assert.deepEqual(picture.body, png)
    const packed = await bytes(sidecar.port, '/gzip')
    assert.equal(packed.headers['content-encoding'], 'gzip')
    assert.deepEqual(packed.headers['set-cookie'], ['a=1', 'b=2'])
    assert.deepEqual(packed.body, gzipSync('text'))
  })

  test("a redirection is the client's to follow", async () => {
    const reply = await ask(sidecar.port, { path: '/moved' })
    assert.equal(reply.status, 302)
    assert.equal(reply.headers['location'], 'http://example.com/')
  })

  test('any method, with a body of any bytes', async () => {
    const body = 'snot=%00badger'
    await ask(sidecar.port, {
      method: 'PATCH',
      body,
      headers: { 'content-type': 'application/octet-stream' },
    })
    const seen = there.seen.at(-1)
    assert.equal(seen?.method, 'PATCH')
    assert.equal(seen?.body.toString(), body)
  })
})

test('an edit of the file is applied while it runs, one with a mistake is not', async () => {
  const [one, two] = [
    await upstream((_, response) => response.end('one')),
    await upstream((_, response) => response.end('two')),
  ]
  const files = folder({ 'config.yaml': `destination: http://127.0.0.1:${one.port}\n` })
  const path = join(files.path, 'config.yaml')
  const sidecar = await gateway(['--from', 'sidecar-dispatcher', path, '--watch'], { SIDECAR_PORT: '0' })
  assert.equal((await ask(sidecar.port)).body, 'one')
  writeFileSync(path, 'destination: nowhere\n')
  await sidecar.running.says(/E0651/)
  assert.equal((await ask(sidecar.port)).body, 'one')
  const since = sidecar.running.stderr().length
  writeFileSync(path, `destination: http://127.0.0.1:${two.port}\n`)
  await sidecar.running.says(/"outcome":"applied"|applied/, since)
  assert.equal((await ask(sidecar.port)).body, 'two')
  assert.equal(await sidecar.running.stop(), 0)
  await one.close()
  await two.close()
  files.remove()
})

test('a file that cannot be converted is not run: exit code 78', async () => {
  const files = folder({ 'config.yaml': 'destination: nowhere\n' })
  const line = ['run', '--from', 'sidecar-dispatcher', join(files.path, 'config.yaml')]
  const { code, err } = await temblor(line)
  assert.equal(code, 78)
  assert.match(err, /E0651/)
  files.remove()
})

function connect(ports: Readonly<Record<string, number>>): string[] {
  return Object.entries(ports).flatMap(([host, port]) => ['--connect-to', `${host}:80:127.0.0.1:${port}`])
}

function bytes(port: number, path: string) {
  return new Promise<{ headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
    const sent = send({ host: '127.0.0.1', port, path }, async (answer) => {
      const chunks: Buffer[] = []
      for await (const chunk of answer) chunks.push(chunk as Buffer)
      resolve({ headers: answer.headers, body: Buffer.concat(chunks) })
    })
    sent.on('error', reject).end()
  })
}
