import assert from 'node:assert/strict'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { after, suite, test } from 'node:test'
import type { Check } from '#engine/admin/health.ts'
import { type AdminOptions, openAdmin } from '#engine/admin/server.ts'
import { silentLog } from '#engine/log.ts'
import { createMetrics } from '#engine/metrics.ts'

let checks: Check[] = []
const metrics = createMetrics()
const options: AdminOptions = {
  host: '127.0.0.1',
  port: 0,
  orFreePort: false,
  metrics,
  log: silentLog,
  ready: () => checks,
}
const admin = await openAdmin(options)
const guarded = await openAdmin({ ...options, token: 'open sesame'.replace(' ', '-') })
after(() => Promise.all([admin.close(), guarded.close()]))

interface Asked {
  readonly url?: string
  readonly path: string
  readonly method?: string
  readonly headers?: Record<string, string>
}

function ask({ url = admin.url, path, method = 'GET', headers = {} }: Asked) {
  return new Promise<{ status: number; type: string; text: string }>((resolve, reject) => {
    const sent = request(url + path, { method, headers }, (response) => {
      let text = ''
      response.on('data', (piece) => (text += piece))
      response.on('end', () =>
        resolve({ status: response.statusCode!, type: response.headers['content-type'] ?? '', text }),
      )
    })
    sent.on('error', reject)
    sent.end()
  })
}

suite('who may ask what', () => {
  const { port } = new URL(admin.url)
  const token = { authorization: 'Bearer open-sesame' }
  const cases: (Asked & { title: string; status: number })[] = [
    { title: 'health', path: '/livez', status: 200 },
    { title: 'readiness', path: '/readyz', status: 200 },
    { title: 'metrics', path: '/metrics', status: 200 },
    { title: 'HEAD', path: '/metrics', method: 'HEAD', status: 200 },
    { title: 'no such page', path: '/config', status: 404 },
    { title: 'a name every object has', path: '/constructor', status: 404 },
    { title: 'nothing is changed', path: '/livez', method: 'POST', status: 405 },
    { title: 'by the name localhost', path: '/metrics', headers: { host: `localhost:${port}` }, status: 200 },
    { title: 'by IPv6', path: '/metrics', headers: { host: `[::1]:${port}` }, status: 200 },
    { title: 'by another loopback address', path: '/metrics', headers: { host: '127.9.9.9' }, status: 200 },
    { title: 'DNS rebinding', path: '/metrics', headers: { host: `attacker.example:${port}` }, status: 403 },
    {
      title: 'DNS rebinding, looking local',
      path: '/metrics',
      headers: { host: 'localhost.attacker.example' },
      status: 403,
    },
    {
      title: 'a page of another origin',
      path: '/metrics',
      headers: { origin: 'http://attacker.example' },
      status: 403,
    },
    { title: 'a page of no origin', path: '/metrics', headers: { origin: 'null' }, status: 403 },
    { title: 'a page of ours', path: '/metrics', headers: { origin: admin.url }, status: 200 },
    { title: 'a probe without the token', url: guarded.url, path: '/livez', status: 200 },
    { title: 'readiness without the token', url: guarded.url, path: '/readyz', status: 200 },
    { title: 'reasons without the token', url: guarded.url, path: '/readyz?verbose', status: 401 },
    { title: 'metrics without the token', url: guarded.url, path: '/metrics', status: 401 },
    { title: 'metrics with the token', url: guarded.url, path: '/metrics', headers: token, status: 200 },
    {
      title: 'the wrong token',
      url: guarded.url,
      path: '/metrics',
      headers: { authorization: 'Bearer open-sesamE' },
      status: 401,
    },
    {
      title: 'a part of the token',
      url: guarded.url,
      path: '/metrics',
      headers: { authorization: 'Bearer open' },
      status: 401,
    },
    {
      title: 'the token as something else',
      url: guarded.url,
      path: '/metrics',
      headers: { authorization: 'Basic open-sesame' },
      status: 401,
    },
    { title: 'a missing page without the token', url: guarded.url, path: '/config', status: 401 },
  ]
  for (const { title, status, ...asked } of cases) {
    test(`${title}: ${status}`, async () => {
      const answer = await ask(asked)
      assert.equal(answer.status, status)
      if (status >= 400) {
        assert.equal(answer.type, 'application/problem+json')
        assert.equal(JSON.parse(answer.text).status, status)
      }
    })
  }
})

suite('health', () => {
  const trouble: Check[] = [{ name: 'config' }, { name: 'draining', trouble: 'shutting down' }]
  const cases: { path: string; checks: Check[]; status: number; text: string }[] = [
    { path: '/livez', checks: trouble, status: 200, text: 'ok\n' },
    { path: '/readyz', checks: [{ name: 'config' }], status: 200, text: 'ok\n' },
    { path: '/readyz?verbose', checks: [{ name: 'config' }], status: 200, text: '[+]config ok\nok\n' },
    {
      path: '/readyz',
      checks: trouble,
      status: 503,
      text: '[+]config ok\n[-]draining failed: shutting down\nnot ok\n',
    },
    { path: '/readyz?exclude=draining', checks: trouble, status: 200, text: 'ok\n' },
  ]
  for (const { path, checks: wanted, status, text } of cases) {
    test(`${path} with ${wanted.filter(({ trouble }) => trouble).length} troubles: ${status}`, async () => {
      checks = wanted
      const answer = await ask({ path })
      assert.deepEqual([answer.status, answer.text], [status, text])
    })
  }
})

suite('where it listens', () => {
  test('elsewhere than on the loopback only with a token', async () => {
    await assert.rejects(
      openAdmin({ ...options, host: '0.0.0.0' }),
      /"0\.0\.0\.0" can be reached from elsewhere: that needs a token/,
    )
    const open = await openAdmin({ ...options, host: '0.0.0.0', token: 't' })
    await open.close()
  })

  test('a port that is taken is an error if it was asked for, another is used with a warning if not', async () => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => taken.once('listening', resolve))
    const { port } = taken.address() as { port: number }
    await assert.rejects(
      openAdmin({ ...options, port }),
      new RegExp(`Cannot start the admin: something listens at 127\\.0\\.0\\.1:${port} already: `),
    )
    await assert.rejects(
      openAdmin({ ...options, port, metricsOnly: true }),
      /^Error: Cannot serve metrics: something/,
    )
    const warnings: unknown[] = []
    const log = { ...silentLog, warn: (...args: unknown[]) => void warnings.push(args) }
    const other = await openAdmin({ ...options, port, orFreePort: true, log })
    assert.notEqual(new URL(other.url).port, String(port))
    assert.equal(warnings.length, 1)
    await other.close()
    taken.close()
  })
})
