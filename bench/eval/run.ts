/**
 * `temblor eval` over a file of JSON lines beside `jq` and beside JavaScript written by hand: `node bench/eval/run.ts [MEGABYTES]`,
 * 100 by default. All three must write the same; they run in turns, the best of three counts.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { lines } from './lines.ts'

const ROUNDS = 3
const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))

const folder = mkdtempSync(join(tmpdir(), 'temblor-bench-eval-'))
const input = join(folder, 'input.jsonl')
generate(input, Number(process.argv[2] ?? 100) * 2 ** 20)

const runs: readonly (readonly [name: string, command: string, args: readonly string[]])[] = [
  [
    'temblor eval',
    process.execPath,
    [here('../../bin/temblor.js'), 'eval', '-f', here('filter.tremor'), '-i', input],
  ],
  ['jq', 'jq', ['-c', '-f', here('filter.jq'), input]],
  ['by hand', process.execPath, [here('by-hand.js'), input]],
]

try {
  const version = execFileSync('jq', ['--version'], { encoding: 'utf8' }).trim()
  console.log(`${version}, node ${process.version}\n\n                 seconds   CPU seconds   output`)
  const best = new Map<string, { wall: number; cpu: number; hash: string }>()
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, command, args] of runs) {
      const it = measured(command, args)
      if (it.wall < (best.get(name)?.wall ?? Infinity)) best.set(name, it)
    }
  }
  for (const [name, { wall, cpu, hash }] of best) {
    console.log(`${name.padEnd(16)}${wall.toFixed(2).padStart(8)}${cpu.toFixed(2).padStart(14)}   ${hash}`)
  }
} finally {
  rmSync(folder, { recursive: true })
}

function measured(command: string, args: readonly string[]): { wall: number; cpu: number; hash: string } {
  const output = openSync(join(folder, 'output'), 'w')
  const start = performance.now()
  const { stderr, status } = spawnSync('bash', ['-c', 'TIMEFORMAT=%U; time "$@"', '-', command, ...args], {
    stdio: ['ignore', output, 'pipe'],
    encoding: 'utf8',
  })
  const wall = (performance.now() - start) / 1000
  closeSync(output)
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`)
  const hash = createHash('sha256')
    .update(readFileSync(join(folder, 'output')))
    .digest('hex')
    .slice(0, 12)
  return { wall, cpu: Number(stderr.trim().split('\n').at(-1)), hash }
}

function generate(file: string, bytes: number): void {
  const descriptor = openSync(file, 'w')
  let piece = ''
  for (const line of lines(bytes)) {
    piece += line
    if (piece.length < 1 << 20) continue
    writeSync(descriptor, piece)
    piece = ''
  }
  writeSync(descriptor, piece)
  closeSync(descriptor)
}
