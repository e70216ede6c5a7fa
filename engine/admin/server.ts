/** The admin server: health and metrics of a running process, on an address of its own that only this machine reaches. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { listenTrouble } from '../http/listen-trouble.ts'
import type { Log } from '../log.ts'
import { contentType, type Metrics } from '../metrics.ts'
import { type ApiPage, apiPages, BadRequest, type Control, type Looking } from './api.ts'
import { isLoopback, isToken, type Refusal, refuse } from './guard.ts'
import { type Check, healthAnswer } from './health.ts'

// An import would ask the module for each of its exports, and one of them loads all of undici: a tenth of a start.
const { createServer } = process.getBuiltinModule('node:http')

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
  /** What can be asked and told beyond that; absent, nothing. */
  readonly control?: Control
  /** What whoever changes something must show, once the port is known. Undefined: nobody can. Absent: `token`. */
  readonly changeToken?: (port: number) => string | undefined
}

export interface Admin {
  /** `http://127.0.0.1:9898` */
  readonly url: string
  close(): Promise<void>
}

type Page = (request: IncomingMessage, url: URL) => Answer | Promise<Answer>

/** As much as a configuration may have. */
const maxBodyBytes = 16 * 1024 * 1024

interface Answer {
  readonly status: number
  readonly type: string
  readonly body: string
  readonly allow?: string
}

/** What one server shows, to whom. */
interface Site {
  readonly options: AdminOptions
  readonly pages: Readonly<Record<string, Page>>
  readonly api: Readonly<Record<string, ApiPage>>
  changeToken: string | undefined
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
  const api = options.control === undefined || metricsOnly ? {} : apiPages(options.control)
  const site: Site = { options, pages, api, changeToken: token }
  const server = createServer(
    { maxHeaderSize: 8192, headersTimeout: 5000, requestTimeout: 10_000, connectionsCheckingInterval: 1000 },
    (request, response) => void answer(request, response, site),
  )
  server.maxConnections = 64
  await listen(server, options)
  const { port } = server.address() as AddressInfo
  if (options.changeToken !== undefined) site.changeToken = options.changeToken(port)
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

async function answer(request: IncomingMessage, response: ServerResponse, site: Site) {
  try {
    const chosen = await choose(request, site)
    if ('look' in chosen) return lookOn(response, chosen.look)
    const { status, type, body, allow } = chosen
    response.writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(body),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(allow === undefined ? {} : { allow }),
      ...(status === 413 ? { connection: 'close' } : {}),
      ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
    })
    response.end(body)
  } catch (error) {
    site.options.log.error({ err: error }, 'Admin request failed')
    response.destroy()
  }
}

function choose(request: IncomingMessage, site: Site): Answer | Stream | Promise<Answer> {
  const { pages, api, options } = site
  const { host, token } = options
  const url = URL.parse(`http://admin${request.url}`)
  const name = url?.pathname ?? ''
  const { headers, method = '' } = request
  const bare = open.includes(name) && !url!.searchParams.has('verbose')
  const asked = { method, host: headers.host, origin: headers.origin, authorization: headers.authorization }
  const refusal = refuse(asked, { host, token: bare ? undefined : token })
  if (refusal !== undefined) return problem(refusal)
  if (url !== null && name === '/v1/tap' && options.control !== undefined && !metricsOnlyOf(options))
    return tap(request, url, site)
  if (url !== null && Object.hasOwn(api, name)) return askApi(request, { name, url }, site)
  if (url === null || !Object.hasOwn(pages, name)) {
    return problem({
      status: 404,
      title: 'No such page',
      detail: `There are: ${[...Object.keys(pages), ...Object.keys(api)].join(', ')}`,
    })
  }
  if (method !== 'GET' && method !== 'HEAD') return wrongMethod(name, 'GET, HEAD')
  return pages[name]!(request, url)
}

function metricsOnlyOf({ metricsOnly = false }: AdminOptions): boolean {
  return metricsOnly
}

/** What events hold is for whoever may change what runs, though nothing is changed. */
function tap(request: IncomingMessage, url: URL, { options, changeToken }: Site): Answer | Stream {
  const { method = '', headers, socket } = request
  if (method !== 'GET') return wrongMethod('/v1/tap', 'GET')
  if (changeToken === undefined) return problem(nobody)
  if (!isToken(headers.authorization, changeToken)) return problem(wrongToken)
  const port = url.searchParams.get('port') ?? ''
  options.log.info({ page: '/v1/tap', from: socket.remoteAddress, port }, 'Told by the admin')
  try {
    // Tried first, so that a port that is not there is an answer of its own.
    options.control!.look(port, () => {}).stop()
  } catch (error) {
    if (!(error instanceof BadRequest)) throw error
    return problem({ status: 404, title: 'No such port', detail: error.message })
  }
  return { look: (say) => options.control!.look(port, say) }
}

interface Stream {
  look(say: (line: string) => void): Looking
}

/** Whoever reads too slowly misses some, and is told how many. */
const mostUnreadBytes = 1024 * 1024

function lookOn(response: ServerResponse, look: Stream['look']): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' })
  response.flushHeaders()
  let missed = 0
  const looking = look((line) => {
    if (response.writableLength > mostUnreadBytes) {
      missed++
      return
    }
    if (missed > 0) response.write(`${JSON.stringify({ missed })}\n`)
    missed = 0
    response.write(line)
  })
  response.on('close', () => looking.stop())
}

async function askApi(
  request: IncomingMessage,
  { name, url }: { readonly name: string; readonly url: URL },
  { api, options, changeToken }: Site,
): Promise<Answer> {
  const page = api[name]!
  const { method, headers } = request
  const reads = page.method === 'GET'
  if (reads ? method !== 'GET' && method !== 'HEAD' : method !== 'POST')
    return wrongMethod(name, reads ? 'GET, HEAD' : 'POST')
  if (reads) return json(await page.answer(undefined, url.searchParams))
  if (changeToken === undefined) return problem(nobody)
  if (!isToken(headers.authorization, changeToken)) return problem(wrongToken)
  if (!/^application\/json\b/i.test(headers['content-type'] ?? ''))
    return problem({ status: 415, title: 'Not JSON', detail: 'Send "Content-Type: application/json"' })
  const body = await read(request)
  if (body === undefined)
    return problem({ status: 413, title: 'Too large', detail: `At most ${maxBodyBytes} octets are read` })
  try {
    const answered = json(await page.answer(parsed(body), url.searchParams))
    const from = request.socket.remoteAddress
    options.log.info({ page: name, from, status: answered.status }, 'Told by the admin')
    return answered
  } catch (error) {
    if (!(error instanceof BadRequest)) throw error
    return problem({ status: 400, title: 'Bad request', detail: error.message })
  }
}

const nobody: Refusal = {
  status: 403,
  title: 'Nobody may change this',
  detail: 'The process could not write a token down; set TEMBLOR_ADMIN_TOKEN where it is started',
}

const wrongToken: Refusal = {
  status: 401,
  title: 'Token missing or wrong',
  detail:
    'Changes need "Authorization: Bearer TOKEN": the token of TEMBLOR_ADMIN_TOKEN, or the one that the process left for its own user',
}

function wrongMethod(name: string, allow: string): Answer {
  const detail = `${name} takes ${allow.replace(', ', ' and ')}`
  return { ...problem({ status: 405, title: 'Method not allowed', detail }), allow }
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body === '' ? '{}' : body)
  } catch {
    throw new BadRequest('The body is not JSON')
  }
}

function json({ status, body }: { readonly status: number; readonly body: unknown }): Answer {
  return { status, type: 'application/json', body: `${JSON.stringify(body)}\n` }
}

/** The body as text; undefined if there is too much of it: the rest is not read. */
function read(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('error', reject)
    request.on('end', () => resolve(Buffer.concat(chunks).toString()))
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      chunks.push(chunk)
      if (size <= maxBodyBytes) return
      request.pause()
      resolve(undefined)
    })
  })
}

/** RFC 9457. */
function problem(refusal: Refusal): Answer {
  return { status: refusal.status, type: 'application/problem+json', body: `${JSON.stringify(refusal)}\n` }
}

async function listen(server: Server, options: AdminOptions): Promise<void> {
  const { host, port, orFreePort, metricsOnly = false, log } = options
  try {
    await listenAt(server, host, port)
  } catch (error) {
    if (!orFreePort || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') {
      const what = metricsOnly ? 'serve metrics' : 'start the admin'
      throw new Error(`Cannot ${what}: ${listenTrouble(error, { host, port }).message}`)
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
