import type { Value } from '#dsl/value.ts'
import { toRecord } from './headers.ts'
import type { Exchange } from './transport.ts'

/**
 * `$request` as tremor's REST onramp gives it, `{method, headers, url}`, and `client`, the address it came from. Optional parts of
 * the url that were not sent are absent: `port` if it is the default, `query` without `?`.
 */
export function requestMeta(exchange: Exchange): Record<string, Value> {
  const { method, headers, remote } = exchange
  return { method, headers: toRecord(headers), url: urlMeta(exchange), client: plainAddress(remote.address) }
}

/** An IPv4 client of a socket that listens for IPv6 as well is called `::ffff:10.0.0.1` there. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address
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
