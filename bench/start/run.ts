/**
 * From the command to the first answer, and what an idle proxy holds: `node bench/start/run.ts [RUNS]`. The page's files with embedded
 * upstreams; beside it a bare Node that listens and does nothing. Linux only.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { wheelClock } from '#engine/clock-wheel.ts'
import { respond } from '#engine/respond.ts'

const root = join(import.meta.dirname, '../..')
const port = 18_973
const binding = join(mkdtempSync(join(tmpdir(), 'temblor-start-')), 'reverse-proxy.yaml')
writeFileSync(
  binding,
  readFileSync(join(root, 'bindings/reverse-proxy.yaml'), 'utf8').replaceAll('65535', String(port)),
)
const files = [binding, join(root, 'pipelines')]
const clock = wheelClock()
const names = ['webserver01', 'webserver02', 'webserver03']
const upstreams = await respond({
  host: '127.0.0.1',
  listen: names.map((name) => ({ port: 0, name })),
  clock,
})
const connect = upstreams.servers.flatMap(({ name, port }) => [
  '--connect-to',
  `${name}:80:127.0.0.1:${port}`,
])
const temblor = [
  join(root, 'bin/temblor.js'),
  'run',
  ...files,
  ...connect,
  '--no-admin',
  '--log-format',
  'json',
]
const bare = ['-e', "require('node:http').createServer((q, r) => r.end()).listen(18973)"]

const runs = Number(process.argv[2] ?? 5)
for (const [name, args] of [
  ['Temblor, the page', temblor],
  ['bare Node', bare],
] as const) {
  const times: number[] = []
  const memory: number[] = []
  for (let i = 0; i < runs; i++) {
    const from = performance.now()
    const child = spawn(process.execPath, args, { stdio: 'ignore' })
    await answered()
    times.push(performance.now() - from)
    await pause(1000)
    memory.push(residentMiB(child))
    child.kill('SIGTERM')
    await new Promise((resolve) => child.on('exit', resolve))
  }
  console.log(
    `${name.padEnd(20)} first answer after ${median(times).toFixed(0)} ms, idle ${median(memory).toFixed(0)} MiB (median of ${runs})`,
  )
}
await upstreams.close()
clock.close()

async function answered(): Promise<void> {
  while (!(await ask())) await pause(2)
}

function ask(): Promise<boolean> {
  return new Promise((resolve) => {
    const sent = request({ host: '127.0.0.1', port, path: '/get', agent: false }, (reply) => {
      reply.resume()
      reply.on('end', () => resolve(true))
    })
    sent.on('error', () => resolve(false))
    sent.end()
  })
}

function residentMiB(child: ChildProcess): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'latin1'))![1]) / 1024
}

function median(numbers: readonly number[]): number {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!
}
