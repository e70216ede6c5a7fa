/**
 * Whom a request comes from, when it comes by other proxies: `X-Forwarded-*` and `Forwarded` (RFC 7239). What a peer says is believed only
 * if it is one of ours; what others say is thrown away, so that nobody can pretend to be somebody else.
 */
import { isInside, type Network, parseAddress, parseNetwork } from '#dsl/ip.ts'
import type { Value } from '#dsl/value.ts'
import { type ConfigOf, list, oneOf, record, text } from '../config.ts'
import { lowerName, toRecord } from './headers.ts'
import type { Exchange } from './transport.ts'

export const forwardedField = record(
  'Says on where a request came from, in `X-Forwarded-For`, `-Proto`, `-Host` or `Forwarded`. What came in these fields counts only if the peer is trusted; from others it is thrown away, `X-Real-IP` too. Without this option the fields pass as they came.',
  {
    trusted: list(
      'Addresses and networks of the proxies before this one.',
      text('As `10.0.0.0/8` or `::1`.', {
        check: (network: string) =>
          parseNetwork(network) === undefined
            ? 'must be an address or a network such as "10.0.0.0/8"'
            : undefined,
      }),
      { default: [], examples: [['10.0.0.0/8', '127.0.0.1']] },
    ),
    write: oneOf(
      'Which fields go on.',
      {
        'x-forwarded': '`X-Forwarded-For`, `X-Forwarded-Proto`, `X-Forwarded-Host`',
        forwarded: '`Forwarded`',
        both: 'all of them',
        none: 'none of them',
      },
      { default: 'x-forwarded' },
    ),
  },
)

export interface Forwarding {
  readonly trusted: readonly Network[]
  readonly x: boolean
  readonly standard: boolean
}

export function forwardingOf({
  trusted,
  write,
}: NonNullable<ConfigOf<{ forwarded: typeof forwardedField }>['forwarded']>): Forwarding {
  return {
    trusted: trusted.map((each) => parseNetwork(each)!),
    x: write === 'x-forwarded' || write === 'both',
    standard: write === 'forwarded' || write === 'both',
  }
}

type Headers = Record<string, Value>

/** The fields that say where a request came from, as they go on, and the address of the client. */
export interface Forwarded {
  readonly client: string
  readonly fields: Readonly<Headers>
}

/** Of a request of which nothing was described. */
export function forwardedBy(exchange: Exchange, forwarding: Forwarding): Forwarded {
  const { headers } = exchange
  // With `Connection`, which may take some of them away.
  const came = headers.filter((_, i) => {
    const name = headers[i - (i % 2)]!
    return isForwarding(name) || lowerName(name) === 'connection'
  })
  const fields = toRecord(came)
  return { client: forward(fields, exchange, forwarding), fields }
}

/** Whether a field is one of those that are set anew. */
export function isForwarding(name: string): boolean {
  return fields.includes(lowerName(name))
}

/** Sets the fields anew and returns the address of the client: the last one before the proxies that are trusted. */
function forward(headers: Headers, { remote, authority }: Exchange, forwarding: Forwarding): string {
  const peer = plainAddress(remote.address)
  const believed = isTrusted(peer, forwarding)
  const hops = believed ? hopsOf(headers) : []
  const proto = (believed && (firstOf(headers, 'x-forwarded-proto') ?? partOf(headers, 'proto'))) || 'http'
  const host = (believed && (firstOf(headers, 'x-forwarded-host') ?? partOf(headers, 'host'))) || authority
  const before = believed ? linesOf(headers, 'forwarded') : []
  for (const name of fields) delete headers[name]
  const chain = [...hops, peer]
  if (forwarding.x) {
    headers['x-forwarded-for'] = [chain.join(', ')]
    headers['x-forwarded-proto'] = [proto]
    if (host !== '') headers['x-forwarded-host'] = [host]
  }
  if (forwarding.standard) {
    const own = `for=${node(peer)};proto=http${authority === '' ? '' : `;host=${quoted(authority)}`}`
    const rest = before.length > 0 ? before : hops.map((hop) => `for=${node(hop)}`)
    headers['forwarded'] = [[...rest, own].join(', ')]
  }
  return clientOf(chain, forwarding)
}

const fields = [
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-real-ip',
  'forwarded',
]

/** From the right: the first that is not trusted; if all are, the leftmost. */
function clientOf(chain: readonly string[], forwarding: Forwarding): string {
  for (let i = chain.length - 1; i > 0; i--) if (!isTrusted(chain[i]!, forwarding)) return chain[i]!
  return chain[0]!
}

function isTrusted(text: string, { trusted }: Forwarding): boolean {
  const address = parseAddress(text)
  return address !== undefined && trusted.some((network) => isInside(address, network))
}

/** An IPv4 client of a socket that listens for IPv6 as well is called `::ffff:10.0.0.1` there. */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address
}

/** The addresses before the peer, oldest first. What is no address, as `unknown` or `_hidden`, stays as it is. */
function hopsOf(headers: Headers): readonly string[] {
  const x = linesOf(headers, 'x-forwarded-for')
  if (x.length > 0) return x.map(bare)
  return linesOf(headers, 'forwarded').flatMap((element) => {
    const found = parameter(element, 'for')
    return found === undefined ? [] : [bare(found)]
  })
}

/** Without port and brackets: `[2001:db8::1]:80`, `192.0.2.1:80`. */
function bare(text: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text)
  if (bracketed !== null) return bracketed[1]!
  return /^\d+\.\d+\.\d+\.\d+:\d+$/.test(text) ? text.slice(0, text.indexOf(':')) : text
}

/** The members of a field's lines. */
function linesOf(headers: Headers, name: string): readonly string[] {
  const values = headers[name]
  if (!Array.isArray(values)) return []
  return values.flatMap((value) =>
    String(value)
      .split(',')
      .map((member) => member.trim())
      .filter((member) => member !== ''),
  )
}

function firstOf(headers: Headers, name: string): string | undefined {
  return linesOf(headers, name)[0]
}

function partOf(headers: Headers, name: string): string | undefined {
  const first = linesOf(headers, 'forwarded')[0]
  return first === undefined ? undefined : parameter(first, name)
}

function parameter(element: string, name: string): string | undefined {
  for (const pair of element.split(';')) {
    const at = pair.indexOf('=')
    if (at > 0 && pair.slice(0, at).trim().toLowerCase() === name)
      return pair
        .slice(at + 1)
        .trim()
        .replace(/^"(.*)"$/, '$1')
  }
  return undefined
}

/** RFC 7239 6: addresses of version 6 are in brackets and quoted. */
function node(address: string): string {
  return address.includes(':') ? `"[${address}]"` : quoted(address)
}

function quoted(text: string): string {
  return /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(text) ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}
