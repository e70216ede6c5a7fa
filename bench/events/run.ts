/**
 * Events without HTTP: lines of a file through a pipeline into a file, `node bench/events/run.ts [NAME…]`. The workloads are
 * counterparts of tremor's own benchmarks. Beside each, in the same run and by the same reading and writing: every line through
 * `JSON.parse` and `JSON.stringify`. MB are 10^6 bytes of input a second of processor time, of all threads together.
 */
import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { map, Subject } from 'rxjs'
import { compileQuery } from '#dsl/compile.ts'
import type { Graph } from '#dsl/graph.ts'
import { type Catalogue, loadCatalogue } from '#engine/catalogue.ts'
import type { Clock } from '#engine/clock.ts'
import { Event, EventId } from '#engine/event.ts'
import { lineReader } from '#engine/lines.ts'
import { silentLog } from '#engine/log.ts'
import { Payload } from '#engine/payload.ts'
import { createOperator } from '#engine/pipeline/create.ts'
import { touchedBy } from '#engine/pipeline/touches.ts'
import { type Pipeline, wire } from '#engine/pipeline/wire.ts'
import { worldOf } from '#engine/world.ts'
import { documents } from './documents.ts'
import { readLines, Writer } from './files.ts'
import { manyCases } from './many-cases.ts'

const DOCUMENTS = 20_000
const ROUNDS = 9
const CALLS = 200_000

const names = [
  ...readdirSync(new URL('.', import.meta.url))
    .filter((file) => file.endsWith('.trickle'))
    .map((file) => file.replace('.trickle', '')),
  'many-cases',
].sort()

const clock: Clock = {
  now: () => 0,
  wallNs: () => 0n,
  after: () => ({ cancel() {} }),
  at: () => ({ cancel() {} }),
}

function textOf(name: string): string {
  return name === 'many-cases'
    ? manyCases()
    : readFileSync(new URL(`${name}.trickle`, import.meta.url), 'utf8')
}

function graphOf(name: string, text: string, catalogue: Catalogue): Graph {
  const { result, findings } = compileQuery({ name: `${name}.trickle`, text }, name, worldOf(catalogue))
  if (result === undefined) throw new Error(findings.map(({ message }) => message).join(', '))
  return result
}

function pipelineOf(graph: Graph, catalogue: Catalogue): Pipeline {
  let uid = 0
  const host = { hostname: 'localhost', version: '0', nanotime: () => 0n }
  return wire(graph, {
    address: `/pipeline/${graph.id}/bench`,
    clock,
    log: silentLog,
    create: (node, context) =>
      createOperator(node, context, { catalogue, log: silentLog, instance: 'bench', host }),
    nextUid: () => ++uid,
    linked: () => true,
  })
}

/** Megabytes of input a second of processor time. */
function measured(bytes: number, run: () => void): number {
  const before = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(before)
  return bytes / (user + system)
}

async function throughFiles(name: string, folder: string): Promise<object> {
  const catalogue = await loadCatalogue()
  const graph = graphOf(name, textOf(name), catalogue)
  const pipeline = pipelineOf(graph, catalogue)
  const read = lineReader(touchedBy(graph, catalogue, 'in'))
  const input = join(folder, 'input')
  const text = `${[...documents(DOCUMENTS, name === 'many-cases')].join('\n')}\n`
  writeFileSync(input, text)
  const output = openSync(join(folder, 'output'), 'w')
  const writer = new Writer(output)
  let left = 0
  const inlet = pipeline.inlets.get('in')!
  for (const [, outlet] of pipeline.outlets) {
    outlet.lead([
      {
        sources: [],
        accept(event) {
          left += 1
          event.payload.writeTo(writer)
          writer.end()
        },
      },
    ])
  }
  const ours = () => {
    let count = 0
    readLines(input, (line) => {
      inlet.accept(new Event(new EventId(0, 0, count++), read(line), {}, 1_000_000_000n, null, null))
    })
    writer.flush()
  }
  const plain = () => {
    readLines(input, (line) => {
      writer.text(JSON.stringify(JSON.parse(line.toString())))
      writer.end()
    })
    writer.flush()
  }
  const rates = { ours: [] as number[], plain: [] as number[] }
  for (let round = 0; round < ROUNDS; round++) {
    rates.ours.push(measured(text.length, ours))
    rates.plain.push(measured(text.length, plain))
  }
  closeSync(output)
  if (left === 0) throw new Error(`nothing left "${name}"`)
  const ratio = median(rates.ours.map((rate, at) => rate / rates.plain[at]!))
  return { ours: Math.max(...rates.ours), plain: Math.max(...rates.plain), ratio }
}

/** Events a second through selects in a row, beside operators of RxJS in a row. */
async function chain(length: number): Promise<object> {
  const catalogue = await loadCatalogue()
  const streams = Array.from({ length: length - 1 }, (_, at) => `create stream s${at};`)
  const stops = ['in', ...streams.map((_, at) => `s${at}`), 'out']
  const selects = stops.slice(1).map((to, at) => `select event from ${stops[at]} into ${to};`)
  const pipeline = pipelineOf(graphOf('chain', [...streams, ...selects].join('\n'), catalogue), catalogue)
  let left = 0
  const take = (): void => void (left += 1)
  for (const [, outlet] of pipeline.outlets) outlet.lead([{ sources: [], accept: take }])
  const inlet = pipeline.inlets.get('in')!
  const subject = new Subject<Event>()
  let observable = subject.asObservable()
  for (let at = 0; at < length; at++) observable = observable.pipe(map((event) => event))
  observable.subscribe(take)
  const event = new Event(new EventId(0, 0, 0), Payload.of(1), {}, 0n, null, null)
  const times = { ours: [] as number[], bare: [] as number[] }
  for (let round = 0; round < ROUNDS; round++) {
    times.ours.push(nanoseconds(() => inlet.accept(event)))
    times.bare.push(nanoseconds(() => subject.next(event)))
  }
  const ratio = median(times.bare.map((time, at) => time / times.ours[at]!))
  return { ours: Math.min(...times.ours), bare: Math.min(...times.bare), ratio }
}

function nanoseconds(run: () => void): number {
  const start = process.hrtime.bigint()
  for (let call = 0; call < CALLS; call++) run()
  return Number(process.hrtime.bigint() - start) / CALLS
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1]!
}

/** In a process of its own: what was learned of one must not slow another down. */
function apart(...args: readonly string[]): Record<string, number> {
  return JSON.parse(execFileSync(process.execPath, [import.meta.filename, ...args], { encoding: 'utf8' }))
}

async function main(args: readonly string[]): Promise<void> {
  if (args[0] === '--one') {
    const folder = mkdtempSync(join(tmpdir(), 'temblor-bench-events-'))
    try {
      console.log(JSON.stringify(await throughFiles(args[1]!, folder)))
    } finally {
      rmSync(folder, { recursive: true })
    }
    return
  }
  if (args[0] === '--chain') return console.log(JSON.stringify(await chain(Number(args[1]))))
  console.log('workload                  MB/s   parse+stringify   ratio')
  for (const name of args.length > 0 ? args : names) {
    const { ours, plain, ratio } = apart('--one', name)
    const cells = [
      ours!.toFixed(0).padStart(6),
      plain!.toFixed(0).padStart(18),
      ratio!.toFixed(2).padStart(8),
    ]
    console.log(`${name.padEnd(24)}${cells.join('')}`)
  }
  if (args.length > 0) return
  console.log('\nselects in a row       ns/event   RxJS   share of its rate')
  for (const length of [1, 3, 10]) {
    const { ours, bare, ratio } = apart('--chain', String(length))
    const cells = [ours!.toFixed(0).padStart(8), bare!.toFixed(0).padStart(7), ratio!.toFixed(2).padStart(20)]
    console.log(`${String(length).padEnd(23)}${cells.join('')}`)
  }
}

await main(process.argv.slice(2))
