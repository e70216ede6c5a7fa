/**
 * Typical scripts beside the JavaScript a person would write for them: `node bench/script/run.ts [NAME…]`. Each pair is shown
 * to do the same on the same events, then timed in turns; what counts is the ratio.
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import process from 'node:process'
import { compileScript } from '#dsl/compile.ts'
import { encodeSorted } from '#dsl/json.ts'
import { DROP, type Frame } from '#dsl/program.ts'
import type { Value } from '#dsl/value.ts'
import { loadCatalogue } from '#engine/catalogue.ts'
import { evalFrame } from '#engine/eval.ts'
import { worldOf } from '#engine/world.ts'

type Run = (frame: Frame) => Value | typeof DROP

interface Pair {
  readonly name: string
  readonly script: Run
  readonly byHand: Run
  readonly events: readonly Value[]
  readonly meta: Value
}

const ROUNDS = 40
const CALLS = 100_000

async function pairOf(name: string): Promise<Pair> {
  const text = readFileSync(new URL(`${name}.tremor`, import.meta.url), 'utf8')
  const { result, findings } = compileScript({ name: `${name}.tremor`, text }, worldOf(await loadCatalogue()))
  if (result === undefined) throw new Error(`${name}: ${findings.map(({ message }) => message).join(', ')}`)
  const { events, meta, run } = (await import(`./${name}.js`)) as { events: Value[]; meta: Value; run: Run }
  return { name, script: result.run, byHand: run, events, meta }
}

/** What a run of the events comes to, as text. */
function outcome({ events, meta }: Pair, run: Run): string[] {
  const frame = evalFrame()
  return events.map((event) => {
    Object.assign(frame, { event, meta, port: undefined })
    const made = run(frame)
    return `${made === DROP ? 'drop' : encodeSorted(made)} ${frame.port} ${encodeSorted(frame.meta)}`
  })
}

/** Nanoseconds per call. */
function time({ events, meta }: Pair, run: Run): number {
  const frame = evalFrame()
  const start = process.hrtime.bigint()
  for (let call = 0, at = 0; call < CALLS; call++) {
    frame.event = events[at]!
    frame.meta = meta
    frame.port = undefined
    run(frame)
    at = at + 1 === events.length ? 0 : at + 1
  }
  return Number(process.hrtime.bigint() - start) / CALLS
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!
}

interface Measured {
  /** Nanoseconds: the least of many rounds, since others may be using the machine. */
  readonly script: number
  readonly byHand: number
  /** The median over the rounds, of two measurements taken one after the other: the machine changes its pace between rounds. */
  readonly ratio: number
}

function measure(pair: Pair): Measured {
  const [got, expected] = [outcome(pair, pair.script), outcome(pair, pair.byHand)]
  if (got.join('\n') !== expected.join('\n'))
    throw new Error(`${pair.name}: ${got.join(' | ')} is not ${expected.join(' | ')}`)
  const scripts: number[] = []
  const hands: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    scripts.push(time(pair, pair.script))
    hands.push(time(pair, pair.byHand))
  }
  const ratio = median(scripts.map((script, at) => script / hands[at]!))
  return { script: Math.min(...scripts), byHand: Math.min(...hands), ratio }
}

/** In a process of its own: what was learned of the functions of one pair must not slow another down. */
function apart(name: string): Measured {
  const text = execFileSync(process.execPath, [import.meta.filename, '--one', name], { encoding: 'utf8' })
  return JSON.parse(text) as Measured
}

const [first, second] = process.argv.slice(2)
if (first === '--one') {
  console.log(JSON.stringify(measure(await pairOf(second!))))
  process.exit()
}
const chosen = process.argv.slice(2)
const names = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith('.tremor'))
  .map((file) => file.replace('.tremor', ''))
  .filter((name) => chosen.length === 0 || chosen.includes(name))
const ratios: number[] = []
console.log('script                    compiled   by hand   ratio')
for (const name of names) {
  const { script, byHand, ratio } = apart(name)
  ratios.push(ratio)
  const columns = [
    script.toFixed(1).padStart(9),
    byHand.toFixed(1).padStart(10),
    ratio.toFixed(2).padStart(8),
  ]
  console.log(`${name.padEnd(25)}${columns.join('')}`)
}
console.log(
  `\nmedian ratio ${median(ratios).toFixed(2)}, worst ${Math.max(...ratios).toFixed(2)} (ns per call)`,
)
