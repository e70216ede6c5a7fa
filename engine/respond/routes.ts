/** The pages of the embedded upstream, one entry each. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { type Fact, headersOf, originOf, printed, type Reflected, reflect } from './reflect.ts'

/** What is sent back. A body that is an iterable is sent piece by piece, as fast as the client reads. */
export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Uint8Array | Iterable<Uint8Array>
  /** How long to wait first. */
  readonly delayMs?: number
}

export interface Route {
  /** `:name` takes one segment, a final `*` the rest. */
  readonly path: string
  /** Absent: any. */
  readonly method?: string
  readonly doc: string
  reply(request: Reflected, params: Readonly<Record<string, string>>): Reply | Promise<Reply>
}

const plain: readonly Fact[] = ['args', 'headers', 'origin', 'url']
const withBody: readonly Fact[] = ['args', 'data', 'files', 'form', 'headers', 'json', 'origin', 'url']
const everything: readonly Fact[] = [...withBody, 'method']
const longestDelayMs = 60_000
const mostBytes = 2 ** 32

export const routes: readonly Route[] = [
  { path: '/', method: 'GET', doc: 'This list', reply: () => text(list()) },
  { path: '/anything', doc: 'The whole request, as JSON', reply: (request) => facts(request, everything) },
  { path: '/anything/*', doc: 'The same at any path', reply: (request) => facts(request, everything) },
  { path: '/get', method: 'GET', doc: 'A GET request', reply: (request) => facts(request, plain) },
  { path: '/post', method: 'POST', doc: 'A POST request', reply: (request) => facts(request, withBody) },
  { path: '/put', method: 'PUT', doc: 'A PUT request', reply: (request) => facts(request, withBody) },
  { path: '/patch', method: 'PATCH', doc: 'A PATCH request', reply: (request) => facts(request, withBody) },
  {
    path: '/delete',
    method: 'DELETE',
    doc: 'A DELETE request',
    reply: (request) => facts(request, withBody),
  },
  { path: '/headers', method: 'GET', doc: 'Its headers', reply: (request) => facts(request, ['headers']) },
  {
    path: '/ip',
    method: 'GET',
    doc: 'Where it came from',
    reply: ({ message }) => json({ origin: originOf(message) }),
  },
  {
    path: '/user-agent',
    method: 'GET',
    doc: 'Who sent it',
    reply: ({ message }) => json({ 'user-agent': message.headers['user-agent'] ?? null }),
  },
  {
    path: '/status/:codes',
    doc: 'That status; of several (200,503) each in turn',
    reply: (_, { codes }) => status(codes!),
  },
  {
    path: '/delay/:seconds',
    doc: 'The request, after at most 60 seconds',
    reply: async (request, { seconds }) => {
      const delayMs = Math.min(Number(seconds) * 1000, longestDelayMs)
      return delayMs >= 0
        ? { ...(await facts(request, withBody)), delayMs }
        : bad(`Not a number of seconds: "${seconds}"`)
    },
  },
  { path: '/bytes/:n', method: 'GET', doc: 'N bytes, by ?seed=, always the same', reply: bytes },
  {
    path: '/stream-bytes/:n',
    method: 'GET',
    doc: 'The same without a length',
    reply: async (request, params) => withoutLength(await bytes(request, params)),
  },
  { path: '/stream/:n', method: 'GET', doc: 'The request as N lines of JSON', reply: stream },
  {
    path: '/gzip',
    method: 'GET',
    doc: 'A compressed answer',
    reply: (request) => packed(request, 'gzip', gzipSync),
  },
  {
    path: '/deflate',
    method: 'GET',
    doc: 'Likewise',
    reply: (request) => packed(request, 'deflate', deflateSync),
  },
  {
    path: '/brotli',
    method: 'GET',
    doc: 'Likewise',
    reply: (request) => packed(request, 'br', brotliCompressSync),
  },
  {
    path: '/response-headers',
    method: 'GET',
    doc: 'With the headers that the query names',
    reply: ({ url }) => ({ ...json(Object.fromEntries(url.searchParams)), headers: queryHeaders(url) }),
  },
  {
    path: '/redirect/:n',
    method: 'GET',
    doc: 'N redirects, then /get',
    reply: (_, { n }) => redirect(Number(n) > 1 ? `/redirect/${Number(n) - 1}` : '/get'),
  },
  {
    path: '/redirect-to',
    doc: 'A redirect to ?url=',
    reply: ({ url }) =>
      redirect(url.searchParams.get('url') ?? '/', Number(url.searchParams.get('status_code') ?? 302)),
  },
  {
    path: '/cookies',
    method: 'GET',
    doc: 'The cookies sent',
    reply: ({ message }) => json({ cookies: cookiesOf(message.headers.cookie ?? '') }),
  },
  {
    path: '/cache',
    method: 'GET',
    doc: '304 to a conditional request',
    reply: (request) => {
      const { headers } = request.message
      return headers['if-none-match'] || headers['if-modified-since']
        ? { status: 304 }
        : facts(request, plain)
    },
  },
  {
    path: '/cache/:seconds',
    method: 'GET',
    doc: 'Cacheable for so long',
    reply: async (request, { seconds }) =>
      withHeader(await facts(request, plain), 'cache-control', `public, max-age=${seconds}`),
  },
  {
    path: '/etag/:tag',
    method: 'GET',
    doc: 'With that ETag; 304 and 412 as conditions ask',
    reply: async (request, { tag }) => etag(request, `"${tag}"`, await facts(request, plain)),
  },
  {
    path: '/basic-auth/:user/:password',
    method: 'GET',
    doc: '401 without these',
    reply: ({ message }, { user, password }) => {
      const wanted = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
      if (message.headers.authorization === wanted) return json({ authenticated: true, user })
      return { status: 401, headers: { 'www-authenticate': 'Basic realm="Fake Realm"' } }
    },
  },
  {
    path: '/bearer',
    method: 'GET',
    doc: '401 without a bearer token',
    reply: ({ message }) => {
      const token = /^Bearer (.+)$/.exec(message.headers.authorization ?? '')?.[1]
      if (token !== undefined) return json({ authenticated: true, token })
      return { status: 401, headers: { 'www-authenticate': 'Bearer' } }
    },
  },
  {
    path: '/base64/:text',
    method: 'GET',
    doc: 'Decoded',
    reply: (_, params) => text(Buffer.from(params['text']!, 'base64url').toString()),
  },
  {
    path: '/robots.txt',
    method: 'GET',
    doc: 'For crawlers',
    reply: () => text('User-agent: *\nDisallow: /deny\n'),
  },
]

function list(): string {
  return routes
    .map(({ path, method, doc }) => `${(method ?? 'any').padEnd(6)} ${path.padEnd(28)} ${doc}\n`)
    .join('')
}

function json(value: unknown): Reply {
  return { headers: { 'content-type': 'application/json' }, body: printed(value) }
}

function text(body: string): Reply {
  return { headers: { 'content-type': 'text/plain; charset=utf-8' }, body }
}

export function bad(reason: string): Reply {
  return { ...text(`${reason}\n`), status: 400 }
}

async function facts(request: Reflected, wanted: readonly Fact[]): Promise<Reply> {
  return { headers: { 'content-type': 'application/json' }, body: await reflect(request, wanted) }
}

let statusTurn = 0

function status(codes: string): Reply {
  const all = codes.split(',').map(Number)
  if (!all.every((code) => Number.isInteger(code) && code >= 200 && code <= 599)) {
    return bad(`Not a status from 200 to 599: "${codes}"`)
  }
  const code = all[statusTurn++ % all.length]!
  const headers: Record<string, string> =
    code === 401
      ? { 'www-authenticate': 'Basic realm="Fake Realm"' }
      : code >= 301 && code <= 308 && code !== 304
        ? { location: '/redirect/1' }
        : {}
  return { status: code, headers }
}

function bytes({ url }: Reflected, { n }: Readonly<Record<string, string>>): Reply {
  const count = Number(n)
  if (!Number.isInteger(count) || count < 0 || count > mostBytes)
    return bad(`Not a number of bytes up to 4 GiB: "${n}"`)
  const headers = { 'content-type': 'application/octet-stream', 'content-length': String(count) }
  return { headers, body: noise(count, Number(url.searchParams.get('seed') ?? 1)) }
}

function withoutLength({ headers, ...rest }: Reply): Reply {
  const { 'content-length': _, ...others } = headers ?? {}
  return { ...rest, headers: others }
}

function withHeader(reply: Reply, name: string, value: string): Reply {
  return { ...reply, headers: { ...reply.headers, [name]: value } }
}

/** Marsaglia's xorshift32: the same bytes for the same seed, in pieces of 64 KiB. */
function* noise(count: number, seed: number): Generator<Uint8Array> {
  let x = seed | 0 || 1
  for (let left = count; left > 0; left -= 65536) {
    const piece = new Uint8Array(Math.min(left, 65536))
    for (let at = 0; at < piece.length; at++) {
      x ^= x << 13
      x ^= x >>> 17
      x ^= x << 5
      piece[at] = x
    }
    yield piece
  }
}

function stream({ message, url }: Reflected, { n }: Readonly<Record<string, string>>): Reply {
  const count = Math.min(Number(n), 100)
  if (!(count >= 0)) return bad(`Not a number of lines: "${n}"`)
  const about = {
    url: url.href,
    args: Object.fromEntries(url.searchParams),
    headers: headersOf(message),
    origin: originOf(message),
  }
  function* lines() {
    for (let id = 0; id < count; id++) yield Buffer.from(`${printed({ ...about, id })}\n`)
  }
  return { headers: { 'content-type': 'application/json' }, body: lines() }
}

function packed({ message }: Reflected, coding: string, pack: (text: string) => Uint8Array): Reply {
  const flag = coding === 'gzip' ? 'gzipped' : coding === 'br' ? 'brotli' : 'deflated'
  const about = {
    [flag]: true,
    headers: headersOf(message),
    method: message.method,
    origin: originOf(message),
  }
  return {
    headers: { 'content-type': 'application/json', 'content-encoding': coding },
    body: pack(printed(about)),
  }
}

function redirect(location: string, status = 302): Reply {
  if (status < 300 || status > 399) return bad(`Not the status of a redirect: ${status}`)
  return { status, headers: { location } }
}

/** Only names and values that HTTP allows: what a query holds is no reason to break off. */
function queryHeaders(url: URL): Record<string, string[]> {
  const found: Record<string, string[]> = { 'content-type': ['application/json'] }
  for (const [name, value] of url.searchParams) {
    const allowed = /^[!#$%&'*+.^_`|~\w-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)
    const framing = /^(content-length|transfer-encoding|connection)$/i.test(name)
    if (!allowed || framing) continue
    const key = name.toLowerCase()
    found[key] = key === 'content-type' ? [value] : [...(found[key] ?? []), value]
  }
  return found
}

function cookiesOf(header: string): Record<string, string> {
  const pairs = header.split(';').map((pair) => pair.trim().split('='))
  return Object.fromEntries(pairs.filter(([name]) => name).map(([name, ...rest]) => [name, rest.join('=')]))
}

function etag({ message }: Reflected, tag: string, reply: Reply): Reply {
  const names = (header: string | undefined) =>
    (header ?? '').split(',').map((part) => part.trim().replace(/^W\//, ''))
  const none = names(message.headers['if-none-match'])
  const match = names(message.headers['if-match'])
  if (none.includes(tag) || none.includes('*')) return { status: 304, headers: { etag: tag } }
  if (message.headers['if-match'] !== undefined && !match.includes(tag) && !match.includes('*'))
    return { status: 412, headers: { etag: tag } }
  return withHeader(reply, 'etag', tag)
}
