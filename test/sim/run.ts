/**
 * Runs many worlds: `node test/sim/run.ts --seeds 5000 --from 1`, and ends with a table. Exit code 1 if a promise was broken.
 * `--sockets own` (or `node`) runs them over real sockets and that transport. `--seed N` runs one and prints what happened in it; `--shrink N` does so for the smallest world that fails like it.
 */
import { parseArgs } from 'node:util'
import { campaign, sometimes } from './campaign.ts'
import { generateWorld } from './generate.ts'
import { runOverSockets } from './run-sockets.ts'
import { runWorld } from './run-world.ts'
import { shrink } from './shrink.ts'
import type { WorldSpec } from './spec.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    seed: { type: 'string' },
    shrink: { type: 'string' },
    failures: { type: 'string', default: '10' },
    sockets: { type: 'string' },
  },
})

if (values.shrink !== undefined) await shrinkOne(Number(values.shrink))
else if (values.seed !== undefined) await show(generateWorld(Number(values.seed)))
else if (values.sockets !== undefined) await runSockets(values.sockets === 'node' ? 'node' : 'own')
else await runMany()

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

async function runSockets(transport: 'own' | 'node'): Promise<void> {
  const from = Number(values.from)
  let requests = 0
  let broken = 0
  let seed = from
  for (; seed < from + Number(values.seeds) && broken < Number(values.failures); seed++) {
    const report = await runOverSockets(seed, transport)
    requests += report.requests
    if (report.failures.length === 0) continue
    broken++
    console.log(`seed ${seed}: ${report.failures[0]!.rule}: ${report.failures[0]!.what}`)
  }
  console.log(`${seed - from} worlds, ${requests} requests over sockets, ${broken} broken`)
  process.exitCode = broken > 0 ? 1 : 0
}

async function runMany(): Promise<void> {
  const began = process.hrtime.bigint()
  const worlds = Number(values.seeds)
  const result = await campaign({ from: Number(values.from), worlds, enough: Number(values.failures) })
  const seconds = Number(process.hrtime.bigint() - began) / 1e9
  for (const { seed, failures } of result.broken) {
    const more = failures.length > 1 ? ` (and ${failures.length - 1} more)` : ''
    console.log(`seed ${seed}: ${failures[0]!.rule}: ${failures[0]!.what}${more}`)
  }
  for (const [what, times] of [...result.seen].sort()) console.log(String(times).padStart(9), what)
  const never = sometimes.filter((what) => !result.seen.has(what))
  if (never.length > 0) console.log(`never happened: ${never.join('; ')}`)
  const { requests, broken } = result
  console.log(
    `${result.worlds} worlds, ${requests} requests, ${broken.length} broken, ${seconds.toFixed(1)} s`,
  )
  process.exitCode = broken.length > 0 || (never.length > 0 && worlds >= 1000) ? 1 : 0
}
