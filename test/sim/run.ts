/**
 * Runs many worlds: `node test/sim/run.ts --seeds 5000 --from 1`, and ends with a table. Exit code 1 if a promise was broken.
 * `--seed N` runs one and prints what happened in it.
 */
import { parseArgs } from 'node:util'
import { generateWorld } from './generate.ts'
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
  },
})

if (values.shrink !== undefined) await shrinkOne(Number(values.shrink))
else if (values.seed !== undefined) await showOne(Number(values.seed))
else await runMany(Number(values.from), Number(values.seeds))

async function shrinkOne(seed: number): Promise<void> {
  const spec = generateWorld(seed)
  const [failure] = (await runWorld(spec)).failures
  if (failure === undefined) return console.log(`seed ${seed} breaks no promise`)
  await show(await shrink(spec, failure.rule))
}

async function showOne(seed: number): Promise<void> {
  await show(generateWorld(seed))
}

async function show(spec: WorldSpec): Promise<void> {
  console.log(brief(spec))
  const report = await runWorld(spec)
  for (const line of report.trace) console.log(line)
  for (const { rule, what } of report.failures) console.log(rule, what)
}

/** One line for each part of the plans and each request. */
function brief({ plans, requests, acts }: WorldSpec): string {
  const lines = plans.flatMap(({ pipelines, offramps, links, ...rest }, i) => [
    `plan ${i} ${JSON.stringify(rest)}`,
    ...offramps.map((each) => `  ${JSON.stringify(each)}`),
    ...pipelines.flatMap(({ id, nodes, links }) => [`  ${id}: ${links.join(', ')}`, ...nodes.map((node) => `    ${JSON.stringify(node)}`)]),
    ...links.map((link) => `  ${link}`),
  ])
  return [...lines, ...requests.map((each) => JSON.stringify(each)), ...acts.map((each) => JSON.stringify(each))].join('\n')
}

async function runMany(from: number, count: number): Promise<void> {
  const began = process.hrtime.bigint()
  const seen = new Map<string, number>()
  let requests = 0
  let failed = 0
  for (let seed = from; seed < from + count && failed < Number(values.failures); seed++) {
    const report = await runWorld(generateWorld(seed)).catch((error) => ({ requests: 0, seen: new Map<string, number>(), failures: [{ rule: 'crash', what: error.stack }] }))
    requests += report.requests
    for (const [what, times] of report.seen) seen.set(what, (seen.get(what) ?? 0) + times)
    if (report.failures.length === 0) continue
    failed++
    const [{ rule, what }] = report.failures as [{ rule: string; what: string }]
    console.log(`seed ${seed}: ${rule}: ${what}${report.failures.length > 1 ? ` (and ${report.failures.length - 1} more)` : ''}`)
  }
  const seconds = Number(process.hrtime.bigint() - began) / 1e9
  for (const [what, times] of [...seen].sort()) console.log(String(times).padStart(9), what)
  console.log(`${requests} requests, ${failed} worlds failed, ${seconds.toFixed(1)} s`)
  process.exitCode = failed > 0 ? 1 : 0
}
