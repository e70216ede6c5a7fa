/** One kept connection, and one request on it at a time. Anything but an answer 200 ends the client. */
import { connect, type Socket } from 'node:net'

const endOfHead = Buffer.from('\r\n\r\n')
const good = 'HTTP/1.1 200'

export class Connection {
  readonly #socket: Socket
  #held: Buffer = Buffer.alloc(0)
  #answered: (() => void) | null = null

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
    socket.on('error', (error) => fail(error.message))
    socket.on('end', () => fail('The connection was closed'))
  }

  static open(port: number): Promise<Connection> {
    return new Promise((resolve) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      const made = new Connection(socket)
      socket.once('connect', () => resolve(made))
    })
  }

  ask(request: Buffer, answered: () => void): void {
    this.#answered = answered
    this.#socket.write(request)
  }

  close(): void {
    this.#socket.removeAllListeners('end').destroy()
  }

  #take(chunk: Buffer): void {
    this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    const head = this.#held.indexOf(endOfHead)
    if (head === -1) return
    const text = this.#held.toString('latin1', 0, head)
    if (!text.startsWith(good)) fail(`Answered ${text.slice(0, 100)}`)
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(text)?.[1] ?? fail('No length'))
    if (this.#held.length < head + endOfHead.length + length) return
    this.#held = Buffer.alloc(0)
    const answered = this.#answered
    if (answered === null) return fail('An answer that nobody asked for')
    this.#answered = null
    answered()
  }
}

function fail(why: string): never {
  process.stderr.write(`${why}\n`)
  process.exit(1)
}

/** The task this program was started for. */
export function task<Task>(): Task {
  return JSON.parse(process.argv[2]!) as Task
}

export function tell(result: object): never {
  process.stdout.write(JSON.stringify(result))
  process.exit(0)
}
