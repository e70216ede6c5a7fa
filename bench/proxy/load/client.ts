/** A client of our own as a process beside the upstreams: what wrk cannot do. It is told what to do as JSON and answers in JSON. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { cpuOfRest } from '../processes.ts'

export interface Client<Told> {
  /** Rejects if it failed, with what it complained of. */
  readonly told: Promise<Told>
  /** Resolves when the client says that it stands still, or has ended. */
  readonly still: Promise<void>
  /** Lets it go on. */
  go(): void
}

/** Runs a program of `clients/`. */
export function client<Told>(program: string, task: object): Client<Told> {
  const script = join(import.meta.dirname, `../clients/${program}.ts`)
  const child = spawn('taskset', ['-c', String(cpuOfRest), process.execPath, script, JSON.stringify(task)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const [still, stands] = [Promise.withResolvers<void>(), 'still\n']
  let said = ''
  let complained = ''
  child.stdout.on('data', (chunk) => {
    said += chunk
    if (said.startsWith(stands)) still.resolve()
  })
  child.stderr.on('data', (chunk) => (complained += chunk))
  const told = (async () => {
    const [code] = (await once(child, 'close')) as [number]
    still.resolve()
    if (code !== 0) throw new Error(`The client "${program}" failed: ${complained}`)
    return JSON.parse(said.startsWith(stands) ? said.slice(stands.length) : said) as Told
  })()
  return { told, still: still.promise, go: () => child.stdin.end() }
}
