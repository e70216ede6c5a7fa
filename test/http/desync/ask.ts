/** Sends one vector to a front and waits until nothing more comes of it. */
import { connect } from 'node:net'
import type { Recorder, Seen } from './recorder.ts'

export interface Outcome {
  readonly statuses: readonly number[]
  /** Marks of the upstream in the client's answers, in order. */
  readonly marks: readonly string[]
  readonly seen: Seen
  readonly closed: boolean
  readonly received: string
}

export interface AskOptions {
  /** So many answers are enough if nothing else is to come. */
  readonly answers?: number
  /** A front that says nothing at all is given so long. */
  readonly silentMs: number
  /** Behind an answer that does not close the connection, so long. */
  readonly quietMs: number
}

export function ask(port: number, recorder: Recorder, bytes: string, options: AskOptions): Promise<Outcome> {
  return new Promise((resolve) => {
    let received = ''
    let closed = false
    let timer: NodeJS.Timeout | undefined
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => socket.write(bytes, 'latin1'))

    function finish(): void {
      clearTimeout(timer)
      socket.removeAllListeners().on('error', () => {})
      socket.destroy()
      const seen = recorder.take()
      const statuses = statusesOf(received)
      resolve({ statuses, marks: marksOf(received), seen, closed, received })
    }

    function look(): void {
      clearTimeout(timer)
      const answers = statusesOf(received).length
      const { marks, partial } = recorder.peek()
      const enough = answers >= (options.answers ?? Infinity) && marks.length <= marksOf(received).length
      if (closed || (enough && partial === 0)) {
        // A front that passes more on than it was asked for does so at once.
        setImmediate(() => setImmediate(finish))
        return
      }
      const before = recorder.received
      timer = setTimeout(
        () => (recorder.received === before ? finish() : look()),
        answers === 0 ? options.silentMs : options.quietMs,
      )
    }

    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1')
      look()
    })
    socket.on('error', () => {})
    const end = () => {
      closed = true
      look()
    }
    socket.on('end', end)
    socket.on('close', end)
    look()
  })
}

function statusesOf(text: string): number[] {
  return [...text.matchAll(/HTTP\/1\.[01] (\d{3})[ \r]/g)]
    .map((match) => Number(match[1]))
    .filter((s) => s >= 200)
}

function marksOf(text: string): string[] {
  return [...text.matchAll(/\r\nx-mark: (\w+)\r\n/gi)].map((match) => match[1]!)
}
