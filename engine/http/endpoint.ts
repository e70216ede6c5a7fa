import { isRecord, type Value } from '#dsl/value.ts'

/** Where a request goes, in the eight parts in which tremor's `endpoint` and `$endpoint` state it. */
export interface Endpoint {
  readonly scheme: string
  readonly username: string | null
  readonly password: string | null
  readonly host: string | null
  readonly port: number | null
  readonly path: string | null
  readonly query: string | null
  readonly fragment: string | null
}

export class EndpointError extends Error {}

const nowhere: Endpoint = {
  scheme: 'http',
  username: null,
  password: null,
  host: null,
  port: null,
  path: null,
  query: null,
  fragment: null,
}

/** Of a URL. Throws `EndpointError` if it is none, or not http or https. */
export function parseEndpoint(url: string): Endpoint {
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch {
    throw new EndpointError(`Cannot use "${url}" as endpoint: it is not a URL`)
  }
  const scheme = parsed.protocol.slice(0, -1)
  if (scheme !== 'http' && scheme !== 'https')
    throw new EndpointError(`Cannot use "${url}" as endpoint: its scheme is not http or https`)
  return {
    scheme,
    username: parsed.username || null,
    password: parsed.password || null,
    host: parsed.hostname,
    port: parsed.port === '' ? null : Number(parsed.port),
    path: parsed.pathname,
    query: parsed.search === '' ? null : parsed.search.slice(1),
    fragment: parsed.hash === '' ? null : parsed.hash.slice(1),
  }
}

/**
 * `$endpoint` over the configured one: a URL replaces it, a record goes over it field by field (tremor: sink/rest.rs). A
 * record may name the place as `url`, so that a script need not take one apart; other fields go over that.
 */
export function overlay(configured: Endpoint, over: Value | undefined): Endpoint {
  if (over === undefined || over === null) return configured
  if (typeof over === 'string') return parseEndpoint(over)
  if (!isRecord(over)) throw new EndpointError('Cannot use $endpoint: it is neither a URL nor a record')
  const url = part(over['url'], 'url')
  const base = url === null ? configured : knownEndpoint(url)
  return {
    scheme: part(over['scheme'], 'scheme') ?? base.scheme,
    username: part(over['username'], 'username') ?? base.username,
    password: part(over['password'], 'password') ?? base.password,
    host: part(over['host'], 'host') ?? base.host,
    port: portOf(over['port']) ?? base.port,
    path: part(over['path'], 'path') ?? base.path,
    query: part(over['query'], 'query') ?? base.query,
    fragment: part(over['fragment'], 'fragment') ?? base.fragment,
  }
}

/** A script names the same few URLs for every request. */
function knownEndpoint(url: string): Endpoint {
  let known = parsed.get(url)
  if (known === undefined) {
    known = parseEndpoint(url)
    if (parsed.size < 1024) parsed.set(url, known)
  }
  return known
}

const parsed = new Map<string, Endpoint>()

/** Whether `$endpoint` says where to, and not only which path. */
export function namesPlace(over: Value | undefined): boolean {
  if (over === undefined || over === null) return false
  return (
    !isRecord(over) ||
    over['url'] !== undefined ||
    over['host'] !== undefined ||
    over['port'] !== undefined ||
    over['scheme'] !== undefined
  )
}

export function endpointOf(
  config: Partial<Record<keyof Endpoint, string | number | undefined>> | string,
): Endpoint {
  return typeof config === 'string' ? parseEndpoint(config) : overlay(nowhere, config as Value)
}

function part(value: Value | undefined, key: string): string | null {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return null
  throw new EndpointError(`Cannot use endpoint: its ${key} is not a string`)
}

function portOf(value: Value | undefined): number | null {
  if (value === undefined || value === null) return null
  if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value < 65536) return value
  throw new EndpointError('Cannot use endpoint: its port is not an integer from 1 to 65535')
}

/** Where a request goes. */
export interface UpstreamAddress {
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly port: number
  readonly authority: string
}

/** What of an endpoint a connection and a request line need. */
export interface Target extends UpstreamAddress {
  readonly path: string
}

/** The target of an endpoint. Its path is the transport's to refuse. Throws `EndpointError` if there is no such place. */
export function targetOf(endpoint: Endpoint): Target {
  const { scheme, host, port } = endpoint
  if (scheme !== 'http' && scheme !== 'https')
    throw new EndpointError(`Cannot use endpoint: scheme "${scheme}" is not http or https`)
  if (host === null || host === '') throw new EndpointError('Cannot use endpoint: it has no host')
  if (/[^A-Za-z0-9.\-_[\]:]/.test(host))
    throw new EndpointError('Cannot use endpoint: its host holds a character that hosts cannot have')
  return {
    scheme,
    host,
    port: port ?? (scheme === 'https' ? 443 : 80),
    path: pathOf(endpoint),
    authority: port === null ? host : `${host}:${port}`,
  }
}

/** The address of an endpoint, which mostly is `known` of `base`: then that needs no second look. */
export function addressNear(
  endpoint: Endpoint,
  base: Endpoint,
  known: UpstreamAddress | null,
): UpstreamAddress {
  const { scheme, host, port } = endpoint
  const same = known !== null && scheme === base.scheme && host === base.host && port === base.port
  return same ? known : targetOf(endpoint)
}

export function pathOf({ path, query }: Endpoint): string {
  const whole = (path === null || path === '' ? '/' : path) + (query === null ? '' : `?${query}`)
  return whole.charCodeAt(0) === 47 ? whole : `/${whole}`
}
