/**
 * `node test/dsl/mutation/run.ts PATH [--count 200] [--seed 1] [--from 1] [--at FILE:LINE]`: seeded mistakes in a copy of dsl/,
 * and who notices them: the public suite of tremor-runtime v0.11.12 under PATH ("theirs"), or our own tests ("ours"). What dies
 * by theirs alone is a case that ours lack. Several processes may share the work by `--from` and `--count`.
 */
import { spawn } from 'node:child_process'
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { applied, type Mutant, mutantsOf } from './mutants.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const LIMIT_MS = 120_000

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '1' },
    at: { type: 'string', multiple: true },
  },
})
const suite = positionals[0]
if (suite === undefined) throw new Error('Give the path of a checkout of tremor-runtime v0.11.12')

/** Quick ones first. The random ones are let run short. */
const ourTests = [
  'test/dsl/emit/cases.test.ts',
  'test/dsl/queries.test.ts',
  'test/dsl/front/errors.test.ts',
  'test/dsl/{emit,front,library,.}/*.test.ts',
  'test/engine/select.test.ts',
  'test/tools/{format,fmt,service,repl}.test.ts',
  'test/dsl/emit/against-reference.test.ts',
]
const random = ['against-reference', 'mutants']

const copy = mkdtempSync(join(tmpdir(), 'temblor-mutants-'))
for (const folder of ['bin', 'dsl', 'engine', 'test', 'pipelines', 'bindings', 'package.json']) {
  cpSync(join(root, folder), join(copy, folder), { recursive: true })
}
symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
try {
  await main(suite)
} finally {
  rmSync(copy, { recursive: true, force: true })
}

async function main(path: string): Promise<void> {
  const theirs = () => fails(['test/conformance/run.ts', path])
  const ours = () =>
    fails(['--test', '--test-isolation=none', '--test-reporter=tap', ...testFiles()], /^ *not ok /m)
  for (const [name, killed] of [
    ['theirs', await theirs()],
    ['ours', await ours()],
  ] as const) {
    if (killed !== undefined) throw new Error(`Without a mutant, ${name} fails: ${killed}`)
  }
  const table = { both: 0, 'ours alone': 0, 'theirs alone': 0, nobody: 0 }
  const from = Number(values.from)
  for (const [at, mutant] of chosen().entries()) {
    if (at + 1 < from) continue
    const original = readFileSync(join(copy, mutant.file), 'utf8')
    writeFileSync(join(copy, mutant.file), applied(mutant, original))
    const [byTheirs, byOurs] = [await theirs(), await ours()]
    writeFileSync(join(copy, mutant.file), original)
    const who = byOurs ? (byTheirs ? 'both' : 'ours alone') : byTheirs ? 'theirs alone' : 'nobody'
    table[who] += 1
    console.log(`${String(at + 1).padStart(4)} ${who.padEnd(13)}${describe(mutant, original)}`)
    if (who === 'theirs alone') console.log(`     ${byTheirs}`)
  }
  print(table)
}

function print(table: Readonly<Record<string, number>>): void {
  const sum = Object.values(table).reduce((total, count) => total + count, 0)
  console.log(`\nof ${sum} mutants`)
  for (const [who, count] of Object.entries(table))
    console.log(`${who.padEnd(14)}${String(count).padStart(4)}`)
}

/** The mutants of this run: drawn from all of them, each with the same chance. */
function chosen(): Mutant[] {
  const all = globSync('dsl/**/*.ts', { cwd: root })
    .sort()
    .flatMap((file) => mutantsOf(file, readFileSync(join(copy, file), 'utf8')))
  if (values.at !== undefined)
    return all.filter(({ file, line }) => values.at!.some((place) => place === `${file}:${line}`))
  const next = dice(Number(values.seed))
  const shuffled = all.map((mutant) => ({ mutant, order: next() })).sort((a, b) => a.order - b.order)
  return shuffled.slice(0, Number(values.count)).map(({ mutant }) => mutant)
}

/** A linear congruence: the same numbers for the same seed. */
function dice(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

function testFiles(): string[] {
  const files = ourTests.flatMap((pattern) => globSync(pattern, { cwd: copy }).sort())
  const late = (file: string) => random.some((name) => file.includes(name))
  return [...new Set([...files.filter((file) => !late(file)), ...files.filter(late)])]
}

function describe({ file, line, kind, start, end, text }: Mutant, original: string): string {
  const short = (it: string) => JSON.stringify(it.trim().slice(0, 60))
  return `${file}:${line}  ${kind}: ${short(original.slice(start, end))} -> ${short(text)}`
}

/** Runs a program in the copy until it ends or gives the sign that something failed; what it said, or undefined if all is well. */
function fails(args: readonly string[], sign?: RegExp): Promise<string | undefined> {
  return new Promise((resolve) => {
    const env = { ...process.env, RUNS: '80', MUTANTS: '60' }
    const child = spawn(process.execPath, args, {
      cwd: copy,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let out = ''
    let reason: string | undefined
    const stop = (why: string) => {
      reason ??= why
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
    }
    const timer = setTimeout(() => stop('it does not end'), LIMIT_MS)
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk
      const found = sign?.exec(out)
      if (found) stop(firstLine(out, found.index))
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve(reason ?? (code === 0 ? undefined : `exit ${code} ${firstLine(out, 0)}`))
    })
  })
}

function firstLine(text: string, from: number): string {
  return text.slice(from).trimStart().split('\n', 1)[0]!.slice(0, 160)
}
