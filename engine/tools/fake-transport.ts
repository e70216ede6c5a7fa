/**
 * A transport without sockets: whoever tests hands requests in and decides what upstreams do, all in one synchronous world with a hand-turned
 * clock. It keeps the contract of `engine/http/transport.ts`, and fails the test that breaks it (two answers to one exchange).
 */
import { checkField } from '../http/fields.ts'
import type {
  BodySink,
  BodySource,
  Client,
  ClientCall,
  ClientEvents,
  ClientRequest,
  Exchange,
  HeaderList,
  HttpFault,
  Listener,
  ServerHandler,
  Transport,
} from '../http/transport.ts'

export interface Answer {
  readonly status: number
  readonly headers: HeaderList
  body: string
  /** The body came to its end; false while it streams, and for ever if it was cut. */
  whole: boolean
}

export interface Asked {
  method?: string
  target?: string
  headers?: HeaderList
  body?: string | BodySource
}

/** A request that a test sent: its answers (there must never be two), and the client's power to leave. */
export interface Sent {
  readonly answers: Answer[]
  /** The client goes away. */
  abort(): void
}

/** An upstream call as the upstream sees it. */
export interface UpstreamCall {
  readonly request: ClientRequest
  /** What has arrived of the request's body. */
  body: string
  aborted: boolean
  answer(status: number, headers: HeaderList, body: string | BodySource): void
  fail(fault: HttpFault): void
}

export interface FakeTransport extends Transport {
  send(port: number, asked: Asked): Sent
  /** What an upstream does with a call; without one, nothing listens there. */
  readonly upstreams: Map<string, (call: UpstreamCall) => void>
  readonly calls: UpstreamCall[]
  readonly probes: string[]
}

export function fakeTransport(upstreams = new Map<string, (call: UpstreamCall) => void>()): FakeTransport {
  const handlers = new Map<number, ServerHandler>()
  const calls: UpstreamCall[] = []
  const probes: string[] = []
  return { name: 'own', upstreams, calls, probes, listen, client, send }

  async function listen(options: { host: string; port: number }, handler: ServerHandler): Promise<Listener> {
    if (handlers.has(options.port)) throw new Error(`port ${options.port} is taken`)
    handlers.set(options.port, handler)
    const close = () => void handlers.delete(options.port)
    const rebind = (to: ServerHandler) => void handlers.set(options.port, to)
    return {
      host: options.host,
      port: options.port,
      connections: 0,
      rebind,
      drain: async () => {},
      close,
    } as Listener
  }

  function send(port: number, asked: Asked): Sent {
    const handler = handlers.get(port)
    if (handler === undefined) throw new Error(`nothing listens on port ${port}`)
    const answers: Answer[] = []
    let done = false
    const finish = (fault: HttpFault | null, bytes: number) => {
      if (done) return
      done = true
      exchange.holder?.exchangeOver(fault, bytes)
    }
    const body = asked.body ?? ''
    const exchange: Exchange = {
      method: asked.method ?? 'GET',
      target: asked.target ?? '/',
      authority: 'localhost',
      version: '1.1',
      headers: asked.headers ?? ['host', 'localhost'],
      remote: { address: '127.0.0.1', port: 1 },
      body: typeof body === 'string' ? textSource(body) : body,
      inform: () => {},
      respond(status, headers, body) {
        if (answers.length > 0) throw new Error('two answers to one request')
        for (let i = 0; i < headers.length; i += 2) checkField(headers[i]!, headers[i + 1]!)
        const answer: Answer = { status, headers, body: '', whole: false }
        answers.push(answer)
        receive(body, {
          write: (chunk) => {
            answer.body += Buffer.from(chunk).toString()
            return true
          },
          end: () => {
            answer.whole = true
            finish(null, answer.body.length)
          },
          fail: (fault) => finish(fault, answer.body.length),
        })
      },
      holder: null,
    }
    handler.request(exchange)
    return { answers, abort: () => finish({ kind: 'client_gone', message: 'the client left' }, 0) }
  }

  function client(): Client {
    return {
      openConnections: 0,
      close: () => {},
      probe(target, done) {
        probes.push(target.host)
        done(upstreams.has(target.host) ? null : { kind: 'connect', message: 'refused' })
      },
      request(request: ClientRequest, events: ClientEvents): ClientCall {
        let over = false
        const call: UpstreamCall = {
          request,
          body: '',
          aborted: false,
          answer(status, headers, body) {
            if (over) return
            over = true
            events.head(status, headers, typeof body === 'string' ? textSource(body) : body)
          },
          fail(fault) {
            if (over) return
            over = true
            events.fail(fault)
          },
        }
        calls.push(call)
        const upstream = upstreams.get(request.host)
        if (upstream === undefined) {
          call.fail({ kind: 'connect', message: 'connection refused', phase: 'connect' })
          return { abort: () => {} }
        }
        let arrived = false
        receive(request.body, {
          write: (chunk) => {
            call.body += Buffer.from(chunk).toString()
            return true
          },
          end: () => {
            arrived = true
            upstream(call)
          },
          fail: (fault) => call.fail({ ...fault, kind: 'aborted' }),
        })
        if (!arrived) upstream(call)
        return {
          abort() {
            call.aborted = true
            over = true
          },
        }
      },
    }
  }
}

function receive(body: Uint8Array | string | BodySource | null, sink: BodySink): void {
  if (body === null) return sink.end()
  if (typeof body === 'string' || body instanceof Uint8Array) {
    sink.write(Buffer.from(body as string))
    return sink.end()
  }
  body.start(sink)
}

export interface Held extends BodySource {
  readonly started: boolean
  readonly cancelled: boolean
  push(text: string): void
  finish(): void
  break(): void
}

export function textSource(text: string): BodySource {
  return {
    length: Buffer.byteLength(text),
    start(sink) {
      if (text !== '') sink.write(Buffer.from(text))
      sink.end()
    },
    resume() {},
    cancel() {},
  }
}

/** A body that comes when the test says so. */
export function heldSource(length?: number): Held {
  let sink: BodySink | null = null
  const it = {
    length,
    started: false,
    cancelled: false,
    start(to: BodySink) {
      if (it.started) throw new Error('a body was started twice')
      it.started = true
      sink = to
    },
    resume() {},
    cancel() {
      it.cancelled = true
    },
    push: (text: string) => void sink?.write(Buffer.from(text)),
    finish: () => sink?.end(),
    break: () => sink?.fail({ kind: 'reset', message: 'cut' }),
  }
  return it as unknown as Held
}
