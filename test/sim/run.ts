/**
 * The proof: `node test/sim/run.ts --requests 100000` makes so many requests in simulated worlds, 5 % of that over sockets and each
 * transport, some through a process in a chaotic network, and looks for every planted bug; it ends with the tables. Exit code 1 if a
 * promise was broken or a bug not found.
 *
 * `--seeds 5000 --from 1` runs simulated worlds only; `--sockets own` (or `node`) runs them over real sockets and that transport. `--seed N` runs
 * one and prints what happened in it; `--shrink N` does so for the smallest world that fails like it.
 */
import { parseArgs } from 'node:util'
import { type Campaign, campaign, runSafely, socketCampaign, sometimes } from './campaign.ts'
import { generateWorld } from './generate.ts'
import { onceBroken } from './once-broken.ts'
import { runWorld } from './run-world.ts'
import { shrink } from './shrink.ts'
import type { WorldSpec } from './spec.ts'

const { values } = parseArgs({
  options: {
    requests: { type: 'string' },
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    shrink: { type: 'string' },
    failures: { type: 'string', default: '10' },
    sockets: { type: 'string' },
  },
})
const from = Number(values.from)
const worlds = Number(values.seeds)
const enough = Number(values.failures)

if (values.requests !== undefined) await prove(Number(values.requests))
else if (values.shrink !== undefined) await shrinkOne(Number(values.shrink))
else if (values.seed !== undefined) await show(generateWorld(Number(values.seed)))
else if (values.sockets !== undefined)
  await overSockets(values.sockets === 'node' ? 'node' : 'own', { from, worlds, enough })
else await simulated({ from, worlds, enough }, worlds >= 1000)

async function prove(requests: number): Promise<void> {
  // A copy of the sources with a bug in it has no need of these, and has no process to start.
  const [{ print }, { chaos }, { huntAll }] = await Promise.all([
    import('./chaos.ts'),
    import('./chaos/run.ts'),
    import('./planted.ts'),
  ])
  const seconds = 10
  const good = [await simulated({ from: 1, worlds: Infinity, requests, enough }, true)]
  for (const transport of ['own', 'node'] as const)
    good.push(await overSockets(transport, { from: 1, worlds: Infinity, requests: requests / 20, enough }))
  for (const transport of ['own', 'node'] as const)
    good.push(print(await chaos({ seed: 1, seconds, clients: 24, transport })))
  good.push(huntAll(6000))
  process.exitCode = good.includes(false) ? 1 : 0
}

async function shrinkOne(seed: number): Promise<void> {
  const spec = generateWorld(seed)
  const [failure] = (await runWorld(spec)).failures
  if (failure === undefined) return console.log(`seed ${seed} breaks no promise`)
  await show(await shrink(spec, failure.rule))
}

async function show(spec: WorldSpec): Promise<void> {
  console.log(brief(spec))
  const report = await runWorld(spec)
  for (const line of report.trace) console.log(line)
}

/** One line for each part of the plans, each request and each act. */
function brief({ plans, requests, acts }: WorldSpec): string {
  const lines = plans.flatMap(({ pipelines, offramps, links, ...rest }, i) => [
    `plan ${i} ${JSON.stringify(rest)}`,
    ...offramps.map((each) => `  ${JSON.stringify(each)}`),
    ...pipelines.flatMap(({ id, nodes, links }) => [
      `  ${id}: ${links.join(', ')}`,
      ...nodes.map((node) => `    ${JSON.stringify(node)}`),
    ]),
    ...links.map((link) => `  ${link}`),
  ])
  return [
    ...lines,
    ...requests.map((each) => JSON.stringify(each)),
    ...acts.map((each) => JSON.stringify(each)),
  ].join('\n')
}

type Options = Parameters<typeof campaign>[0]

async function overSockets(transport: 'own' | 'node', options: Options): Promise<boolean> {
  const began = performance.now()
  const result = await socketCampaign(transport, options)
  return report(result, `over sockets (${transport})`, performance.now() - began)
}

/** `whole`: long enough for all that must happen to happen. */
async function simulated(options: Options, whole: boolean): Promise<boolean> {
  const began = performance.now()
  const result = await campaign(options)
  const good = report(result, 'simulated', performance.now() - began)
  const never = sometimes.filter((what) => !result.seen.has(what))
  if (never.length > 0) console.log(`never happened: ${never.join('; ')}`)
  if (whole && never.length > 0) process.exitCode = 1
  if (good && !(await onceBrokenHold())) return false
  return good && (never.length === 0 || !whole)
}

/** Worlds that seeds found once: another generator may not find them again so soon. */
async function onceBrokenHold(): Promise<boolean> {
  for (const [name, spec] of Object.entries(onceBroken)) {
    const [failure] = (await runSafely(spec)).failures
    if (failure === undefined) continue
    console.log(`case "${name}": ${failure.rule}: ${failure.what}`)
    process.exitCode = 1
    return false
  }
  return true
}

function report(result: Campaign, where: string, ms: number): boolean {
  const { requests, broken, seen } = result
  for (const { seed, failures } of broken) {
    const more = failures.length > 1 ? ` (and ${failures.length - 1} more)` : ''
    console.log(`seed ${seed}: ${failures[0]!.rule}: ${failures[0]!.what}${more}`)
  }
  for (const [what, times] of [...seen].sort()) console.log(String(times).padStart(9), what)
  const ends = [...seen]
    .filter(([what]) => /(?:^|: )end/.test(what))
    .map(([what, times]) => `${times} ${what}`)
  if (ends.length > 0) console.log(`${requests} requests are ${ends.join(' + ')}`)
  const seconds = (ms / 1000).toFixed(1)
  console.log(
    `${where}: ${result.worlds} worlds, ${requests} requests, ${broken.length} broken, ${seconds} s\n`,
  )
  if (broken.length > 0) process.exitCode = 1
  return broken.length === 0
}
