/** The admin server: health and metrics of a running process, on an address of its own that only this machine reaches. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Log } from '../log.ts'
import { contentType, type Metrics } from '../metrics.ts'
import { isLoopback, type Refusal, refuse } from './guard.ts'
import { type Check, healthAnswer } from './health.ts'

export interface AdminOptions {
  readonly host: string
  /** 0 for any free port. */
  readonly port: number
  /** If the port is taken, any free one is used instead, with a warning. */
  readonly orFreePort: boolean
  /** Needed to listen elsewhere than on the loopback; asked for wherever there is one. */
  readonly token?: string | undefined
  /** Serves `/metrics` and health and nothing else, to whoever asks: it needs no token, wherever it listens. */
  readonly metricsOnly?: boolean
  readonly metrics: Metrics
  readonly log: Log
  /** What readiness depends on: asked at every request. */
  readonly ready: () => readonly Check[]
}

export interface Admin {
  /** `http://127.0.0.1:9898` */
  readonly url: string
  close(): Promise<void>
}

type Page = (request: IncomingMessage, url: URL) => Answer | Promise<Answer>

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
}

const text = 'text/plain; charset=utf-8'

/** Rejects with a message for the operator: no token, port taken. */
export async function openAdmin(options: AdminOptions): Promise<Admin> {
  const { host, token, metricsOnly = false } = options
  if (!isLoopback(host) && token === undefined && !metricsOnly) {
    throw new Error(
      `The admin address "${host}" can be reached from elsewhere: that needs a token in TEMBLOR_ADMIN_TOKEN`,
    )
  }
  const pages = metricsOnly ? harmlessOf(pagesOf(options)) : pagesOf(options)
  const server = createServer(
    { maxHeaderSize: 8192, headersTimeout: 5000, requestTimeout: 10_000, connectionsCheckingInterval: 1000 },
    (request, response) => void answer(request, response, pages, options),
  )
  server.maxConnections = 64
  await listen(server, options)
  const { port } = server.address() as AddressInfo
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`, close: () => close(server) }
}

/** All that a server without a token has to show. */
const harmless = ['/livez', '/readyz', '/metrics']

function harmlessOf(pages: Readonly<Record<string, Page>>): Readonly<Record<string, Page>> {
  return Object.fromEntries(Object.entries(pages).filter(([path]) => harmless.includes(path)))
}

function pagesOf({ metrics, ready }: AdminOptions): Readonly<Record<string, Page>> {
  return {
    // That this is answered at all is what it says: the event loop turns.
    '/livez': (_, url) => ({ type: text, ...healthAnswer([], url.searchParams) }),
    '/readyz': (_, url) => ({ type: text, ...healthAnswer(ready(), url.searchParams) }),
    '/metrics': async () => ({ status: 200, type: contentType, body: await metrics.render() }),
  }
}

/** Probes of an orchestrator carry no token, and what they learn is one word. */
const open = ['/livez', '/readyz']

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  pages: Readonly<Record<string, Page>>,
  options: AdminOptions,
) {
  try {
    const { status, type, body } = await choose(request, pages, options)
    response.writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
    })
    response.end(body)
  } catch (error) {
    options.log.error({ err: error }, 'Admin request failed')
    response.destroy()
  }
}

function choose(
  request: IncomingMessage,
  pages: Readonly<Record<string, Page>>,
  { host, token }: AdminOptions,
): Answer | Promise<Answer> {
  const url = URL.parse(`http://admin${request.url}`)
  const name = url?.pathname ?? ''
  const { headers, method = '' } = request
  const bare = open.includes(name) && !url!.searchParams.has('verbose')
  const asked = { method, host: headers.host, origin: headers.origin, authorization: headers.authorization }
  const refusal = refuse(asked, { host, token: bare ? undefined : token })
  if (refusal !== undefined) return problem(refusal)
  if (url === null || !Object.hasOwn(pages, name)) {
    return problem({
      status: 404,
      title: 'No such page',
      detail: `There are: ${Object.keys(pages).join(', ')}`,
    })
  }
  if (method !== 'GET' && method !== 'HEAD') {
    return problem({ status: 405, title: 'Method not allowed', detail: `${name} takes GET and HEAD` })
  }
  return pages[name]!(request, url)
}

/** RFC 9457. */
function problem(refusal: Refusal): Answer {
  return { status: refusal.status, type: 'application/problem+json', body: `${JSON.stringify(refusal)}\n` }
}

async function listen(server: Server, { host, port, orFreePort, log }: AdminOptions): Promise<void> {
  try {
    await listenAt(server, host, port)
  } catch (error) {
    if (!orFreePort || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') {
      throw new Error(`Cannot listen for the admin at ${host}:${port}: ${(error as Error).message}`)
    }
    await listenAt(server, host, 0)
    const instead = (server.address() as AddressInfo).port
    log.warn({ wanted: port, port: instead }, 'The admin port is taken, another is used')
  }
}

function listenAt(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
