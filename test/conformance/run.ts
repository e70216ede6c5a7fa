/** `npm run conformance -- PATH [CASE…]`: the public suite of tremor-runtime v0.11.12 from a checkout of it, as it stands. */
import process from 'node:process'
import { runErrorFamilies } from './errors.ts'
import { runQuery } from './queries.ts'
import { runRuntimeError, runScript } from './scripts.ts'
import { type Case, casesOf } from './suite.ts'
import { unitCases } from './unit.ts'

interface Result {
  readonly family: string
  readonly name: string
  /** What went wrong; absent if nothing did. */
  readonly failure?: string
}

type Run = (it: Case) => Promise<string | undefined>

const families: readonly (readonly [name: string, runner: string, run: Run])[] = [
  ['scripts', 'script', runScript],
  ['script_runtime_errors', 'script_runtime_error', runRuntimeError],
  ['queries', 'query', runQuery],
]

async function resultsOf(root: string): Promise<Result[]> {
  const results: Result[] = []
  for (const [family, runner, run] of families) {
    for (const it of casesOf(root, family, runner))
      results.push(await attempt(family, it.name, () => run(it)))
  }
  for (const { name, run } of await unitCases(root)) results.push(await attempt('stdlib unit', name, run))
  for (const { family, name, passed, expected, got } of await runErrorFamilies(root)) {
    results.push({ family, name, ...(passed ? {} : { failure: `expected\n${expected}\ngot\n${got}` }) })
  }
  return results
}

async function attempt(
  family: string,
  name: string,
  run: () => string | undefined | Promise<string | undefined>,
): Promise<Result> {
  try {
    const failure = await run()
    return { family, name, ...(failure === undefined ? {} : { failure }) }
  } catch (error) {
    return { family, name, failure: String((error as Error).stack) }
  }
}

/** Failures first, then the table, then the sum. */
function print(results: readonly Result[]): void {
  const failed = results.filter(({ failure }) => failure !== undefined)
  for (const { family, name, failure } of failed)
    console.log(`${family}/${name}\n${failure!.replace(/^/gm, '    ')}\n`)
  console.log('family                    passed  failed')
  for (const family of new Set(results.map((result) => result.family))) {
    const all = results.filter((result) => result.family === family).length
    const bad = failed.filter((result) => result.family === family).length
    console.log(`${family.padEnd(26)}${String(all - bad).padStart(6)}${String(bad).padStart(8)}`)
  }
  console.log(`\n${results.length - failed.length} passed, ${failed.length} failed`)
}

const [root, ...only] = process.argv.slice(2)
if (root === undefined) throw new Error('Give the path of a checkout of tremor-runtime v0.11.12')
const results = (await resultsOf(root)).filter(({ name }) => only.length === 0 || only.includes(name))
print(results)
process.exitCode = results.some(({ failure }) => failure !== undefined) ? 1 : 0
