/** Temblor as a process, with a configuration written for the occasion; what it costs is read from /proc. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { filesOf, type Shape, upstream } from '../rest/stand.ts'
import { type Running, root, start } from '../support/process.ts'

export interface Proxy {
  readonly port: number
  readonly running: Running
  /** Resident memory, MiB. */
  rss(): number
  /** Writes another configuration and has it taken. Resolves to the line that says whether it was. */
  reload(shape: Shape): Promise<string>
  /** SIGTERM unless it ended already; resolves to the exit code. */
  stop(): Promise<number | null>
}

export interface ProxyOptions {
  readonly upstream: number
  /** Put before the command, in a shell: `ulimit -n 100`. */
  readonly limits?: string
  readonly args?: readonly string[]
}

export async function startProxy(shape: Shape, options: ProxyOptions): Promise<Proxy> {
  const folder = mkdtempSync(join(tmpdir(), 'temblor-'))
  const port = await freePort()
  write(folder, shape, port)
  const command = [
    process.execPath,
    join(root, 'bin/temblor.js'),
    'run',
    folder,
    '--connect-to',
    `upstream:80:127.0.0.1:${options.upstream}`,
    '--no-admin',
    '--log-format',
    'json',
    ...(options.args ?? []),
  ]
  const line = `${options.limits ?? 'true'}; exec "$@"`
  const running = start('/bin/sh', ['-c', line, 'sh', ...command])
  await running.says(/"msg":"Listening"/)
  return {
    port,
    running,
    rss: () => rssOf(running.process.pid!),
    async reload(next) {
      write(folder, next, port)
      const since = running.stderr().length
      running.process.kill('SIGHUP')
      return running.says(/"msg":"Configuration (applied|is invalid|could not)/, since)
    },
    async stop() {
      const code = await running.stop()
      rmSync(folder, { recursive: true, force: true })
      return code
    },
  }
}

function write(folder: string, shape: Shape, port: number): void {
  const files = filesOf(shape, port)
  for (const { name } of files.list('')) writeFileSync(join(folder, name), files.read(name))
}

export function rssOf(pid: number): number {
  const line = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))
  return Number(line![1]) / 1024
}

export async function freePort(): Promise<number> {
  const one = await upstream('')
  one.close()
  return one.port
}
