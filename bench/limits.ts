/**
 * How long scripts take that would never end: `node bench/limits.ts`. The work of one event is bounded; the bounds are set so
 * that none of these takes 50 ms of a calm machine. Least of several runs, in milliseconds.
 */
import process from 'node:process'
import { compileScript } from '#dsl/compile.ts'
import { ScriptError } from '#dsl/program.ts'
import { loadCatalogue } from '#engine/catalogue.ts'
import { evalFrame } from '#engine/eval.ts'
import { worldOf } from '#engine/world.ts'
import { endless } from '../test/dsl/emit/endless.ts'

const RUNS = 7
const world = worldOf(await loadCatalogue())

console.log('  ms   first   script')
for (const [title, text] of endless) {
  const { result, findings } = compileScript({ name: 's.tremor', text }, world)
  if (result === undefined) throw new Error(findings.map(({ message }) => message).join('\n'))
  const times: number[] = []
  for (let run = 0; run < RUNS; run++) {
    const before = process.cpuUsage()
    try {
      result.run(evalFrame())
    } catch (error) {
      if (!(error instanceof ScriptError)) throw error
    }
    const { user, system } = process.cpuUsage(before)
    times.push((user + system) / 1000)
  }
  console.log(
    `${Math.min(...times)
      .toFixed(0)
      .padStart(4)}${times[0]!.toFixed(0).padStart(8)}   ${title}`,
  )
}
