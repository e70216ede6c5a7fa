import type { Value } from '#dsl/value.ts'
import { type Forwarding, forward, plainAddress } from './forwarded.ts'
import { toRecord } from './headers.ts'
import type { Exchange } from './transport.ts'

/**
 * `$request` as tremor's REST onramp gives it, `{method, headers, url}`, and `client`, the address it came from, by the
 * word of proxies that are trusted. Optional parts of the url that were not sent are absent: `port` if it is the default, `query`
 * without `?`.
 */
export function requestMeta(exchange: Exchange, forwarding: Forwarding | null): Record<string, Value> {
  const headers = toRecord(exchange.headers)
  const client =
    forwarding === null ? plainAddress(exchange.remote.address) : forward(headers, exchange, forwarding)
  return { method: exchange.method, headers, url: urlMeta(exchange), client }
}

function urlMeta(exchange: Exchange): Record<string, Value> {
  const url: Record<string, Value> = { scheme: 'http' }
  const authority = exchange.authority
  if (authority !== '') {
    const colon = authority.lastIndexOf(':')
    const hasPort = colon > authority.lastIndexOf(']')
    url['host'] = hasPort ? authority.slice(0, colon) : authority
    const port = hasPort ? Number(authority.slice(colon + 1)) : 80
    if (hasPort && authority.length > colon + 1 && port !== 80) url['port'] = port
  }
  const target = exchange.target
  const question = target.indexOf('?')
  if (question < 0) url['path'] = target
  else {
    url['path'] = target.slice(0, question)
    url['query'] = target.slice(question + 1)
  }
  return url
}
