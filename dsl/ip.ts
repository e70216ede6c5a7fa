/** Internet addresses and networks, as numbers by group: four of 8 bits, or eight of 16. */
export interface Address {
  readonly groups: readonly number[]
  /** Bits per group. */
  readonly bits: 8 | 16
}

export interface Network extends Address {
  /** Leading bits that belong to the network. */
  readonly length: number
}

/** An address in its usual notation, RFC 4291 section 2.2 for IPv6; undefined if it is none. */
export function parseAddress(text: string): Address | undefined {
  if (text.includes(':')) return parseV6(text)
  const parts = text.split('.')
  const groups = parts.map((part) => (/^(?:0|[1-9]\d{0,2})$/.test(part) ? Number(part) : 256))
  return groups.length === 4 && groups.every((group) => group < 256) ? { groups, bits: 8 } : undefined
}

function parseV6(text: string): Address | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = [groupsOf(halves[0]!, halves.length === 1), groupsOf(halves[1] ?? '', true)]
  if (head === undefined || tail === undefined) return undefined
  const missing = 8 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  return { groups: [...head, ...Array<number>(missing).fill(0), ...tail], bits: 16 }
}

/** The last 32 bits of an address may be written as one of version 4. */
function groupsOf(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    if (isEnd && index === parts.length - 1 && part.includes('.')) {
      const v4 = parseAddress(part)?.groups
      if (v4 === undefined) return undefined
      groups.push(v4[0]! * 256 + v4[1]!, v4[2]! * 256 + v4[3]!)
    } else if (/^[0-9A-Fa-f]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16))
    else return undefined
  }
  return groups
}

/** `10.0.0.0/8`, or one address; undefined if it is neither. The bits outside the network are cleared. */
export function parseNetwork(text: string): Network | undefined {
  const slash = text.indexOf('/')
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash))
  if (address === undefined) return undefined
  const width = address.groups.length * address.bits
  if (slash < 0) return { ...address, length: width }
  const suffix = text.slice(slash + 1)
  const length = Number(suffix)
  if (!/^\d{1,3}$/.test(suffix) || length > width) return undefined
  const mask = maskOf({ ...address, length })
  return { groups: address.groups.map((group, at) => group & mask[at]!), bits: address.bits, length }
}

/** The groups of the network mask. */
export function maskOf({ groups, bits, length }: Network): number[] {
  return groups.map((_, at) => {
    const ones = Math.min(Math.max(length - at * bits, 0), bits)
    return (2 ** ones - 1) * 2 ** (bits - ones)
  })
}

export function isInside(address: Address, network: Network): boolean {
  if (address.bits !== network.bits) return false
  const mask = maskOf(network)
  return address.groups.every((group, at) => (group & mask[at]!) === network.groups[at])
}
