/**
 * `npm run bench`: Temblor and its neighbours before the same upstreams, in alternating rounds of one run. The proxy has one
 * processor to itself, load and upstreams share the other. What counts is the proxy's processor time for each request, as a ratio to a peer of
 * the same run; rates and latencies depend on the machine and on whatever else it does. Linux only; wants wrk and nginx.
 *
 *     npm run bench -- [--workloads page,cache-hit] [--rounds 5] [--seconds 2] [--connections 64] [--out FILE] [--list]
 *
 *     --peers a,b                   only these, and Temblor
 *     --also NAME=CHECKOUT          another checkout of Temblor beside this one (may be repeated)
 *     --node-modules FOLDER         where http-proxy, fast-proxy, fastify and @fastify/http-proxy are installed
 *     --peer [WORKLOAD:]NAME=COMMAND   any other program (by default in `pass`): listens on $PORT, passes to the ports in $UPSTREAMS
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { machine } from './machine.ts'
import { given } from './peers/given.ts'
import { nodePeers } from './peers/node.ts'
import { temblor } from './peers/temblor.ts'
import { type Command, cpuOfProxy, cpuOfRest, freePort, type Running, start } from './processes.ts'
import { type Measured, table } from './table.ts'
import { fixed } from './upstream.ts'
import { verify } from './verify.ts'
import type { Figures, Place, Target, Workload } from './workload.ts'

const { values: flags } = parseArgs({
  options: {
    workloads: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    connections: { type: 'string', default: '64' },
    out: { type: 'string' },
    list: { type: 'boolean', default: false },
    peers: { type: 'string' },
    also: { type: 'string', multiple: true, default: [] },
    'node-modules': { type: 'string' },
    peer: { type: 'string', multiple: true, default: [] },
  },
})
const settings = { seconds: Number(flags.seconds), connections: Number(flags.connections) }

/** A peer or a Temblor, and how it is started. */
interface Contender {
  readonly name: string
  command(place: Place): Promise<Command | undefined>
}

interface Serving extends Target {
  readonly place: Place
  stop(): Promise<void>
}

const workloads = await loadWorkloads()
if (flags.list) {
  for (const { name, what } of workloads) process.stdout.write(`${name.padEnd(14)}${what}\n`)
  process.exit(0)
}
const chosen =
  flags.workloads?.split(',') ?? workloads.filter(({ asked }) => asked !== true).map(({ name }) => name)
for (const name of chosen) {
  const workload = workloads.find((each) => each.name === name)
  if (workload === undefined)
    throw new Error(`There is no workload "${name}", only ${workloads.map((each) => each.name).join(', ')}`)
  const measured = await measure(workload)
  process.stdout.write(`${table(name, measured)}\n`)
  save(name, measured)
}

/** After each workload, so that an interrupted run leaves what it found; what the file has of other workloads stays. */
function save(name: string, measured: Measured): void {
  const path = flags.out
  if (path === undefined) return
  mkdirSync(dirname(resolve(path)), { recursive: true })
  const before = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as object) : {}
  const circumstances = { machine: machine(), settings: { ...settings, rounds: Number(flags.rounds) } }
  writeFileSync(
    path,
    `${JSON.stringify({ ...before, [name]: { ...measured, ...circumstances } }, null, 2)}\n`,
  )
}

async function loadWorkloads(): Promise<Workload[]> {
  const folder = join(import.meta.dirname, 'workloads')
  const modules = readdirSync(folder).map(
    async (name) => (await import(join(folder, name))).default as Workload,
  )
  return (await Promise.all(modules)).sort((a, b) => a.order - b.order)
}

async function measure(workload: Workload): Promise<Measured> {
  const { what, against, load } = workload
  const contenders = contendersOf(workload)
  const rounds: Record<string, Figures[]> = Object.fromEntries(contenders.map(({ name }) => [name, []]))
  const most = Math.min(Number(flags.rounds), load.mostRounds ?? Number.POSITIVE_INFINITY)
  await withUpstreams(workload, async (upstreams) => {
    if (load.afresh === true) {
      for (let round = 0; round < most; round++)
        for (const each of contenders)
          await serving(workload, [each], upstreams, async ([target]) => {
            await load.prepare?.([target!], settings)
            rounds[each.name]!.push(await load.measure(target!, settings))
          })
      return
    }
    await serving(workload, contenders, upstreams, async (targets) => {
      await load.prepare?.(targets, settings)
      for (let round = 0; round < most; round++)
        // There and back, so that none is always the first after a pause.
        for (const target of round % 2 === 0 ? targets : targets.toReversed()) {
          await pause(100)
          rounds[target.name]!.push(await load.measure(target, settings))
        }
    })
  })
  return { what, against, columns: load.columns, rounds }
}

function contendersOf(workload: Workload): Contender[] {
  const wanted = flags.peers?.split(',')
  const others = [
    ...workload.peers,
    ...(workload.anyProxy === true ? nodePeers(flags['node-modules']) : []),
    ...given(flags.peer, workload.name),
  ]
  const peers = others
    .filter((peer) => wanted?.includes(peer.name) ?? true)
    .filter((peer) => peer.available())
  const checkouts: (readonly [suffix: string, checkout?: string])[] = [
    [''],
    ...flags.also.map((each) => {
      const [name = '', checkout = ''] = each.split('=')
      return [` (${name})`, resolve(checkout)] as const
    }),
  ]
  const ours = Object.entries(workload.temblor).flatMap(([name, setup]) =>
    checkouts.map(
      ([suffix, checkout]): Contender => ({
        name: `${name}${suffix}`,
        command: (place) =>
          temblor(setup, place, {
            name: `temblor-${place.port}`,
            ...(checkout === undefined ? {} : { checkout }),
          }),
      }),
    ),
  )
  return [
    ...peers.map(({ name, command }) => ({ name, command: async (place: Place) => command(place) })),
    ...ours,
  ]
}

interface Upstreams {
  readonly pid: number
  readonly ports: readonly number[]
}

async function withUpstreams(
  { upstream = fixed }: Workload,
  then: (upstreams: Upstreams) => Promise<void>,
): Promise<void> {
  const ports = [await freePort(), await freePort(), await freePort()]
  const running = await start(upstream.command(ports), ports[0]!, cpuOfRest)
  try {
    await then({ pid: running.pid, ports })
  } finally {
    await running.stop()
  }
}

/** Starts contenders, has each asked what it must be able to answer, and stops them. */
async function serving(
  { asks }: Workload,
  contenders: readonly Contender[],
  upstreams: Upstreams,
  then: (targets: readonly Target[]) => Promise<void>,
): Promise<void> {
  const targets: Serving[] = []
  try {
    for (const each of contenders) {
      const target = await serve(each, upstreams)
      targets.push(target)
      await verify(each.name, target.place, asks)
    }
    await then(targets)
  } finally {
    for (const { stop } of targets) await stop()
  }
}

async function serve({ name, command }: Contender, { pid, ports }: Upstreams): Promise<Serving> {
  const place = { port: await freePort(), upstreams: ports }
  const line = await command(place)
  if (line === undefined) {
    const port = ports[0]!
    return { name, port, pid, place: { ...place, port }, stop: async () => {} }
  }
  const running: Running = await start(line, place.port, cpuOfProxy)
  return { name, port: place.port, pid: running.pid, place, stop: () => running.stop() }
}
