/**
 * CPU time of the bare transports per request, side by side: `run.ts [SECONDS] [ROUNDS] [own,node]`. One core for the proxy,
 * the other for load and upstream; 64 connections kept alive, POST of 18 octets, answer of 300. Linux only.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'

const seconds = Number(process.argv[2] ?? 3)
const rounds = Number(process.argv[3] ?? 3)
const names = (process.argv[4] ?? 'own,node').split(',')
const CONNECTIONS = 64
const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK']))
const REQUEST = Buffer.from(
  'POST /bench/page HTTP/1.1\r\nHost: bench.example\r\nUser-Agent: bench\r\nAccept: */*\r\nContent-Type: application/json\r\nContent-Length: 18\r\n\r\n{"hello": "world"}',
)

interface Running {
  readonly child: ChildProcess
  readonly port: number
}

function start(core: number, args: readonly string[]): Promise<Running> {
  const child = spawn('taskset', ['-c', String(core), process.execPath, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((resolve) => {
    child.stdout!.once('data', (text: Buffer) => resolve({ child, port: Number(text.toString()) }))
  })
}

/** User and system time of a process, in microseconds. */
function cpu(pid: number): { user: number; system: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ')
  return {
    user: (Number(fields[11]) / TICKS_PER_SECOND) * 1e6,
    system: (Number(fields[12]) / TICKS_PER_SECOND) * 1e6,
  }
}

interface Load {
  served: number
  readonly latencies: number[]
  stop(): void
}

function load(port: number): Load {
  const made: Load = {
    served: 0,
    latencies: [],
    stop: () => {
      for (const socket of sockets) socket.destroy()
    },
  }
  const sockets = Array.from({ length: CONNECTIONS }, () => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let answerBytes = 0
    let since = 0
    let got = 0
    const say = () => {
      since = performance.now()
      socket.write(REQUEST)
    }
    socket.on('connect', say)
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => {
      got += chunk.length
      if (answerBytes === 0) answerBytes = sizeOf(chunk)
      if (got < answerBytes) return
      got = 0
      made.served++
      if (made.latencies.length < 500_000) made.latencies.push(performance.now() - since)
      say()
    })
    return socket
  })
  return made
}

/** All answers are of one size. */
function sizeOf(chunk: Buffer): number {
  const text = chunk.toString('latin1')
  return text.indexOf('\r\n\r\n') + 4 + Number(/content-length: (\d+)/i.exec(text)?.[1])
}

async function measure(
  name: string,
  upstreamPort: number,
): Promise<{ us: number; user: number; rps: number; p99: number }> {
  const proxy = await start(0, ['bench/http/proxy.ts', String(upstreamPort), name])
  const made = load(proxy.port)
  await sleep(1500)
  const [before, served, since] = [cpu(proxy.child.pid!), made.served, performance.now()]
  made.latencies.length = 0
  await sleep(seconds * 1000)
  const [after, count, wall] = [cpu(proxy.child.pid!), made.served - served, performance.now() - since]
  made.stop()
  proxy.child.kill()
  const sorted = made.latencies.sort((a, b) => a - b)
  const user = (after.user - before.user) / count
  return {
    us: user + (after.system - before.system) / count,
    user,
    rps: (count / wall) * 1000,
    p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

const upstream = await start(1, ['bench/http/upstream.ts'])
for (let round = 0; round < rounds; round++)
  for (const name of names) {
    const { us, user, rps, p99 } = await measure(name, upstream.port)
    console.log(
      `${name.padEnd(5)} ${us.toFixed(1)} µs (${user.toFixed(1)} user + ${(us - user).toFixed(1)} kernel)  ${rps.toFixed(0)}/s  p99 ${p99.toFixed(2)} ms`,
    )
  }
upstream.child.kill()
