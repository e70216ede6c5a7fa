/** An upstream that does what the path of a request says, and writes down what it sees. */
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { fieldValue, type Message, wireReader } from '../wire-parser.ts'
import type { Attempt, Behaviour } from './log.ts'

export interface ChaosUpstream {
  readonly port: number
  readonly attempts: readonly Attempt[]
  close(): void
}

export async function chaosUpstream(broken: (what: string) => void): Promise<ChaosUpstream> {
  const attempts: Attempt[] = []
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('close', () => open.delete(socket))
    const reader = wireReader()
    let current: Attempt | null = null
    socket.on('data', (bytes: Buffer) => {
      try {
        reader.push(bytes)
        if (reader.head !== null && current === null) attempts.push((current = begun(reader.head)))
        const message = reader.take()
        if (message === null) return
        if (reader.head !== null) broken('a second request came before the first was answered')
        const attempt = current!
        current = null
        respond(socket, message, attempt)
      } catch (error) {
        broken(`an upstream was sent what is no request: ${(error as Error).message}`)
        socket.destroy()
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    attempts,
    close() {
      server.close()
      for (const socket of open) socket.destroy()
    },
  }
}

function begun({ start, headers }: Omit<Message, 'body'>): Attempt {
  const marker = fieldValue(headers, 'x-marker') ?? '?'
  return { marker, method: start.split(' ')[0]!, at: performance.now(), said: null }
}

function respond(socket: Socket, { headers, body }: Message, attempt: Attempt): void {
  const behaviour = (fieldValue(headers, 'x-behaviour') ?? 'ok') as Behaviour
  const long = Number(fieldValue(headers, 'x-long') ?? 0)
  const text = JSON.stringify({ marker: attempt.marker, took: body.length, pad: 'u'.repeat(long) })
  const head = (status: string, framing: string) =>
    `HTTP/1.1 ${status}\r\ncontent-type: text/plain\r\nx-marker: ${attempt.marker}\r\n${framing}\r\n\r\n`
  const sized = `content-length: ${text.length}`
  switch (behaviour) {
    case 'never':
      return
    case 'reset':
      socket.resetAndDestroy()
      return
    case 'bad':
      socket.end('HTTP/1.1 2x0 Bad\r\n\r\n')
      return
    case 'part':
      socket.write(head('200 OK', sized) + text.slice(0, text.length >> 1))
      setTimeout(() => socket.destroy(), 5)
      return
    case 'chunked': {
      attempt.said = text
      const half = text.length >> 1
      const chunk = (part: string) => `${part.length.toString(16)}\r\n${part}\r\n`
      socket.write(head('200 OK', 'transfer-encoding: chunked') + chunk(text.slice(0, half)))
      setTimeout(() => socket.write(`${chunk(text.slice(half))}0\r\n\r\n`), 3)
      return
    }
    case 'slow':
      attempt.said = text
      setTimeout(() => socket.write(head('200 OK', sized) + text), 20 + long / 100)
      return
    case 'error':
    case 'ok':
      attempt.said = text
      socket.write(head(behaviour === 'ok' ? '200 OK' : '500 Sorry', sized) + text)
  }
}
