import type { Value } from '#dsl/value.ts'
import { type Forwarding, forward, plainAddress } from './forwarded.ts'
import { toRecord } from './headers.ts'
import type { Exchange } from './transport.ts'

/**
 * `$request` as tremor's REST onramp gives it, `{method, headers, url}`, and `client`, the address it came from, by the
 * word of proxies that are trusted; and `upgrade`, if the client wishes to go on in another protocol and may. Optional parts of the url that were not sent are absent: `port` if it is the default, `query`
 * without `?`.
 */
export function requestMeta(
  exchange: Exchange,
  forwarding: Forwarding | null,
  upgrade: 'websocket' | null = null,
): Record<string, Value> {
  const headers = toRecord(exchange.headers)
  const client =
    forwarding === null ? plainAddress(exchange.remote.address) : forward(headers, exchange, forwarding)
  const meta: Record<string, Value> = { method: exchange.method, headers, url: urlMeta(exchange), client }
  if (upgrade !== null) meta['upgrade'] = upgrade
  return meta
}

function urlMeta({ authority, target }: Exchange): Record<string, Value> {
  const url: Record<string, Value> = { scheme: 'http' }
  if (authority !== '') {
    const { host, port } = placeOf(authority)
    url['host'] = host
    if (port !== null) url['port'] = port
  }
  const question = target.indexOf('?')
  if (question < 0) url['path'] = target
  else {
    url['path'] = target.slice(0, question)
    url['query'] = target.slice(question + 1)
  }
  return url
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
