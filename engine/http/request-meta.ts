import type { Rec, Value } from '#dsl/value.ts'
import { Described } from '../event.ts'
import { type Forwarded, type Forwarding, forwardedBy, isForwarding, plainAddress } from './forwarded.ts'
import { toList, toRecord, valuesIn } from './headers.ts'
import { recordOf, sentOn, unsent } from './kept.ts'
import type { Asked } from './route/asked.ts'
import type { Exchange, HeaderList } from './transport.ts'
import type { Upgrade } from './upgrade.ts'

/**
 * `$request` as tremor's REST onramp gives it, `{method, headers, url}`, and `client`, the address it came from, by the
 * word of proxies that are trusted; and `upgrade`, if the client wishes to go on in another protocol and may. Optional parts of the url that
 * were not sent are absent: `port` if it is the default, `query` without `?`.
 *
 * As long as nothing looks at it, it is the request as it came.
 */
export class RequestMeta extends Described implements Asked {
  readonly exchange: Exchange
  readonly upgrade: Upgrade | null
  /** `$endpoint` says that path and query are as they were asked for. */
  readonly asAsked: boolean
  readonly #forwarding: Forwarding | null
  #forwarded: Forwarded | null = null

  constructor(
    exchange: Exchange,
    forwarding: Forwarding | null,
    upgrade: Upgrade | null = null,
    asAsked = false,
  ) {
    super()
    this.exchange = exchange
    this.upgrade = upgrade
    this.asAsked = asAsked
    this.#forwarding = forwarding
  }

  /** The same request, to be asked of others for the path and query it came with. */
  toAsAsked(): RequestMeta {
    return new RequestMeta(this.exchange, this.#forwarding, this.upgrade, true)
  }

  /** The fields that go on behind a `Host`, in the order and spelling in which they came. */
  fields(host: string): HeaderList {
    const list = sentOn(this.exchange.headers, host)
    const own = this.#own()
    if (own === null) return list
    const rest = list.filter((_, i) => !isForwarding(list[i - (i % 2)]!))
    return toList(own.fields, unsent, rest)
  }

  /** Path and query for a place whose own query is `query`, which goes where none was asked for. */
  pathFor(query: string | null): string {
    const { target } = this.exchange
    return query === null || target.includes('?') ? target : `${target}?${query}`
  }

  protected record(): Rec {
    const { exchange, upgrade } = this
    const own = this.#own()
    const headers = own === null ? recordOf(exchange.headers) : replaced(exchange.headers, own)
    const url = urlMeta(exchange)
    const request: Record<string, Value> = { method: exchange.method, headers, url, client: this.client }
    if (upgrade !== null) request['upgrade'] = upgrade
    if (!this.asAsked) return { request }
    const { path, query } = url
    return { request, endpoint: query === undefined ? { path: path! } : { path: path!, query } }
  }

  #own(): Forwarded | null {
    if (this.#forwarding === null) return null
    return (this.#forwarded ??= forwardedBy(this.exchange, this.#forwarding))
  }

  // ---- what rules ask for

  get method(): string {
    return this.exchange.method
  }

  get host(): string {
    return placeOf(this.exchange.authority).host
  }

  get path(): string {
    const { target } = this.exchange
    const question = target.indexOf('?')
    return question < 0 ? target : target.slice(0, question)
  }

  get query(): string {
    const { target } = this.exchange
    const question = target.indexOf('?')
    return question < 0 ? '' : target.slice(question + 1)
  }

  get client(): string {
    return this.#own()?.client ?? plainAddress(this.exchange.remote.address)
  }

  values(name: string): readonly string[] {
    const own = isForwarding(name) ? this.#own() : null
    return own === null
      ? valuesIn(this.exchange.headers, name)
      : ((own.fields[name] ?? none) as readonly string[])
  }
}

const none: readonly string[] = []

function replaced(came: HeaderList, own: Forwarded): Rec {
  const headers = toRecord(came)
  for (const name of Object.keys(headers)) if (isForwarding(name)) delete headers[name]
  return Object.assign(headers, own.fields)
}

function urlMeta({ authority, target }: Exchange): Record<string, Value> {
  const scheme = 'http'
  const question = target.indexOf('?')
  const path = question < 0 ? target : target.slice(0, question)
  const url = authority === '' ? { scheme, path } : atPlace(placeOf(authority), path)
  return question < 0 ? url : { ...url, query: target.slice(question + 1) }
}

/** Written out at once: a record that grows member by member takes more. */
function atPlace({ host, port }: Place, path: string): Record<string, Value> {
  return port === null ? { scheme: 'http', host, path } : { scheme: 'http', host, port, path }
}

interface Place {
  readonly host: string
  /** null if it is the default. */
  readonly port: number | null
}

/** The same authority comes with nearly every request. */
let last = { authority: '', place: { host: '', port: null } as Place }

function placeOf(authority: string): Place {
  if (last.authority !== authority) last = { authority, place: parsePlace(authority) }
  return last.place
}

function parsePlace(authority: string): Place {
  const colon = authority.lastIndexOf(':')
  if (colon <= authority.lastIndexOf(']')) return { host: authority, port: null }
  const port = Number(authority.slice(colon + 1) || 80)
  return { host: authority.slice(0, colon), port: port === 80 ? null : port }
}
