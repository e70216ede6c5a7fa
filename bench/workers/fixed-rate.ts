/**
 * One process and two at the same rate, Temblor beside nginx: processor time for each request, and how often the processes were woken.
 * `node bench/workers/fixed-rate.ts [--rates N,N] [--seconds N] [--rounds N] [--connections N]`
 */
import { execFile, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs, promisify } from 'node:util'
import { cpuMicros } from '../proxy/cpu.ts'
import { median } from '../proxy/numbers.ts'
import { root, temblor } from '../proxy/peers/temblor.ts'
import { pass } from '../proxy/peers/temblor-yaml.ts'
import { freePort, start } from '../proxy/processes.ts'
import { fixed } from '../proxy/upstream.ts'
import type { Place } from '../proxy/workload.ts'
import { nginxLine } from './nginx.ts'

const { values } = parseArgs({
  options: {
    rates: { type: 'string', default: '3000,10000' },
    seconds: { type: 'string', default: '2' },
    rounds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '64' },
    warm: { type: 'string', default: '6' },
  },
})
const [seconds, rounds, connections] = [values.seconds, values.rounds, values.connections].map(Number)

interface Target {
  readonly name: string
  readonly pid: number
  readonly port: number
  /** With which it is compared. */
  readonly to?: string
}

interface Cost {
  readonly us: number
  readonly kernelUs: number
  readonly wakes: number
}

const upstreams = [await freePort(), await freePort(), await freePort()]
const behind = await start(await fixed.command(upstreams), upstreams[0]!, 1)
const targets = [
  await nginx('nginx, 1 worker', { workers: 1, reuseport: false }),
  await nginx('nginx, 2 workers', { workers: 2, reuseport: false }, 'nginx, 1 worker'),
  await nginx('nginx, 2 workers, reuseport', { workers: 2, reuseport: true }, 'nginx, 1 worker'),
  await ours('Temblor, 1 process', []),
  await ours('Temblor, 2 workers', ['--workers', '2'], 'Temblor, 1 process'),
  await ours('Temblor, 2 workers, kernel', ['--workers', '2', '--sharing', 'kernel'], 'Temblor, 1 process'),
]
// Each worker compiles for itself, and needs as many requests for it as one process does.
for (const { port } of targets)
  await promisify(execFile)('wrk', ['-t1', '-c64', `-d${values.warm}`, `http://127.0.0.1:${port}/anything`])
for (const rate of values.rates.split(',').map(Number)) {
  const told = new Map<string, Cost[]>(targets.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds!; round++) {
    const order = round % 2 === 0 ? targets : targets.toReversed()
    for (const target of order) told.get(target.name)!.push(await load(target, rate, seconds!))
  }
  process.stdout.write(`${rate} requests/s, ${connections} connections\n`)
  for (const { name, to } of targets) {
    const costs = told.get(name)!
    const of = (pick: (cost: Cost) => number, digits: number) => median(costs.map(pick)).toFixed(digits)
    const ratio =
      to === undefined ? '' : median(costs.map(({ us }, round) => us / told.get(to)![round]!.us)).toFixed(2)
    process.stdout.write(
      `  ${name.padEnd(30)}${of(({ us }) => us, 1).padStart(7)} µs (${of(({ kernelUs }) => kernelUs, 1).padStart(5)} kernel) ` +
        `${of(({ wakes }) => wakes, 2)} wake-ups a request  ${ratio}\n`,
    )
  }
}
for (const { pid } of targets) process.kill(pid, 'SIGTERM')
await behind.stop()
process.exit(0)

async function load(target: Target, rate: number, seconds: number): Promise<Cost> {
  const before = { ...cpuMicros(target.pid), wakes: wakesOf(target.pid) }
  const all = { rate, seconds, connections, fresh: 0, port: target.port }
  const script = join(import.meta.dirname, 'client.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(all)])
  const { requests } = JSON.parse(stdout) as { requests: number }
  const after = { ...cpuMicros(target.pid), wakes: wakesOf(target.pid) }
  const kernelUs = (after.kernel - before.kernel) / requests
  return {
    us: (after.user - before.user) / requests + kernelUs,
    kernelUs,
    wakes: (after.wakes - before.wakes) / requests,
  }
}

/** How often a thread of the process or its children gave the processor away by itself, to be woken later. */
function wakesOf(pid: number): number {
  let sum = 0
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const status = readFileSync(`/proc/${pid}/task/${task}/status`, 'latin1')
    sum += Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)![1])
    const children = readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').split(' ').filter(Boolean)
    for (const child of children) sum += wakesOf(Number(child))
  }
  return sum
}

async function nginx(name: string, options: Parameters<typeof nginxLine>[1], to?: string): Promise<Target> {
  const place = { port: await freePort(), upstreams } as Place
  const [command, ...args] = nginxLine(place, options)
  const child = spawn(command!, args, { stdio: 'ignore' })
  process.on('exit', () => child.kill('SIGTERM'))
  await pause(500)
  return { name, pid: child.pid!, port: place.port, ...(to === undefined ? {} : { to }) }
}

async function ours(name: string, options: readonly string[], to?: string): Promise<Target> {
  const place = { port: await freePort(), upstreams } as Place
  const { line, env } = await temblor(pass, place, { name: `workers-${place.port}` })
  const [command, ...args] = [...line, ...options]
  const stdio = ['ignore', 'ignore', 'pipe'] as const
  const child = spawn(command!, args, { cwd: root, env: { ...process.env, ...env }, stdio: [...stdio] })
  process.on('exit', () => child.kill('SIGTERM'))
  let said = ''
  for await (const piece of child.stderr!.setEncoding('utf8')) {
    said += piece
    if (said.includes('"msg":"Listening"')) break
  }
  if (!said.includes('"msg":"Listening"')) throw new Error(`It does not run: ${said}`)
  return { name, pid: child.pid!, port: place.port, ...(to === undefined ? {} : { to }) }
}
