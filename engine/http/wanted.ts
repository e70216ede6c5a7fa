/** What an event asks of an upstream: where to, how, and with which fields; and what is told of that to those who look at the answer. */
import { fieldOf, isRecord, type Rec, type Value } from '#dsl/value.ts'
import type { Event } from '../event.ts'
import { type Endpoint, namesPlace, overlay, type Target, targetNear } from './endpoint.ts'
import { knownMethod } from './head-rules.ts'
import { firstIn, firstValue, hasField, lowerName, toList } from './headers.ts'
import { RequestMeta } from './request-meta.ts'
import type { Question } from './response-meta.ts'
import { Unfit } from './transport.ts'
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

/** Fields of the client's request that are not sent on: the transport frames by itself, `Host` is the endpoint's. */
export const unsent: ReadonlySet<string> = new Set(['host', 'content-length'])

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
  const { scheme, host, port, authority } = known
  const path = came.asAsked ? came.pathFor(wants.endpoint.query) : known.path
  const target = { scheme, host, port, path, authority }
  return new Wanted(wants, {
    method: came.method,
    target,
    asked: came,
    endpoint: null,
    meta: null,
    pinned: false,
    upgrades: came.upgrade !== null,
  })
}

function asDescribed(meta: Rec, wants: Wants): Wanted {
  const request = meta['request']
  const described = request !== undefined && isRecord(request) ? request : undefined
  const endpoint = overlay(wants.endpoint, meta['endpoint'])
  return new Wanted(wants, {
    method: methodOf(described?.['method'], wants.config.method),
    target: targetNear(endpoint, wants.endpoint, wants.target),
    asked: described?.['headers'],
    endpoint,
    meta,
    pinned: namesPlace(meta['endpoint']),
    upgrades: described?.['upgrade'] === 'websocket',
  })
}

interface Said {
  readonly method: string
  readonly target: Target
  readonly asked: Asked
  /** Null: the configured one, but perhaps for path and query. */
  readonly endpoint: Endpoint | null
  /** Null: nobody looked at them. */
  readonly meta: Rec | null
  /** `$endpoint` says which place. */
  readonly pinned: boolean
  readonly upgrades: boolean
}

export class Wanted implements Question {
  readonly #wants: Wants
  readonly #said: Said
  #target: Target
  /** That of a set which was chosen. */
  #member: Member | null = null

  constructor(wants: Wants, said: Said) {
    this.#wants = wants
    this.#said = said
    this.#target = said.target
  }

  get method(): string {
    return this.#said.method
  }

  get target(): Target {
    return this.#target
  }

  /** `$endpoint` says which place. */
  get pinned(): boolean {
    return this.#said.pinned
  }

  /** A script may keep a request from being an upgrade; it cannot make one of a client's that is none. */
  get upgrades(): boolean {
    return this.#said.upgrades && this.#said.method === 'GET'
  }

  /** It says which fields it wants. */
  get statesFields(): boolean {
    return this.#said.asked !== undefined
  }

  /** The first value that it states for a field. */
  stated(lower: string): string | undefined {
    const { asked } = this.#said
    return asked instanceof RequestMeta ? firstIn(asked.exchange.headers, lower) : firstValue(asked, lower)
  }

  /** Host first; then what it asks for; then the configured fields it did not mention. */
  fields(): string[] {
    const { asked, endpoint } = this.#said
    const { config, hostField, endpoint: base, headers: configured } = this.#wants
    const asAsked = config.host === 'request' ? this.stated('host') : undefined
    const first = ['host', asAsked ?? hostField ?? this.#target.authority]
    const list = asked instanceof RequestMeta ? asked.fields(unsent, first) : toList(asked, unsent, first)
    for (const [name, value] of configured) if (!hasField(list, lowerName(name))) list.push(name, value)
    const { username, password } = endpoint ?? base
    if (username !== null && !hasField(list, 'authorization'))
      list.push('authorization', `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`)
    return list
  }

  /** The set chose: what is said of the answer's place is that one. */
  chosen(member: Member): void {
    const { scheme, host, port, authority } = member
    this.#member = member
    this.#target = { scheme, host, port, path: this.#target.path, authority }
  }

  // ---- for those who look at the answer

  get correlation(): Value | undefined {
    const { meta } = this.#said
    return meta === null ? undefined : fieldOf(meta, 'correlation')
  }

  describe(): Rec {
    const { method, asked } = this.#said
    const described = asked instanceof RequestMeta ? asked.describe() : null
    const headers =
      described === null ? (asked as Value | undefined) : (described['request'] as Rec)['headers']
    const endpoint = this.#said.endpoint ?? overlay(this.#wants.endpoint, described?.['endpoint'])
    const { path, query } = endpoint
    const place = this.#member === null ? endpoint : { ...this.#member.endpoint, password: null, path, query }
    return { method, headers: headers ?? {}, endpoint: place as unknown as Rec }
  }
}

function methodOf(value: Value | undefined, otherwise: string): string {
  if (typeof value === 'string' && knownMethod(value)) return value
  if (value === undefined || value === null) return otherwise
  const method = typeof value === 'string' ? value.trim().toUpperCase() : ''
  if (knownMethod(method)) return method
  throw new Unfit(`Cannot send method ${JSON.stringify(value)}: it is not known`)
}
