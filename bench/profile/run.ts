/**
 * Where the page's processor time goes: the real process under Node's profiler, by cost centre and by function.
 *
 *     node bench/profile/run.ts [--seconds 5] [--connections 64] [--top 25] [--checkout PATH] [--keep FILE.cpuprofile]
 *
 * Shares are of the time the process was busy under load; a second run without the profiler tells what a request costs, and how
 * much of that the kernel accounts for.
 */
import { copyFileSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { costOf, post, send, warm } from '../proxy/load/wrk.ts'
import { root, temblor } from '../proxy/peers/temblor.ts'
import { cpuOfProxy, cpuOfRest, freePort, start } from '../proxy/processes.ts'
import { scratch } from '../proxy/scratch.ts'
import { fixed, small } from '../proxy/upstream.ts'
import { verify } from '../proxy/verify.ts'
import pageWorkload, { page } from '../proxy/workloads/page.ts'
import { centreOf, centres } from './centres.ts'
import { type Profile, type Spent, spent } from './fold.ts'

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    connections: { type: 'string', default: '64' },
    top: { type: 'string', default: '25' },
    checkout: { type: 'string', default: root },
    keep: { type: 'string' },
  },
})
const checkout = resolve(flags.checkout)
const settings = { seconds: Number(flags.seconds), connections: Number(flags.connections) }
const request = { path: '/anything', lua: post, leastBytes: small.length }

const upstreams = [await freePort(), await freePort(), await freePort()]
const ups = await start(fixed.command(upstreams), upstreams[0]!, cpuOfRest)
try {
  const plain = await underLoad([])
  const folder = mkdtempSync(join(scratch, 'profile-'))
  const profiled = await underLoad(['--cpu-prof', '--cpu-prof-interval=250', `--cpu-prof-dir=${folder}`])
  const path = join(folder, readdirSync(folder)[0]!)
  if (flags.keep !== undefined) copyFileSync(path, flags.keep)
  const functions = spent(JSON.parse(readFileSync(path, 'utf8')) as Profile, profiled.window)
  print(
    [...functions, hidden(functions, profiled)].sort((a, b) => b.micros - a.micros),
    plain,
  )
} finally {
  await ups.stop()
}

interface Loaded {
  readonly requests: number
  readonly userMicros: number
  readonly kernelMicros: number
  /** When it was measured, on the clock that profiles have: µs. */
  readonly window: readonly [from: number, to: number]
}

async function underLoad(node: readonly string[]): Promise<Loaded> {
  const port = await freePort()
  const command = await temblor(page, { port, upstreams }, { name: 'profiled', checkout, node })
  const proxy = await start(command, port, cpuOfProxy)
  try {
    await verify('temblor', { port, upstreams }, pageWorkload.asks)
    await warm(port, settings, request)
    const from = nowMicros()
    const cost = await costOf({ ...proxy, name: 'temblor', port }, () => send(port, settings, request))
    return { ...cost, window: [from, nowMicros()] }
  } finally {
    await proxy.stop()
  }
}

/** libuv reads from sockets while Node calls itself idle: what the process was charged for, but no sample shows. */
function hidden(functions: readonly Spent[], { userMicros, kernelMicros }: Loaded): Spent {
  const seen = functions.reduce((sum, { micros }) => sum + micros, 0)
  return { name: '(reading)', url: '', line: 0, micros: Math.max(0, userMicros + kernelMicros - seen) }
}

function nowMicros(): number {
  return Number(process.hrtime.bigint() / 1000n)
}

function print(functions: readonly Spent[], { requests, userMicros, kernelMicros }: Loaded): void {
  const busy = functions.reduce((sum, { micros }) => sum + micros, 0)
  const perRequest = (userMicros + kernelMicros) / requests
  const share = (micros: number) => `${((100 * micros) / busy).toFixed(1)} %`.padStart(8)
  const cost = (micros: number) => ((perRequest * micros) / busy).toFixed(2).padStart(8)
  write(`${perRequest.toFixed(1)} µs of processor time a request without the profiler,`)
  write(
    ` ${(userMicros / requests).toFixed(1)} in the process and ${(kernelMicros / requests).toFixed(1)} in the kernel\n\n`,
  )

  write(`${'cost centre'.padEnd(14)}${'share'.padStart(8)}${'µs'.padStart(8)}  what\n`)
  for (const [name, what] of Object.entries(centres)) {
    const micros = functions
      .filter((each) => centreOf(each) === name)
      .reduce((sum, each) => sum + each.micros, 0)
    write(`${name.padEnd(14)}${share(micros)}${cost(micros)}  ${what}\n`)
  }

  write(`\n${'self'.padStart(8)}${'µs'.padStart(8)}  ${'centre'.padEnd(14)}function\n`)
  for (const each of functions.slice(0, Number(flags.top)))
    write(
      `${share(each.micros)}${cost(each.micros)}  ${centreOf(each).padEnd(14)}${each.name} ${placeOf(each)}\n`,
    )
}

function placeOf({ url, line }: Spent): string {
  return url === '' ? '' : `${url.replace(`file://${checkout}/`, '')}:${line}`
}

function write(text: string): void {
  process.stdout.write(text)
}
