/**
 * The embedded upstream: answers as httpbin does, for demos, documents and tests that should need nothing else.
 * It stands for somebody else's server, so it is made of Node's own HTTP server and shares nothing with the ramps.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Clock } from './clock.ts'
import { bad, type Reply, type Route, routes } from './respond/routes.ts'

export interface ResponderOptions {
  readonly host: string
  /** One server each; 0 for any free port. */
  readonly listen: readonly { readonly port: number; readonly name?: string }[]
  readonly clock: Clock
  /** Instead of the routes: this status to everything. */
  readonly status?: number
  /** Instead of the routes: this body to everything. */
  readonly body?: string
  /** Before every answer. */
  readonly delayMs?: number
  /** From 0 to 1: so many answers are 500, spread evenly. */
  readonly failRate?: number
  /** Called for every answer. */
  readonly onAnswer?: (method: string, target: string, status: number, name: string) => void
}

export interface Responder {
  readonly servers: readonly { readonly port: number; readonly name: string }[]
  /** Stops at once, in the middle of answers too. */
  close(): Promise<void>
}

/** Bodies are held whole, to be shown; this is what a test upstream may hold. */
const mostBodyBytes = 64 << 20

/** Rejects if a port is taken; nothing is left open then. */
export async function respond(options: ResponderOptions): Promise<Responder> {
  const opened: { server: Server; name: string }[] = []
  const close = async () => void (await Promise.all(opened.map(({ server }) => closeServer(server))))
  try {
    for (const { port, name } of options.listen) {
      const server = createServer(answerer(options, name ?? 'temblor'))
      await listen(server, port, options.host)
      opened.push({ server, name: name ?? 'temblor' })
    }
  } catch (error) {
    await close()
    throw error
  }
  return {
    servers: opened.map(({ server, name }) => ({ port: (server.address() as AddressInfo).port, name })),
    close,
  }
}

function answerer(options: ResponderOptions, name: string) {
  let owed = 0
  return async (message: IncomingMessage, response: ServerResponse) => {
    try {
      const body = await readBody(message)
      if (body === undefined) return send(response, message, { status: 413 }, name)
      owed += options.failRate ?? 0
      const fails = owed >= 1
      if (fails) owed -= 1
      const reply = fails ? { status: 500 } : await choose(options, message, body)
      const delayMs = (options.delayMs ?? 0) + (reply.delayMs ?? 0)
      if (delayMs > 0) await new Promise<void>((resolve) => options.clock.after(delayMs, resolve))
      options.onAnswer?.(message.method ?? '', message.url ?? '', reply.status ?? 200, name)
      await send(response, message, reply, name)
    } catch {
      // The client went away, or sent what Node cannot take apart: there is nobody to answer.
      response.destroy()
    }
  }
}

function choose(options: ResponderOptions, message: IncomingMessage, body: Buffer): Reply | Promise<Reply> {
  if (options.status !== undefined || options.body !== undefined) {
    const headers = { 'content-type': 'text/plain; charset=utf-8' }
    return { status: options.status ?? 200, headers, body: options.body ?? '' }
  }
  const host = message.headers.host ?? 'localhost'
  const url = URL.parse(`http://${host}${message.url?.startsWith('/') ? message.url : '/'}`)
  if (url === null) return bad(`Not a host: "${host}"`)
  if (message.method === 'OPTIONS') {
    return {
      headers: {
        'access-control-allow-methods': 'GET, POST, PUT, DELETE, PATCH, OPTIONS',
        'access-control-max-age': '3600',
      },
    }
  }
  const found = routes.flatMap((route) => {
    const params = match(route, url.pathname)
    return params ? [{ route, params }] : []
  })
  if (found.length === 0) return { status: 404 }
  const method = message.method === 'HEAD' ? 'GET' : message.method
  const taken = found.find(({ route }) => route.method === undefined || route.method === method)
  if (taken !== undefined) return taken.route.reply({ message, url, body }, taken.params)
  return { status: 405, headers: { allow: found.map(({ route }) => route.method).join(', ') } }
}

function match(route: Route, path: string): Record<string, string> | undefined {
  const wanted = route.path.split('/')
  const given = path.split('/')
  const rest = wanted.at(-1) === '*'
  if (rest ? given.length < wanted.length : given.length !== wanted.length) return undefined
  const params: Record<string, string> = {}
  for (const [at, part] of wanted.entries()) {
    if (part.startsWith(':')) params[part.slice(1)] = given[at]!
    else if (part !== '*' && part !== given[at]) return undefined
  }
  return params
}

async function readBody(message: IncomingMessage): Promise<Buffer | undefined> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const piece of message) {
    size += piece.length
    if (size > mostBodyBytes) return undefined
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

async function send(
  response: ServerResponse,
  message: IncomingMessage,
  reply: Reply,
  name: string,
): Promise<void> {
  const body = reply.body ?? ''
  response.statusCode = reply.status ?? 200
  response.setHeader('Server', name)
  response.setHeader('Access-Control-Allow-Origin', message.headers.origin ?? '*')
  response.setHeader('Access-Control-Allow-Credentials', 'true')
  for (const [header, value] of Object.entries(reply.headers ?? {})) response.setHeader(header, value)
  if (typeof body === 'string' || body instanceof Uint8Array) {
    if (![204, 304].includes(response.statusCode))
      response.setHeader('Content-Length', Buffer.byteLength(body))
    response.end(body)
  } else if (message.method === 'HEAD') {
    response.end()
  } else {
    await pipeline(Readable.from(body, { objectMode: false }), response)
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}
