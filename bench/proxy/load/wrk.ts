/** As many requests as can be, by wrk: what each costs the proxy's processor. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpuMicros, peakMemory } from '../cpu.ts'
import { cpuOfRest } from '../processes.ts'
import { file } from '../scratch.ts'
import type { Column, Figures, Load, Settings, Target } from '../workload.ts'

export interface WrkOptions {
  readonly path: string
  /** Lua of wrk: the request. */
  readonly lua?: string
  /** An answer with fewer octets is a wrong one. */
  readonly leastBytes: number
}

export interface Sent {
  readonly requests: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly failed: number
}

export const post = `wrk.method = "POST"; wrk.body = '{"snot": "badger"}'; wrk.headers["Content-Type"] = "application/json"`

export const costColumns: readonly Column[] = [
  { key: 'us', head: 'µs/request', digits: 1, ratio: true },
  { key: 'user', head: 'user', digits: 1 },
  { key: 'kernel', head: 'kernel', digits: 1 },
  { key: 'perSecond', head: 'requests/s', digits: 0 },
  { key: 'p50Ms', head: 'p50 ms', digits: 2 },
  { key: 'p99Ms', head: 'p99 ms', digits: 2 },
  { key: 'peakMiB', head: 'MiB', digits: 0, of: 'most' },
  { key: 'failed', head: 'failed', digits: 0, of: 'sum' },
]

export function wrk(options: WrkOptions): Load {
  return {
    columns: costColumns,
    async prepare(targets, settings) {
      for (const { port } of targets) await warm(port, settings, options)
    },
    async measure(target, settings) {
      return figures(target, await costOf(target, () => send(target.port, settings, options)))
    },
  }
}

/** Until compilers have done what they will do: by requests, since a busy machine does few in a second, and perhaps none in the first. */
export async function warm(port: number, settings: Settings, options: WrkOptions): Promise<void> {
  const enough = 60_000
  for (let sent = 0, tries = 0; sent < enough && tries < 10; tries++)
    sent += (await sendSome(port, { ...settings, seconds: 1 }, options)).requests
}

/** What a load gave, and what it took of the proxy's processor. */
export async function costOf<Told>({ pid }: Target, load: () => Promise<Told>): Promise<Told & Cost> {
  const before = cpuMicros(pid)
  const told = await load()
  const after = cpuMicros(pid)
  return { ...told, userMicros: after.user - before.user, kernelMicros: after.kernel - before.kernel }
}

export interface Cost {
  readonly userMicros: number
  readonly kernelMicros: number
}

function figures(
  { pid }: Target,
  { requests, seconds, userMicros, kernelMicros, ...told }: Sent & Cost,
): Figures {
  return {
    us: (userMicros + kernelMicros) / requests,
    user: userMicros / requests,
    kernel: kernelMicros / requests,
    perSecond: requests / seconds,
    p50Ms: told.p50Ms,
    p99Ms: told.p99Ms,
    peakMiB: peakMemory(pid) / 2 ** 20,
    failed: told.failed,
  }
}

/** Runs wrk against a port. Throws on a status that is an error, and on answers that are too short to be right. */
export async function send(port: number, settings: Settings, options: WrkOptions): Promise<Sent> {
  const sent = await sendSome(port, settings, options)
  if (sent.requests === 0) throw new Error('No request was answered')
  return sent
}

async function sendSome(port: number, settings: Settings, options: WrkOptions): Promise<Sent> {
  const script = file(
    'wrk.lua',
    `${options.lua ?? ''}
done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d %d %d\\n", summary.requests, summary.duration, summary.bytes, latency:percentile(50),
    latency:percentile(99), errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end`,
  )
  const { connections, seconds } = settings
  const line = ['-c', String(cpuOfRest), 'wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '-s', script]
  const child = spawn('taskset', [...line, `http://127.0.0.1:${port}${options.path}`])
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
  await once(child, 'close')
  const result = /RESULT([\d ]+)/.exec(said)
  if (result === null) throw new Error(`wrk failed: ${said}`)
  const [requests, micros, bytes, p50, p99, refused, failed] = result[1]!.trim().split(' ').map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  if (refused > 0) throw new Error(`${refused} of ${requests} answers had an error for their status`)
  if (bytes < requests * options.leastBytes)
    throw new Error(
      `Answers have ${Math.round(bytes / requests)} octets, at least ${options.leastBytes} would be right`,
    )
  return { requests, seconds: micros / 1e6, p50Ms: p50 / 1000, p99Ms: p99 / 1000, failed }
}
