/** Clients that ask again and again on connections kept alive, and count what becomes of it. */
import { connect, type Socket } from 'node:net'
import { cut, field, type Message, statusOf } from '../rest/message.ts'

export interface Load {
  /** Answers by status. */
  readonly statuses: ReadonlyMap<number, number>
  /** Requests that were sent and got no whole answer. */
  readonly failed: number
  /** Connections that ended by a reset. */
  readonly resets: number
  /** Milliseconds of each answered request, by status. */
  readonly times: ReadonlyMap<number, number[]>
  /** Sends no more; resolves when every connection is closed. */
  stop(): Promise<void>
}

export interface LoadOptions {
  readonly connections: number
  readonly request: string
  /** A pause between an answer and the next request, milliseconds. */
  readonly pauseMs?: number
  /** A new connection for each request. */
  readonly fresh?: boolean
  readonly onAnswer?: (message: Message) => void
}

export function load(port: number, options: LoadOptions): Load {
  const statuses = new Map<number, number>()
  const times = new Map<number, number[]>()
  let stopped = false
  const made = { statuses, times, failed: 0, resets: 0, stop }
  const workers = Array.from({ length: options.connections }, worker)
  return made

  async function worker(): Promise<void> {
    let socket: Socket | null = null
    while (!stopped) {
      socket ??= await open(port)
      if (socket === null) {
        made.failed++
        await pause(20)
        continue
      }
      const sentAt = performance.now()
      const message: Message | 'closed' | 'reset' = await exchange(socket, options.request)
      if (typeof message === 'string') {
        made.failed++
        if (message === 'reset') made.resets++
        socket.destroy()
        socket = null
        continue
      }
      const status = statusOf(message)
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      const known = times.get(status)
      if (known === undefined) times.set(status, [performance.now() - sentAt])
      else known.push(performance.now() - sentAt)
      options.onAnswer?.(message)
      if (options.fresh || /close/i.test(field(message.fields, 'connection') ?? '')) {
        socket.destroy()
        socket = null
      }
      if (options.pauseMs !== undefined) await pause(options.pauseMs)
    }
    socket?.destroy()
  }

  async function stop(): Promise<void> {
    stopped = true
    await Promise.all(workers)
  }
}

function open(port: number): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    socket.once('connect', () => resolve(socket))
    socket.once('error', () => resolve(null))
  })
}

function exchange(socket: Socket, request: string): Promise<Message | 'closed' | 'reset'> {
  return new Promise((resolve) => {
    let received = ''
    const done = (result: Message | 'closed' | 'reset') => {
      socket.off('data', onData).off('error', onError).off('close', onClose)
      socket.on('error', () => {})
      resolve(result)
    }
    const onData = (chunk: Buffer) => {
      received += chunk.toString('latin1')
      const found = cut(received)
      if (found !== undefined) done(found.message)
    }
    const onError = (error: NodeJS.ErrnoException) => done(error.code === 'ECONNRESET' ? 'reset' : 'closed')
    const onClose = () => done('closed')
    socket.removeAllListeners('error')
    socket.on('data', onData).on('error', onError).on('close', onClose)
    if (socket.destroyed) done('closed')
    else socket.write(request, 'latin1')
  })
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

/** For the line that a test prints: `200: 1234, 503: 5`. */
export function counts(of: Load): string {
  return [...of.statuses].map(([status, count]) => `${status}: ${count}`).join(', ')
}
