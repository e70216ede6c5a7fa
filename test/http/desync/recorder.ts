/** An upstream of raw bytes: answers each whole request with a mark of its own, and keeps what broke the rules. */
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { endOfRequest } from './strict.ts'

export interface Seen {
  /** Marks of the whole requests, in the order they came. */
  readonly marks: readonly string[]
  /** What of the bytes broke the rules. */
  readonly malformed: readonly string[]
  /** Requests that began and were never whole. */
  readonly partial: number
}

export interface Recorder {
  readonly port: number
  /** Octets received so far, for telling whether something is still going on. */
  readonly received: number
  /** What was seen since the last call. Connections in the middle of a request are cut. */
  take(): Seen
  /** Without ending the record. */
  peek(): Seen
  close(): void
}

interface Side {
  readonly socket: Socket
  text: string
  wrong: boolean
}

export async function startRecorder(): Promise<Recorder> {
  const sides = new Set<Side>()
  let marks: string[] = []
  let malformed: string[] = []
  let broken = 0
  let count = 0
  let received = 0

  const server = createServer((socket) => {
    const side: Side = { socket, text: '', wrong: false }
    sides.add(side)
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('close', () => {
      if (sides.delete(side) && side.text !== '' && !side.wrong) broken++
    })
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length
      side.text += chunk.toString('latin1')
      read(side)
    })
  })

  function read(side: Side): void {
    while (side.text !== '' && !side.wrong) {
      const one = endOfRequest(side.text)
      if (one === undefined) return
      if (typeof one === 'string') {
        side.wrong = true
        malformed.push(one)
        // As a lenient server would have it: answered, for a front that waits.
        answer(side.socket, '', true)
        return
      }
      const text = side.text.slice(0, one)
      side.text = side.text.slice(one)
      answer(side.socket, text, false)
    }
  }

  function answer(socket: Socket, text: string, close: boolean): void {
    const mark = `m${++count}`
    marks.push(mark)
    const body = text.startsWith('HEAD ') ? '' : mark
    const echo = /^\S+ (\S+)/.exec(text)?.[1]?.slice(0, 80) ?? '-'
    socket.write(
      `HTTP/1.1 200 OK\r\nX-Mark: ${mark}\r\nX-Echo: ${echo}\r\nContent-Length: ${mark.length}\r\n${close ? 'Connection: close\r\n' : ''}\r\n${body}`,
      'latin1',
    )
    if (close) socket.end()
  }

  function peek(): Seen {
    const open = [...sides].filter((side) => side.text !== '' && !side.wrong).length
    return { marks, malformed, partial: broken + open }
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    get received() {
      return received
    },
    peek,
    take() {
      const seen = peek()
      marks = []
      malformed = []
      broken = 0
      for (const side of sides) {
        if (side.text === '') continue
        sides.delete(side)
        side.socket.destroy()
      }
      return seen
    },
    close() {
      server.close()
      for (const side of sides) side.socket.destroy()
    },
  }
}
