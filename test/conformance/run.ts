/** `npm run conformance -- PATH`: the public suite of tremor-runtime v0.11.12 from a checkout of it, as it stands. */
import process from 'node:process'
import { runRuntimeError, runScript } from './scripts.ts'
import { type Case, casesOf } from './suite.ts'

interface Family {
  readonly name: string
  readonly runner: string
  run(it: Case): Promise<string | undefined>
}

const families: readonly Family[] = [
  { name: 'scripts', runner: 'script', run: runScript },
  { name: 'script_runtime_errors', runner: 'script_runtime_error', run: runRuntimeError },
]

async function main(root: string, only: readonly string[]): Promise<boolean> {
  let failed = 0
  const totals: string[] = []
  for (const { name, runner, run } of families) {
    const cases = casesOf(root, name, runner).filter((it) => only.length === 0 || only.includes(it.name))
    const failures: string[] = []
    for (const it of cases) {
      const failure = await attempt(run, it)
      if (failure !== undefined) failures.push(`${it.name}\n${indented(failure)}`)
    }
    failed += failures.length
    for (const failure of failures) process.stdout.write(`${name}/${failure}\n`)
    totals.push(`${name.padEnd(24)}${String(cases.length - failures.length).padStart(4)} of ${cases.length}`)
  }
  process.stdout.write(`\n${totals.join('\n')}\n`)
  return failed === 0
}

async function attempt(run: Family['run'], it: Case): Promise<string | undefined> {
  try {
    return await run(it)
  } catch (error) {
    return String((error as Error).stack)
  }
}

function indented(text: string): string {
  return text.replace(/^/gm, '    ')
}

const [root, ...only] = process.argv.slice(2)
if (root === undefined) throw new Error('Give the path of a checkout of tremor-runtime v0.11.12')
process.exitCode = (await main(root, only)) ? 0 : 1
