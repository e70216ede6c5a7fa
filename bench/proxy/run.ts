/**
 * `npm run bench`: Temblor and its neighbours before the same upstreams, in alternating rounds of one run. The proxy has one processor to
 * itself, load and upstreams share the other. What counts is the processor time of the proxy for each request, as a ratio to a peer
 * of the same run; rates depend on the machine and on whatever else it does.
 *
 *     node bench/proxy/run.ts [--rounds 5] [--seconds 5] [--workloads page,pass] [--connections 64] [--out FILE]
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { cpuMicros, peakMemory } from './cpu.ts'
import { type Peer, peers, start, upstream } from './peers.ts'

interface Workload {
  readonly what: string
  readonly peers: readonly string[]
  /** Ratios are to this one. */
  readonly against: string
  readonly path: string
  readonly wrk: string
}

const post = `wrk.method = "POST"; wrk.body = '{"snot": "badger"}'; wrk.headers["Content-Type"] = "application/json"`

const workloads: Readonly<Record<string, Workload>> = {
  page: {
    what: 'POST of 18 bytes, body and headers changed by script, answer of 300 bytes',
    peers: ['nginx+lua', 'nginx', 'temblor page'],
    against: 'nginx+lua',
    path: '/anything',
    wrk: post,
  },
  pass: {
    what: 'POST of 18 bytes passed through',
    peers: ['nginx', 'haproxy', 'temblor pass'],
    against: 'nginx',
    path: '/anything',
    wrk: post,
  },
  'pass-64k': {
    what: 'GET of 64 KiB passed through',
    peers: ['nginx', 'haproxy', 'temblor pass'],
    against: 'nginx',
    path: '/64k',
    wrk: '',
  },
}

interface Round {
  readonly requests: number
  readonly seconds: number
  readonly userMicros: number
  readonly kernelMicros: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly failed: number
  readonly peakBytes: number
}

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '64' },
    workloads: { type: 'string', default: Object.keys(workloads).join() },
    out: { type: 'string' },
  },
})

const scratch = mkdtempSync(join(tmpdir(), 'temblor-wrk-'))
const results: Record<string, Record<string, Round[]>> = {}
const ups = await start(upstream, 9301, 1)
try {
  for (const name of flags.workloads.split(',')) results[name] = await measure(workloads[name]!)
} finally {
  await ups.stop()
}
const report = { machine: machine(), settings: flags, results }
if (flags.out !== undefined) writeFileSync(flags.out, `${JSON.stringify(report, null, 2)}\n`)
for (const [name, rounds] of Object.entries(results)) print(workloads[name]!, name, rounds)

async function measure(workload: Workload): Promise<Record<string, Round[]>> {
  const present = workload.peers.filter((name) => peers[name]!.available())
  const rounds: Record<string, Round[]> = Object.fromEntries(present.map((name) => [name, []]))
  const started = new Map<string, { pid: number; port: number; stop(): Promise<void> }>()
  try {
    for (const [index, name] of present.entries()) {
      const port = 9400 + index
      const it = await start(peers[name] as Peer, port, 0)
      started.set(name, { ...it, port, stop: it.stop })
      load(workload, port, 1)
    }
    for (let round = 0; round < Number(flags.rounds); round++) {
      for (const name of present) {
        const { pid, port } = started.get(name)!
        await pause(100)
        const before = cpuMicros(pid)
        const done = load(workload, port, Number(flags.seconds))
        const after = cpuMicros(pid)
        rounds[name]!.push({
          ...done,
          userMicros: after.user - before.user,
          kernelMicros: after.kernel - before.kernel,
          peakBytes: peakMemory(pid),
        })
      }
    }
  } finally {
    for (const it of started.values()) await it.stop()
  }
  return rounds
}

function load(
  workload: Workload,
  port: number,
  seconds: number,
): Pick<Round, 'requests' | 'seconds' | 'p50Ms' | 'p99Ms' | 'failed'> {
  const script = join(scratch, 'script.lua')
  writeFileSync(
    script,
    `${workload.wrk}
done = function(summary, latency)
  io.write(string.format("RESULT %d %d %d %d %d\\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout))
end`,
  )
  const wrk = spawnSync(
    'taskset',
    [
      '-c',
      '1',
      'wrk',
      '-t1',
      `-c${flags.connections}`,
      `-d${seconds}s`,
      '-s',
      script,
      `http://127.0.0.1:${port}${workload.path}`,
    ],
    { encoding: 'utf8' },
  )
  const result = /RESULT (\d+) (\d+) (\d+) (\d+) (\d+)/.exec(wrk.stdout)
  if (result === null) throw new Error(`wrk failed: ${wrk.stdout}${wrk.stderr}`)
  const [requests, micros, p50, p99, failed] = result.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
  ]
  return { requests, seconds: micros / 1e6, p50Ms: p50 / 1000, p99Ms: p99 / 1000, failed }
}

function print(workload: Workload, name: string, rounds: Record<string, Round[]>): void {
  const perRequest = (round: Round) => (round.userMicros + round.kernelMicros) / round.requests
  const base = rounds[workload.against]
  process.stdout.write(
    `\n${name}: ${workload.what}; ${flags.connections} connections, median of ${flags.rounds} rounds of ${flags.seconds} s\n`,
  )
  process.stdout.write(
    `${'peer'.padEnd(24)}${['µs/request', 'user', 'kernel', `× ${workload.against}`, 'requests/s', 'p50 ms', 'p99 ms', 'MiB', 'failed'].map((head) => head.padStart(13)).join('')}\n`,
  )
  for (const [peer, all] of Object.entries(rounds)) {
    const ratio =
      base === undefined
        ? Number.NaN
        : median(all.map((round, i) => perRequest(round) / perRequest(base[i]!)))
    const cells = [
      median(all.map(perRequest)).toFixed(1),
      median(all.map((round) => round.userMicros / round.requests)).toFixed(1),
      median(all.map((round) => round.kernelMicros / round.requests)).toFixed(1),
      ratio.toFixed(2),
      median(all.map((round) => round.requests / round.seconds)).toFixed(0),
      median(all.map((round) => round.p50Ms)).toFixed(2),
      median(all.map((round) => round.p99Ms)).toFixed(2),
      (Math.max(...all.map((round) => round.peakBytes)) / 2 ** 20).toFixed(0),
      String(all.reduce((sum, round) => sum + round.failed, 0)),
    ]
    process.stdout.write(
      `${peers[peer]!.name.padEnd(24)}${cells.map((cell) => cell.padStart(13)).join('')}\n`,
    )
  }
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

function machine(): object {
  const version = (command: string, ...args: string[]) => {
    const it = spawnSync(command, args, { encoding: 'utf8' })
    return `${it.stdout ?? ''}${it.stderr ?? ''}`.split('\n')[0]
  }
  return {
    when: new Date().toISOString(),
    node: process.version,
    cpu: cpus()[0]?.model,
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim(),
    nginx: version('nginx', '-v'),
    haproxy: version('haproxy', '-v'),
  }
}
