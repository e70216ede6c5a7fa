/**
 * Our parsers beside llhttp (Node's own): what ours accept llhttp accepts too, and both read the same into it. Ours may
 * refuse more. Whatever way the bytes are cut, ours come to the same result.
 */
import assert from 'node:assert/strict'
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import { Duplex } from 'node:stream'
import { it } from 'node:test'
import { Inbound } from '#engine/http/own/inbound.ts'
import { MORE, newRequestHead, readRequestHead } from '#engine/http/own/request-head.ts'
import { newResponseHead, readResponseHead } from '#engine/http/own/response-head.ts'
import { mutate, randomFrom } from './mutate.ts'
import { turnOfTheLoop } from './rig.ts'
import { malformedAnswers, malformedRequests, validRequests } from './vectors.ts'

const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_121)
const ROUNDS = Number(process.env['FUZZ_ROUNDS'] ?? 4000)
const LIMITS = { maxHeadBytes: 16_384, maxHeaders: 100, maxTargetBytes: 8192 }

interface Read {
  readonly line: string
  readonly headers: readonly string[]
  readonly body: string
  readonly trailers: readonly string[]
}

/** One message read, and where it ended. */
interface Ours extends Read {
  readonly to: number
}

/** What was read, or that it was refused, or that more is needed. */
type Outcome<R extends Read = Read> = R | 'refused' | 'more'

function ourBody(
  bytes: Buffer,
  from: number,
  length: number | undefined,
  untilClose: boolean,
): Outcome<Ours> {
  const read = { line: '', headers: [], body: '', trailers: [] as readonly string[], to: bytes.length }
  let ended = false
  const body = new Inbound({ bodyWanted() {}, bodyCancelled() {} }, length, untilClose)
  body.start({
    write: (chunk) => {
      read.body += Buffer.from(chunk).toString('latin1')
      return true
    },
    end: (trailers = []) => {
      read.trailers = trailers
      ended = true
    },
    fail: () => {},
  })
  read.to = body.feed(bytes, from, bytes.length)
  if (untilClose) body.close({ kind: 'reset', message: '' }, true)
  if (body.trouble !== '') return 'refused'
  return ended ? read : 'more'
}

function ourRequest(bytes: Buffer): Outcome<Ours> {
  const head = newRequestHead()
  const to = readRequestHead(bytes, 0, bytes.length, head, LIMITS)
  if (to === MORE) return 'more'
  if (to < 0) return 'refused'
  const { notes } = head
  const body = withBody(bytes, to, notes.chunked ? undefined : Math.max(0, notes.length))
  if (typeof body === 'string') return body
  return { ...body, line: `${head.method} ${head.version}`, headers: head.headers }
}

function withBody(
  bytes: Buffer,
  from: number,
  length: number | undefined,
  untilClose = false,
): Outcome<Ours> {
  if (length === 0) return { line: '', headers: [], body: '', trailers: [], to: from }
  return ourBody(bytes, from, length, untilClose)
}

function ourAnswer(bytes: Buffer): Outcome<Ours> {
  const head = newResponseHead()
  let from = 0
  for (;;) {
    const to = readResponseHead(bytes, from, bytes.length, head, LIMITS)
    if (to === MORE) return 'more'
    if (to < 0 || head.status === 101) return 'refused'
    from = to
    if (head.status >= 200) break
  }
  const { notes, status } = head
  const untilClose = !notes.chunked && notes.length === -1
  const none = status === 204 || status === 304
  const body = withBody(bytes, from, none ? 0 : notes.length === -1 ? undefined : notes.length, untilClose)
  if (typeof body === 'string') return body
  return { ...body, line: String(status), headers: head.headers }
}

/** A stream whose other end is held by a test. */
class Wire extends Duplex {
  override _read(): void {}
  override _write(_chunk: Buffer, _encoding: string, done: () => void): void {
    done()
  }
  override _final(done: () => void): void {
    done()
  }
}

async function collected(
  message: IncomingMessage,
  line: string,
  settled: (outcome: Outcome) => void,
): Promise<void> {
  let body = ''
  message.setEncoding('latin1')
  message.on('data', (text: string) => {
    body += text
  })
  message.on('error', () => settled('refused'))
  message.on('end', () => settled({ line, headers: message.rawHeaders, body, trailers: message.rawTrailers }))
}

async function theirRequest(bytes: Buffer): Promise<Outcome> {
  let outcome: Outcome | null = null
  const settled = (found: Outcome) => {
    outcome ??= found
  }
  const server = createServer({ requireHostHeader: false, maxHeaderSize: 16_384 }, (message) =>
    collected(message, `${message.method} ${message.httpVersion}`, settled),
  )
  server.on('checkContinue', (message: IncomingMessage) =>
    collected(message, `${message.method} ${message.httpVersion}`, settled),
  )
  server.on('clientError', () => settled('refused'))
  server.on('connect', () => settled('refused'))
  const wire = new Wire()
  server.emit('connection', wire)
  wire.push(bytes)
  for (let i = 0; i < 3 && outcome === null; i++) await turnOfTheLoop()
  wire.destroy()
  return outcome ?? 'more'
}

async function theirAnswer(bytes: Buffer): Promise<Outcome> {
  let outcome: Outcome | null = null
  const settled = (found: Outcome) => {
    outcome ??= found
  }
  const wire = new Wire()
  const call = httpRequest({ createConnection: () => wire as never, host: 'a', path: '/' })
  call.on('response', (message) => collected(message, String(message.statusCode), settled))
  call.on('error', () => settled('refused'))
  call.on('upgrade', () => settled('refused'))
  call.end()
  await turnOfTheLoop()
  wire.push(bytes)
  wire.push(null)
  for (let i = 0; i < 4 && outcome === null; i++) await turnOfTheLoop()
  wire.destroy()
  return outcome ?? 'more'
}

interface Fuzz {
  readonly corpus: readonly string[]
  readonly ours: (bytes: Buffer) => Outcome<Ours>
  readonly theirs: (bytes: Buffer) => Promise<Outcome>
}

async function compare({ corpus, ours, theirs }: Fuzz): Promise<void> {
  const random = randomFrom(SEED)
  let accepted = 0
  for (let round = 0; round < ROUNDS; round++) {
    const text = mutate(corpus[Math.floor(random() * corpus.length)]!, random)
    const bytes = Buffer.from(text, 'latin1')
    const own = ours(bytes)
    const context = `seed ${SEED}, round ${round}: ${JSON.stringify(text)}`
    if (own !== 'refused') {
      const cut = Math.floor(random() * bytes.length)
      // Nothing that becomes right may look wrong on the way.
      assert.notEqual(ours(bytes.subarray(0, cut)), 'refused', `${context}, cut at ${cut}`)
    }
    if (typeof own === 'string') continue
    accepted++
    // llhttp knows no blanks around an extension and no tab behind a coding, which RFC 9112 allows.
    if (/[\t ];|;[^\r]*[\t ]|chunked\t/i.test(text)) continue
    const { to, ...read } = own
    assert.deepEqual(await theirs(bytes.subarray(0, to)), read, context)
  }
  assert.ok(accepted > ROUNDS / 20, `only ${accepted} of ${ROUNDS} were accepted: nothing was compared`)
}

const short = (text: string): boolean => text.length < 2000

it('requests mean the same to us and to llhttp, or we refuse', () =>
  compare({
    corpus: [...validRequests, ...malformedRequests].map((one) => one.send).filter(short),
    ours: ourRequest,
    theirs: theirRequest,
  }))

it('answers mean the same to us and to llhttp, or we refuse', () =>
  compare({
    corpus: [
      ...malformedAnswers.map((one) => one.answer).filter(short),
      'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX: y\r\n\r\n',
      'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\nok',
      'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nuntil the end',
      'HTTP/1.1 204 No Content\r\nX: y\r\n\r\n',
    ],
    ours: ourAnswer,
    theirs: theirAnswer,
  }))
