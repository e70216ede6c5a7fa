/**
 * Plants each bug in a copy of the sources and lets the simulation look for it: `node test/sim/planted.ts [WORLDS [NAME]]` prints which seed finds which
 * bug, and how many requests that took. Exit code 1 if one is not found, or the clean copy breaks a promise.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type PlantedBug, plantedBugs } from './planted-bugs.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const parts = ['package.json', 'dsl', 'engine', 'test/support', 'test/sim']

export interface Hunt {
  readonly found: boolean
  /** `seed 12: I2: request 3 got no answer`, or how else it showed. */
  readonly how: string
  readonly requests: number
  readonly ms: number
}

/** A copy of the sources to do harm to. */
export interface Sandbox {
  /** Runs so many worlds over the copy, with the bug in it if there is one. */
  hunt(bug: PlantedBug | null, worlds: number): Hunt
  remove(): void
}

export function openSandbox(): Sandbox {
  const folder = mkdtempSync(join(tmpdir(), 'temblor-planted-'))
  for (const part of parts) cpSync(join(root, part), join(folder, part), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return {
    hunt(bug, worlds) {
      if (bug === null) return simulate(folder, worlds, false)
      const path = join(folder, bug.file)
      const clean = readFileSync(path, 'utf8')
      const text = planted(clean, bug)
      if (text === null)
        return { found: false, how: `cannot be planted: ${bug.file} has moved on`, requests: 0, ms: 0 }
      writeFileSync(path, text)
      const hunt = simulate(folder, worlds, bug.sockets === true)
      writeFileSync(path, clean)
      return hunt
    },
    remove: () => rmSync(folder, { recursive: true }),
  }
}

/** The source with the bug in it; null if the source has moved on and has not exactly one such place. */
export function planted(source: string, { edits }: PlantedBug): string | null {
  let text = source
  for (const [find, put] of edits) {
    if (text.split(find).length !== 2) return null
    text = text.replace(find, () => put)
  }
  return text
}

function simulate(folder: string, worlds: number, sockets: boolean): Hunt {
  const began = performance.now()
  const { found, how, requests } = simulated(folder, worlds, sockets)
  return { found, how, requests, ms: performance.now() - began }
}

function simulated(folder: string, worlds: number, sockets: boolean): Omit<Hunt, 'ms'> {
  const args = ['test/sim/run.ts', '--seeds', String(worlds), '--failures', '1']
  if (sockets) args.push('--sockets', 'own')
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 600_000,
  })
  const requests = Number(/ (\d+) requests/.exec(stdout)?.[1] ?? 0)
  const seed = /^(?:seed|case) .*/m.exec(stdout)?.[0]
  if (seed !== undefined) return { found: true, how: seed, requests }
  if (status === null) return { found: true, how: 'it never ends', requests }
  if (requests === 0) return { found: true, how: stderr.trim().split('\n').slice(-3).join(' '), requests }
  return { found: false, how: `not in ${worlds} worlds`, requests }
}

/** Prints the table. True if all were found, and nothing without them. */
export function huntAll(worlds: number, named = ''): boolean {
  const sandbox = openSandbox()
  try {
    const clean = sandbox.hunt(null, worlds)
    console.log(`clean: ${clean.found ? clean.how : `no promise broken in ${clean.requests} requests`}`)
    const hunts = plantedBugs
      .filter(({ name }) => name.includes(named))
      .map((bug) => {
        const hunt = sandbox.hunt(bug, worlds)
        const mark = hunt.found ? 'found' : 'MISSED'
        console.log(
          `${mark.padEnd(7)}${bug.name.padEnd(62)}${String(hunt.requests).padStart(6)} ${(hunt.ms / 1000).toFixed(1).padStart(5)} s  ${hunt.how.slice(0, 110)}`,
        )
        return hunt
      })
    const found = hunts.filter((hunt) => hunt.found).length
    console.log(`${found} of ${hunts.length} found`)
    return !clean.found && found === hunts.length
  } finally {
    sandbox.remove()
  }
}

if (import.meta.main) process.exitCode = huntAll(Number(process.argv[2] ?? 6000), process.argv[3]) ? 0 : 1
