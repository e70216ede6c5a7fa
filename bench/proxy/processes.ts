/** Processes on a processor of their own: started, waited for, ended. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** The proxy's processor, and the one that load and upstreams share. */
export const cpuOfProxy = 0
export const cpuOfRest = 1

export interface Command {
  readonly line: readonly string[]
  readonly env?: NodeJS.ProcessEnv
  readonly cwd?: string
}

export interface Running {
  readonly pid: number
  stop(): Promise<void>
}

const started = new Set<ChildProcess>()
process.on('exit', () => {
  // Not SIGKILL: the workers of nginx would be left.
  for (const child of started) child.kill('SIGTERM')
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130))

/** Starts a command on a processor; resolves when something listens on `port`. Throws with what it said if it ends before. */
export async function start({ line, env, cwd }: Command, port: number, cpu: number): Promise<Running> {
  const child = spawn('taskset', ['-c', String(cpu), ...line], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
    cwd,
  })
  started.add(child)
  let said = ''
  const hear = (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-4000)
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  for (let tries = 0; !(await listens(port)); tries++) {
    if (child.exitCode !== null || tries === 400)
      throw new Error(`"${line.join(' ')}" does not listen on ${port}, it said:\n${said}`)
    await pause(50)
  }
  return {
    pid: child.pid!,
    async stop() {
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGINT')
        await once(child, 'exit')
      }
      clearTimeout(timer)
      started.delete(child)
    },
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** The first line a program says of itself; undefined if there is no such program. */
export function version(program: string, ...args: readonly string[]): string | undefined {
  const { error, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' })
  return error === undefined ? `${stdout}${stderr}`.trim().split('\n')[0] : undefined
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}
