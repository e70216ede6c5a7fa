/** What an event asks of an upstream: where to, how, and with which fields; and what is told of that to those who look at the answer. */
import { fieldOf, isRecord, type Rec, type Value } from '#dsl/value.ts'
import type { Event } from '../event.ts'
import {
  addressNear,
  type Endpoint,
  namesPlace,
  overlay,
  pathOf,
  type Target,
  type UpstreamAddress,
} from './endpoint.ts'
import { knownMethod } from './head-rules.ts'
import { firstIn, firstValue, hasField, lowerName } from './headers.ts'
import { listOf } from './kept.ts'
import { RequestMeta } from './request-meta.ts'
import type { Question } from './response-meta.ts'
import { type HeaderList, Unfit } from './transport.ts'
import type { Member } from './upstreams/member.ts'

/** What of an offramp says where requests go that do not say so themselves. */
export interface Wants {
  readonly config: { readonly method: string; readonly host: 'endpoint' | 'request' }
  /** Where requests go that `$endpoint` does not send elsewhere. */
  readonly endpoint: Endpoint
  /** The target of that endpoint, if it names a place. */
  readonly target: Target | null
  /** Configured header fields, as they are added to a request that does not state them. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** The configured `Host`. */
  readonly hostField: string | undefined
}

/** The header fields of an event: as the request brought them, or as metadata have them. */
type Asked = RequestMeta | Value | undefined

/** Of an event; `meta` are those of the first one in a batch. Throws `EndpointError` or `Unfit` if it asks for what cannot be. */
export function wantedBy(event: Event, meta: Rec | undefined, wants: Wants): Wanted {
  const { described } = event
  const { target } = wants
  if (meta === undefined && target !== null && described instanceof RequestMeta)
    return asItCame(described, wants, target)
  return asDescribed(meta ?? event.meta, wants)
}

/** A request at which nothing looked goes on as it came. */
function asItCame(came: RequestMeta, wants: Wants, known: Target): Wanted {
  const path = came.asAsked ? came.pathFor(wants.endpoint.query) : known.path
  return new Wanted(wants, came.method, known, path, came, null, null, came.upgrade !== null)
}

function asDescribed(meta: Rec, wants: Wants): Wanted {
  const request = meta['request']
  const described = request !== undefined && isRecord(request) ? request : undefined
  const endpoint = overlay(wants.endpoint, meta['endpoint'])
  const method = methodOf(described?.['method'], wants.config.method)
  const upstream = addressNear(endpoint, wants.endpoint, wants.target)
  const upgrades = described?.['upgrade'] === 'websocket'
  return new Wanted(
    wants,
    method,
    upstream,
    pathOf(endpoint),
    described?.['headers'],
    endpoint,
    meta,
    upgrades,
  )
}

export class Wanted implements Question {
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** A script may keep a request from being an upgrade; it cannot make one of a client's that is none. */
  readonly upgrades: boolean
  readonly #wants: Wants
  readonly #asked: Asked
  /** Null: the configured one, but perhaps for path and query. */
  readonly #endpoint: Endpoint | null
  /** Null: nobody looked at them. */
  readonly #meta: Rec | null
  #upstream: UpstreamAddress
  /** That of a set which was chosen. */
  #member: Member | null = null

  constructor(
    wants: Wants,
    method: string,
    upstream: UpstreamAddress,
    path: string,
    asked: Asked,
    endpoint: Endpoint | null,
    meta: Rec | null,
    upgrades: boolean,
  ) {
    this.method = method
    this.path = path
    this.upgrades = upgrades && method === 'GET'
    this.#wants = wants
    this.#asked = asked
    this.#endpoint = endpoint
    this.#meta = meta
    this.#upstream = upstream
  }

  get upstream(): UpstreamAddress {
    return this.#upstream
  }

  /** `$endpoint` says which place. */
  get pinned(): boolean {
    return this.#meta !== null && namesPlace(this.#meta['endpoint'])
  }

  /** It says which fields it wants. */
  get statesFields(): boolean {
    return this.#asked !== undefined
  }

  /** The first value that it states for a field. */
  stated(lower: string): string | undefined {
    const asked = this.#asked
    return asked instanceof RequestMeta ? firstIn(asked.exchange.headers, lower) : firstValue(asked, lower)
  }

  /** Host first; then what it asks for; then the configured fields it did not mention. */
  fields(): HeaderList {
    const asked = this.#asked
    const { config, hostField, endpoint: base, headers: configured } = this.#wants
    const asAsked = config.host === 'request' ? this.stated('host') : undefined
    const host = asAsked ?? hostField ?? this.#upstream.authority
    const stated = asked instanceof RequestMeta ? asked.fields(host) : listOf(asked, host)
    if (configured.length === 0 && (this.#endpoint ?? base).username === null) return stated
    const list = [...stated]
    for (const [name, value] of configured) if (!hasField(list, lowerName(name))) list.push(name, value)
    const { username, password } = this.#endpoint ?? base
    if (username !== null && !hasField(list, 'authorization'))
      list.push('authorization', `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`)
    return list
  }

  /** The set chose: what is said of the answer's place is that one. */
  chosen(member: Member): void {
    this.#member = member
    this.#upstream = member
  }

  // ---- for those who look at the answer

  get correlation(): Value | undefined {
    return this.#meta === null ? undefined : fieldOf(this.#meta, 'correlation')
  }

  describe(): Rec {
    const asked = this.#asked
    const described = asked instanceof RequestMeta ? asked.describe() : null
    const headers =
      described === null ? (asked as Value | undefined) : (described['request'] as Rec)['headers']
    const endpoint = this.#endpoint ?? overlay(this.#wants.endpoint, described?.['endpoint'])
    const { path, query } = endpoint
    const place = this.#member === null ? endpoint : { ...this.#member.endpoint, password: null, path, query }
    return { method: this.method, headers: headers ?? {}, endpoint: place as unknown as Rec }
  }
}

function methodOf(value: Value | undefined, otherwise: string): string {
  if (typeof value === 'string' && knownMethod(value)) return value
  if (value === undefined || value === null) return otherwise
  const method = typeof value === 'string' ? value.trim().toUpperCase() : ''
  if (knownMethod(method)) return method
  throw new Unfit(`Cannot send method ${JSON.stringify(value)}: it is not known`)
}
