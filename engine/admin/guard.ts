/** Who may ask the admin server what. Pure: a request's facts in, a refusal or nothing out. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { BlockList, isIP } from 'node:net'

export interface Asked {
  readonly method: string
  readonly host: string | undefined
  readonly origin: string | undefined
  readonly authorization: string | undefined
}

export interface Refusal {
  readonly status: number
  readonly title: string
  readonly detail: string
}

/** `127.0.0.0/8`, `::1`, and the name `localhost`. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true
  const version = isIP(host)
  return version !== 0 && loopback.check(host, version === 4 ? 'ipv4' : 'ipv6')
}

/**
 * A page in a browser can send requests to the loopback: under its own name (DNS rebinding, so Host must be a loopback
 * name) or across origins (so Origin must be absent or ours). A server that listens elsewhere has a token instead.
 */
export function refuse(
  asked: Asked,
  bound: { readonly host: string; readonly token: string | undefined },
): Refusal | undefined {
  if (isLoopback(bound.host) && !isLoopback(nameOf(asked.host))) {
    return {
      status: 403,
      title: 'Forbidden host',
      detail: 'The Host header must name the loopback: localhost, 127.0.0.1 or [::1]',
    }
  }
  if (asked.origin !== undefined && asked.origin !== `http://${asked.host}`) {
    return { status: 403, title: 'Forbidden origin', detail: 'Pages of other origins may not ask' }
  }
  if (bound.token !== undefined && !isToken(asked.authorization, bound.token)) {
    return {
      status: 401,
      title: 'Token missing or wrong',
      detail: 'Send "Authorization: Bearer TOKEN", the token of TEMBLOR_ADMIN_TOKEN',
    }
  }
  return undefined
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** The host of `host:port`, without the brackets of IPv6. */
function nameOf(host: string | undefined): string {
  return (host ?? '')
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase()
}

/** Hashes are compared, in constant time: neither the token's length nor how much of it was right can be measured. */
export function isToken(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
  return given !== undefined && timingSafeEqual(digest(given), digest(token))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
