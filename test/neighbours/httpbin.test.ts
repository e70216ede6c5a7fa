/** The page before three real httpbins, asked by a real curl and by many connections at once. Run by `.ci/run`. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { Agent } from 'node:http'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { ask } from '../support/ask.ts'
import { type Httpbin, httpbin } from '../support/httpbin.ts'
import { type Running, root, temblor } from '../support/process.ts'

const page = process.env['SEED_PAGE'] ?? join(root, '../shared/seeds/page')
const port = 65535
const ports = [9211, 9212, 9213]

describe('the page before three httpbins', () => {
  let upstreams: Httpbin[]
  let proxy: Running

  before(async () => {
    upstreams = await Promise.all(ports.map(httpbin))
    const connect = ports.flatMap((port, index) => [
      '--connect-to',
      `webserver0${index + 1}:80:127.0.0.1:${port}`,
    ])
    proxy = temblor('run', page, ...connect, '--no-admin', '--log-format', 'json')
    await proxy.says(/"msg":"Listening"/)
  })
  after(async () => {
    await proxy?.stop()
    await Promise.all(upstreams.map((upstream) => upstream.kill()))
  })

  test("the page's curl line gives the page's answer", () => {
    const line = [
      '-sv',
      '-XGET',
      `http://localhost:${port}/anything`,
      '-HContent-Type: application/json',
      '-d',
      '{"snot": "badger"}',
      '--write-out',
      '\n%{http_code} %header{via} %header{server}',
    ]
    const [body, facts] = execFileSync('curl', line, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .split('\n{')
      .pop()!
      .split(/\n(?=\d{3} )/)
    const seen = JSON.parse(body!.startsWith('{') ? body! : `{${body}`)
    const forwarded = `by=localhost:65535;host=localhost:${port};proto=http`
    assert.equal(seen.headers.Forwarded, forwarded)
    assert.deepEqual(seen.json, { snot: 'badger', forwarded })
    assert.match(seen.headers.Host, /^webserver0[123]$/)
    assert.equal(seen.method, 'GET')
    assert.match(facts!, new RegExp(`^200 1\\.1 ${hostname()}/tremor gunicorn`))
  })

  test('3,000 requests over nine connections: 1,000 for each upstream, none fails', async () => {
    const counts = new Map<string, number>()
    const statuses = new Map<number, number>()
    let left = 3000
    const worker = async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      while (left-- > 0) {
        const reply = await ask(port, { path: '/headers', agent })
        statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1)
        const host = JSON.parse(reply.body).headers.Host
        counts.set(host, (counts.get(host) ?? 0) + 1)
      }
      agent.destroy()
    }
    await Promise.all(Array.from({ length: 9 }, worker))
    assert.deepEqual([...statuses], [[200, 3000]])
    assert.deepEqual([...counts].sort(), [
      ['webserver01', 1000],
      ['webserver02', 1000],
      ['webserver03', 1000],
    ])
  })

  test('an upstream killed under load: every request is answered, and it serves again soon after its return', async () => {
    const answered: { at: number; status: number; host: string }[] = []
    let failed = 0
    let running = true
    const worker = async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      while (running) {
        try {
          const reply = await ask(port, { path: '/headers', agent })
          const host = reply.status === 200 ? JSON.parse(reply.body).headers.Host : ''
          answered.push({ at: performance.now(), status: reply.status, host })
        } catch {
          failed++
        }
      }
      agent.destroy()
    }
    const load = Array.from({ length: 50 }, worker)
    await pause(2000)
    const killedAt = performance.now()
    await upstreams[1]!.kill()
    await pause(3000)
    upstreams[1] = await httpbin(ports[1]!)
    const backAt = performance.now()
    await pause(12_000)
    running = false
    await Promise.all(load)

    const bad = answered.filter(({ status }) => status !== 200)
    const again = answered.find(({ at, host }) => at > backAt && host === 'webserver02')
    assert.equal(failed, 0, 'requests without an answer')
    assert.ok(bad.length <= 50, `${bad.length} of ${answered.length} answers are not 200`)
    assert.ok(
      bad.every(({ status }) => status === 502 || status === 503),
      [...new Set(bad.map(({ status }) => status))].join(),
    )
    assert.ok(
      again !== undefined && again.at - backAt <= 11_000,
      `served again after ${again && again.at - backAt} ms`,
    )
    console.log(
      `killed under 50 connections: ${answered.length} answered, ${bad.length} not 200, back in turn ${Math.round(again.at - backAt)} ms after it listened; ${Math.round(backAt - killedAt)} ms down`,
    )
  })
})
