/**
 * Where an offramp may connect to, if its configuration says so. Scripts may make an endpoint of what a client sent: what counts is the
 * address that is connected to, not how it was spelled, and not what its name resolved to a moment ago.
 */
import { BlockList, isIP } from 'node:net'
import { compileGlob } from '#dsl/glob.ts'
import { parseNetwork } from '#dsl/ip.ts'

/** Whether this host, at this address, may be connected to. */
export type MayConnect = (host: string, address: string) => boolean

/** `own` are the hosts that the configuration itself names. */
export function destinations(written: readonly string[], own: readonly (string | null)[]): MayConnect {
  const named = new Set(own.map((host) => plain(host ?? '')))
  const networks = new BlockList()
  const patterns: ((host: string) => boolean)[] = []
  for (const each of written) {
    if (parseNetwork(each) === undefined) patterns.push(compileGlob(each.toLowerCase()))
    else addNetwork(networks, each)
  }
  return (host, address) => {
    const name = plain(host)
    if (named.has(name)) return true
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (networks.check(address, family)) return true
    return isIP(name) === 0 && patterns.some((fits) => fits(name)) && !within.check(address, family)
  }
}

/** Why a destination is none. */
export function destinationTrouble(written: string): string | undefined {
  if (parseNetwork(written) !== undefined || /^[A-Za-z0-9*.-]+$/.test(written)) return undefined
  return 'must be a host such as "*.example", an address or a network such as "10.0.0.0/8"'
}

function plain(host: string): string {
  const bare = host.startsWith('[') ? host.slice(1, -1) : host
  return bare.toLowerCase().replace(/\.$/, '')
}

function addNetwork(list: BlockList, text: string): void {
  const [address = '', bits] = text.split('/')
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  list.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family)
}

/** Addresses of this machine, of its networks and of nobody: a name that a stranger owns may resolve to them. */
const within = new BlockList()
for (const network of [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/3',
  '::/127',
  '64:ff9b::/96',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
])
  addNetwork(within, network)
