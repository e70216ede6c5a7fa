/** Clients that ask for what their requests name, on connections kept alive, some in a pipeline, some that leave, some that read slowly. */
import { connect, type Socket } from 'node:net'
import type { Chance } from '../chance.ts'
import { fieldValue, type WireReader, wireReader } from '../wire-parser.ts'
import type { Asked, Behaviour } from './log.ts'

export interface ClientOptions {
  /** Where to connect, of several. */
  readonly ports: readonly number[]
  readonly chance: Chance
  readonly broken: (what: string) => void
  /** Whether the connection from this port was broken on purpose. */
  readonly isHarmed: (port: number) => boolean
  readonly goesOn: () => boolean
  /** A client that waits longer gives up. */
  readonly patienceMs: number
}

interface Line {
  readonly socket: Socket
  readonly number: number
  readonly port: number
  readonly reader: WireReader
  readonly waiting: Asked[]
  /** Told when a request has ended, or the connection. */
  moved: () => void
  over: boolean
}

let lines = 0
let markers = 0

export async function client(asked: Asked[], options: ClientOptions): Promise<void> {
  const { chance, goesOn } = options
  let line: Line | null = null
  while (goesOn()) {
    if (line === null || line.over) line = await dialled(options)
    if (line === null) {
      await pause(20)
      continue
    }
    const batch = Array.from({ length: chance.often(0.25) ? 1 + chance.below(4) : 1 }, () =>
      one(line!, chance),
    )
    for (const { request } of batch) {
      asked.push(request)
      line.waiting.push(request)
    }
    const text = batch.map((each) => each.text).join('')
    if (!line.over) line.socket.write(text, 'latin1')
    const leaves = chance.often(0.04) ? 1 + chance.below(60) : null
    const timer = leaves === null ? null : setTimeout(leave, leaves, line)
    await ended(line, options)
    if (timer !== null) clearTimeout(timer)
    if (chance.often(0.05) && !line.over) {
      line.socket.end()
      line = null
    }
    if (chance.often(0.2)) await pause(chance.below(30))
  }
  line?.socket.destroy()
}

function one(line: Line, chance: Chance): { request: Asked; text: string } {
  const behaviour: Behaviour = chance.weigh([
    [50, 'ok'],
    [15, 'chunked'],
    [12, 'slow'],
    [6, 'error'],
    [1, 'never'],
    [4, 'reset'],
    [4, 'part'],
    [4, 'bad'],
  ])
  const marker = `m${++markers}`
  const length = chance.weigh([
    [40, 0],
    [30, chance.below(200)],
    [10, chance.below(60_000)],
  ])
  const method = length === 0 ? chance.pick(['GET', 'GET', 'POST']) : chance.pick(['POST', 'PUT'])
  const body = 'c'.repeat(length)
  const long = chance.often(0.1) ? chance.below(40_000) : chance.below(100)
  const chunked = length > 0 && chance.often(0.4)
  const half = length >> 1
  const chunk = (part: string) => (part === '' ? '' : `${part.length.toString(16)}\r\n${part}\r\n`)
  const framing = chunked ? 'transfer-encoding: chunked' : `content-length: ${length}`
  const content = chunked ? `${chunk(body.slice(0, half))}${chunk(body.slice(half))}0\r\n\r\n` : body
  const head = `${method} /${behaviour} HTTP/1.1\r\nhost: chaos\r\nx-marker: ${marker}\r\nx-behaviour: ${behaviour}\r\nx-long: ${long}\r\ncontent-type: text/plain\r\n${method === 'GET' ? '' : `${framing}\r\n`}\r\n`
  const request: Asked = {
    marker,
    method,
    behaviour,
    connection: line.number,
    sentAt: performance.now(),
    answer: null,
    end: null,
    endedAt: 0,
    excused: false,
  }
  return { request, text: head + content }
}

function dialled({ ports, chance, broken, isHarmed }: ClientOptions): Promise<Line | null> {
  const slow = chance.often(0.03)
  return new Promise((resolve) => {
    const socket = connect({ port: chance.pick(ports), host: '127.0.0.1', noDelay: true })
    socket.once('error', () => resolve(null))
    socket.once('connect', () => {
      const port = socket.localPort!
      const line: Line = {
        socket,
        number: ++lines,
        port,
        reader: wireReader(),
        waiting: [],
        moved: () => {},
        over: false,
      }
      const gone = () => {
        line.over = true
        for (const [i, request] of line.waiting.splice(0).entries())
          end(request, i === 0 ? 'cut' : 'never taken', isHarmed(port))
        line.moved()
      }
      socket.on('error', () => {})
      socket.on('close', gone)
      socket.on('end', gone)
      socket.on('data', (bytes: Buffer) => {
        try {
          line.reader.push(bytes)
          while (hear(line, gone));
        } catch (error) {
          if (!isHarmed(port)) broken(`a client was sent what is no answer: ${(error as Error).message}`)
          socket.destroy()
        }
        if (slow) {
          socket.pause()
          setTimeout(() => socket.resume(), 40)
        }
      })
      resolve(line)
    })
  })
}

/** True: an answer was whole, and there may be another. */
function hear(line: Line, gone: () => void): boolean {
  const { reader, waiting } = line
  const [first] = waiting
  const { head } = reader
  if (head === null) return false
  if (first === undefined) throw new Error(`nobody asked: ${head.start}`)
  first.answer ??= {
    status: Number(head.start.split(' ')[1]),
    marker: fieldValue(head.headers, 'x-marker') ?? null,
    reason: fieldValue(head.headers, 'temblor-reason') ?? null,
    generations: fieldValue(head.headers, 'x-generations') ?? null,
    body: '',
  }
  first.answer.body = reader.soFar
  const message = reader.take()
  if (message === null) return false
  first.answer.body = message.body
  waiting.shift()
  end(first, 'whole', false)
  if (fieldValue(message.headers, 'connection')?.toLowerCase() === 'close') {
    // What comes behind it was not begun with.
    for (const request of waiting.splice(0)) end(request, 'never taken', false)
    gone()
  }
  const [next] = waiting
  if (next !== undefined) Object.assign(next, { sentAt: performance.now() })
  line.moved()
  return true
}

function end(request: Asked, how: NonNullable<Asked['end']>, excused: boolean): void {
  if (request.end !== null) return
  request.end = how
  request.endedAt = performance.now()
  request.excused = excused
}

function leave(line: Line): void {
  for (const [i, request] of line.waiting.splice(0).entries())
    end(request, i === 0 ? 'left' : 'never taken', true)
  line.socket.resetAndDestroy()
}

/** Until all requests on the line have ended, or the client's patience has. */
function ended(line: Line, { patienceMs, isHarmed }: ClientOptions): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      for (const request of line.waiting.splice(0)) end(request, 'cut', isHarmed(line.port))
      line.socket.destroy()
      done()
    }, patienceMs)
    const done = () => {
      clearTimeout(timer)
      line.moved = () => {}
      resolve()
    }
    line.moved = () => {
      if (line.waiting.length === 0) done()
    }
    line.moved()
  })
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
