/** Real httpbins: Debian's python3-httpbin under gunicorn. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { type Running, start } from './process.ts'

export interface Httpbin {
  readonly port: number
  kill(): Promise<void>
}

export async function httpbin(port: number): Promise<Httpbin> {
  const server: Running = start('gunicorn', [
    '--bind',
    `127.0.0.1:${port}`,
    '--worker-class',
    'gthread',
    '--threads',
    '16',
    '--keep-alive',
    '30',
    '--log-level',
    'warning',
    'httpbin:app',
  ])
  await reachable(port)
  return {
    port,
    async kill() {
      const gone = once(server.process, 'exit')
      server.process.kill('SIGKILL')
      await gone
      // The workers notice that their master is gone by themselves; they must not answer on.
      start('pkill', ['-9', '-f', `bind 127.0.0.1:${port}`])
      while (await listens(port)) await pause(20)
    },
  }
}

async function reachable(port: number): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (await listens(port)) return
    await pause(20)
  }
  throw new Error(`nothing listens on port ${port}`)
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
