/**
 * The load test of go-reverse-proxy's page: three instances, 20 users for 60 seconds, with the cache on and off.
 *
 *   node bench/gateways/load-test.ts [--seconds 60] [--users 20] [--out FILE]
 *
 * Instances say nothing, `max-age=10` and `max-age=60`, as those of the original's own test do. Runs are saved as JSON and
 * printed side by side.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { gateway } from '../../test/gateways/support.ts'
import { machine } from '../proxy/machine.ts'

interface Run {
  readonly cache: boolean
  readonly requests: number
  readonly failed: number
  readonly perSecond: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly mostMs: number
  /** Requests that came to the instances. */
  readonly upstream: number
}

const lifetimes = [undefined, 10, 60]

if (process.send !== undefined) await beInstances((message) => void process.send?.(message))
else await main()

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      users: { type: 'string', default: '20' },
      out: { type: 'string', default: 'bench/results/load-test.local.json' },
    },
  })
  const load = { seconds: Number(values.seconds), users: Number(values.users) }
  const runs = [await measure(true, load), await measure(false, load)]
  mkdirSync(dirname(values.out), { recursive: true })
  writeFileSync(values.out, `${JSON.stringify({ ...load, machine: machine(), runs }, null, 2)}\n`)
  print(runs, load)
}

async function measure(cache: boolean, { seconds, users }: { seconds: number; users: number }): Promise<Run> {
  const instances = fork(fileURLToPath(import.meta.url))
  const [{ ports }] = (await once(instances, 'message')) as [{ ports: number[] }]
  const directory = mkdtempSync(join(tmpdir(), 'temblor-load-'))
  const hosts = ports.map((port) => `{ address: 127.0.0.1, port: ${port} }`).join(', ')
  const proxyPort = await freePort()
  writeFileSync(
    join(directory, 'proxy.yaml'),
    `proxy: { listen: { address: 127.0.0.1, port: ${proxyPort} }, services: [{ name: test-service, domain: test.com, hosts: [${hosts}] }] }\n`,
  )
  const proxy = await gateway(['--from', 'go-reverse-proxy', join(directory, 'proxy.yaml')], {
    HTTP_CACHE_TTL_SECONDS: cache ? '60' : '0',
    METRICS_ADDR: '127.0.0.1:0',
  })
  const agent = new Agent({ keepAlive: true, maxSockets: users })
  const end = performance.now() + seconds * 1000
  const times: number[] = []
  let failed = 0
  const user = async () => {
    while (performance.now() < end) {
      const before = performance.now()
      if ((await get(proxy.port, agent)) !== 200) failed++
      times.push(performance.now() - before)
    }
  }
  await Promise.all(Array.from({ length: users }, user))
  agent.destroy()
  await proxy.running.stop()
  instances.send('stop')
  const [{ seen }] = (await once(instances, 'message')) as [{ seen: number }]
  await once(instances, 'exit')
  rmSync(directory, { recursive: true })
  times.sort((a, b) => a - b)
  const at = (share: number) => Math.round(times[Math.floor((times.length - 1) * share)]! * 1000) / 1000
  return {
    cache,
    requests: times.length,
    failed,
    perSecond: Math.round(times.length / seconds),
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    mostMs: at(1),
    upstream: seen,
  }
}

function get(port: number, agent: Agent): Promise<number> {
  return new Promise((resolve) => {
    const sent = request(
      { host: '127.0.0.1', port, path: '/proxy/', agent, headers: { host: 'test.com' } },
      (answer) => answer.resume().on('end', () => resolve(answer.statusCode!)),
    )
    sent.on('error', () => resolve(0)).end()
  })
}

/** The instances are a process of their own, so that their work is not the user's. */
async function beInstances(send: (message: object) => void): Promise<void> {
  let seen = 0
  const ports: number[] = []
  for (const seconds of lifetimes) {
    const server = createServer((_, response) => {
      seen++
      if (seconds !== undefined) response.setHeader('cache-control', `public, max-age=${seconds}`)
      response.end('Hello World!\n')
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    ports.push((server.address() as AddressInfo).port)
  }
  process.once('message', () => {
    send({ seen })
    process.disconnect?.()
    process.exit()
  })
  send({ ports })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

function print(runs: readonly Run[], { seconds, users }: { seconds: number; users: number }): void {
  const rows: [string, (run: Run) => number][] = [
    ['requests', (run) => run.requests],
    ['failed', (run) => run.failed],
    ['requests a second', (run) => run.perSecond],
    ['p50, ms', (run) => run.p50Ms],
    ['p95, ms', (run) => run.p95Ms],
    ['p99, ms', (run) => run.p99Ms],
    ['most, ms', (run) => run.mostMs],
    ['asked of instances', (run) => run.upstream],
  ]
  const line = (cells: readonly (string | number)[]) =>
    `${String(cells[0]).padEnd(20)}${cells
      .slice(1)
      .map((cell) => String(cell).padStart(12))
      .join('')}\n`
  process.stdout.write(`${users} users for ${seconds} s, three instances\n`)
  process.stdout.write(line(['', ...runs.map(({ cache }) => (cache ? 'cache' : 'no cache'))]))
  for (const [name, value] of rows) process.stdout.write(line([name, ...runs.map(value)]))
}
