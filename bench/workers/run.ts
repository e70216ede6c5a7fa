/**
 * What several workers cost: processor time for each request of one process and of two workers at the same rate, in alternating rounds, and
 * how evenly the two share. `node bench/workers/run.ts [--rate N] [--seconds N] [--rounds N] [--connections N,N]
 * [--sharing turn|kernel]`
 */
import { execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { cpuMicros } from '../proxy/cpu.ts'
import { median } from '../proxy/numbers.ts'
import { root, temblor } from '../proxy/peers/temblor.ts'
import { pass } from '../proxy/peers/temblor-yaml.ts'
import { freePort, start } from '../proxy/processes.ts'
import { fixed } from '../proxy/upstream.ts'
import type { Place } from '../proxy/workload.ts'

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '3000' },
    seconds: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '5' },
    sharing: { type: 'string', default: 'turn' },
    connections: { type: 'string', default: '8,64' },
  },
})
const [rate, seconds, rounds] = [values.rate, values.seconds, values.rounds].map(Number) as [
  number,
  number,
  number,
]

interface Target {
  readonly pid: number
  readonly port: number
  readonly admin: string
  stop(): void
}

interface Task {
  readonly connections: number
  /** Of a hundred requests, so many on a new connection. */
  readonly fresh: number
  readonly rate?: number
}

const upstreams = [await freePort(), await freePort(), await freePort()]
const behind = await start(await fixed.command(upstreams), upstreams[0]!, 1)
const [one, two] = [await target(1), await target(2)]
try {
  for (const each of [one, two]) await load(each, { connections: 64, fresh: 0 })
  const tasks = values.connections.split(',').map((count) => ({ connections: Number(count), fresh: 0 }))
  await saturate()
  for (const task of [...tasks, { connections: 64, fresh: 1 }, { connections: 64, fresh: 100 }])
    await compare(task)
} finally {
  one.stop()
  two.stop()
  await behind.stop()
}
process.exit(0)

/** As much as 64 clients that wait for nothing get through. */
async function saturate(): Promise<void> {
  const ratios: number[] = []
  const told: string[] = []
  for (let round = 0; round < rounds; round++) {
    const cost = async ({ pid, port }: Target) => {
      const before = cpuMicros(pid)
      const args = ['-t1', '-c64', `-d${seconds}`, `http://127.0.0.1:${port}/anything`]
      const { stdout } = await promisify(execFile)('wrk', args)
      const after = cpuMicros(pid)
      return (
        (after.user + after.kernel - before.user - before.kernel) /
        Number(/(\d+) requests in/.exec(stdout)![1])
      )
    }
    const [alone, both] =
      round % 2 === 0 ? [await cost(one), await cost(two)] : [await cost(two), await cost(one)].reverse()
    ratios.push(both! / alone!)
    told.push(`${alone!.toFixed(1)}/${both!.toFixed(1)}`)
  }
  process.stdout.write(
    `as fast as it goes, 64 connections: two cost ${median(ratios).toFixed(2)} of one (µs: ${told.join(' ')})\n`,
  )
}

async function compare(task: Task): Promise<void> {
  const halves: number[] = []
  const costs: {
    one: number
    two: number
    ratio: number
    shares: readonly number[]
    p99: readonly number[]
  }[] = []
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? [one, two] : [two, one]
    const told = new Map<Target, Awaited<ReturnType<typeof load>>>()
    for (const each of order) told.set(each, await load(each, task))
    // As busy as each of the two was: whoever is woken for less at a time pays more for each.
    halves.push(told.get(two)!.us / (await load(one, { ...task, rate: rate / 2 })).us)
    const [alone, both] = [told.get(one)!, told.get(two)!]
    costs.push({
      one: alone.us,
      two: both.us,
      ratio: both.us / alone.us,
      shares: both.shares,
      p99: [alone.p99Ms, both.p99Ms],
    })
  }
  const of = (pick: (cost: (typeof costs)[0]) => number) => median(costs.map(pick))
  const most = Math.max(...costs.flatMap(({ shares }) => shares.map((share) => Math.abs(share - 0.5))))
  const what = `${task.connections} connections${task.fresh === 0 ? '' : `, ${task.fresh} % of requests on new ones`}`
  process.stdout.write(
    `${what}, ${rate}/s: one ${of(({ one }) => one).toFixed(1)} µs, two ${of(({ two }) => two).toFixed(1)} µs, ` +
      `ratio ${of(({ ratio }) => ratio).toFixed(2)}, to one at half of the rate ${median(halves).toFixed(2)}; shares at most ${(most * 100).toFixed(1)} points from half ` +
      `(${costs.map(({ shares }) => shares.map((share) => (share * 100).toFixed(0)).join('/')).join(' ')}); ` +
      `p99 ${of(({ p99 }) => p99[0]!).toFixed(1)} and ${of(({ p99 }) => p99[1]!).toFixed(1)} ms\n`,
  )
}

async function load(target: Target, task: Task) {
  const before = { cpu: cpuMicros(target.pid), sent: await sentBy(target) }
  const all = { rate, ...task, port: target.port, seconds }
  const script = join(import.meta.dirname, 'client.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(all)])
  const told = JSON.parse(stdout) as { requests: number; p50Ms: number; p99Ms: number }
  const cpu = cpuMicros(target.pid)
  const used = cpu.user + cpu.kernel - before.cpu.user - before.cpu.kernel
  const sent = (await sentBy(target)).map((count, at) => count - before.sent[at]!)
  const sum = sent.reduce((a, b) => a + b, 0)
  return { ...told, us: used / told.requests, shares: sent.map((count) => count / sum) }
}

/** Calls to upstreams, by worker. */
async function sentBy({ admin }: Target): Promise<readonly number[]> {
  const { offramps } = (await (await fetch(`${admin}/v1/status`)).json()) as {
    offramps: readonly { upstreams: readonly { attempts: number }[] }[]
  }
  return offramps.map(({ upstreams }) => upstreams.reduce((sum, { attempts }) => sum + attempts, 0))
}

async function target(workers: number): Promise<Target> {
  const place = { port: await freePort(), upstreams } as Place
  const { line, env } = await temblor(pass, place, { name: `workers-${workers}` })
  const [command, ...args] = [...line, '--workers', String(workers), '--sharing', values.sharing]
  const child = spawn(command!, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  for await (const piece of child.stderr.setEncoding('utf8')) {
    said += piece
    if (said.includes('"msg":"Listening"')) break
  }
  if (!said.includes('"msg":"Listening"')) throw new Error(`It does not run: ${said}`)
  const admin = /"url":"(http:[^"]+)","msg":"Admin listens"/.exec(said)![1]!
  process.on('exit', () => child.kill('SIGTERM'))
  return { pid: child.pid!, port: place.port, admin, stop: () => child.kill('SIGTERM') }
}
