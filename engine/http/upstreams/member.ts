/** One upstream of a set, and all that is known of it. */
import type { Cell } from '../../metrics.ts'
import { type Endpoint, endpointOf, parseEndpoint, targetOf } from '../endpoint.ts'
import type { Failure } from './decide.ts'
import type { SetConfig } from './fields.ts'

export type State =
  /** Takes requests. */
  | 'up'
  /** Failed requests too often; comes back by itself. */
  | 'ejected'
  /** Failed our checks; comes back by them. */
  | 'down'

export interface Member {
  readonly endpoint: Endpoint
  /** `http://10.0.0.1:8080`, for logs, metrics and status. */
  readonly name: string
  /** What a sticky cookie says: tells a client nothing. */
  readonly token: string
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly port: number
  readonly authority: string
  /** Path and query, where a request states none. */
  readonly path: string
  /** `Basic …` if the URL holds a user. */
  readonly authorization: string | null
  readonly weight: number
  /** For hashing: what makes it differ from the others. */
  readonly seed: number
  state: State
  /** Why it is in that state, in words. */
  reason: string
  sinceMs: number
  /** When it came back last; from then on its share grows. Before the first failure: long ago. */
  backMs: number
  inFlight: number
  /** Failures in a row, of requests. */
  failures: number
  /** Good (positive) or bad (negative) checks in a row. */
  checks: number
  /** How often it was ejected without a good spell in between. */
  ejections: number
  /** The state of smooth weighted round robin. */
  turn: number
  attempts: number
  /** How they ended, each counted once there was one. */
  readonly outcomes: { [outcome in Outcome]?: Cell }
}

/** How an attempt ended. */
export type Outcome = Failure | 'answered' | 'given_up'

/** Whom a request went to, and whom before that. */
export interface Tried {
  readonly member: Member
  readonly before: Tried | null
}

export interface Place {
  readonly endpoint: Endpoint
  readonly weight: number
}

/** The places of a set; of one place, if something is stated that only a set can do. Null: a plain client will do. */
export function placesOf(
  config: SetConfig & { readonly endpoint?: Parameters<typeof endpointOf>[0] | undefined },
): readonly Place[] | null {
  if (config.endpoints !== undefined) {
    return config.endpoints.map((written) =>
      typeof written === 'string'
        ? { endpoint: parseEndpoint(written), weight: 1 }
        : { endpoint: parseEndpoint(written.url), weight: written.weight },
    )
  }
  if (config.retry === undefined && config.hedge === undefined && config.health === undefined) return null
  return [{ endpoint: endpointOf(config.endpoint!), weight: 1 }]
}

export function memberOf({ endpoint, weight }: Place, nowMs: number): Member {
  const { scheme, host, port, path, authority } = targetOf(endpoint)
  const name = `${scheme}://${host}:${port}`
  const seed = hashOf(`${name}${path}`)
  return {
    endpoint,
    name,
    token: (hashOf(`sticky ${name}`) >>> 0).toString(36) + (seed >>> 0).toString(36),
    scheme,
    host,
    port,
    path,
    authority,
    authorization:
      endpoint.username === null
        ? null
        : `Basic ${Buffer.from(`${endpoint.username}:${endpoint.password ?? ''}`).toString('base64')}`,
    weight,
    seed,
    state: 'up',
    reason: 'no failure so far',
    sinceMs: nowMs,
    backMs: Number.NEGATIVE_INFINITY,
    inFlight: 0,
    failures: 0,
    checks: 0,
    ejections: 0,
    turn: 0,
    attempts: 0,
    outcomes: {},
  }
}

/** FNV-1a over UTF-16 units, finished as MurmurHash3 does so that near keys lie far apart. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return mix(hash)
}

export function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
