import { type Extractor, MistakeInText } from '#dsl/function.ts'
import { isInside, maskOf, type Network, parseAddress, parseNetwork } from '#dsl/ip.ts'
import type { Rec } from '#dsl/value.ts'

export default {
  name: 'cidr',
  doc: 'An internet address or network; with a list of networks as the rule, an address inside one of them. Gives prefix and mask, as four bytes or eight numbers of 16 bits.',
  examples: [
    { rule: '', input: '10.9.8.7/8', result: '{"prefix":[10,0,0,0],"mask":[255,0,0,0]}' },
    {
      rule: '',
      input: '::1',
      result: '{"prefix":[0,0,0,0,0,0,0,1],"mask":[65535,65535,65535,65535,65535,65535,65535,65535]}',
    },
    {
      rule: '10.22.0.0/24, 10.22.1.0/24',
      input: '10.22.1.254',
      result: '{"prefix":[10,22,1,254],"mask":[255,255,255,255]}',
    },
    { rule: '10.22.0.0/24', input: '10.22.1.254', result: null },
    { rule: '', input: '1.2.3', result: null },
  ],
  compile(rule) {
    const extract = rule.trim() === '' ? anyNetwork : inside(networksOf(rule))
    return { test: (input) => extract(input) !== undefined, extract }
  },
} satisfies Extractor

function networksOf(rule: string): Network[] {
  let start = 0
  return rule.split(',').map((part) => {
    const text = part.trim()
    const network = parseNetwork(text)
    const at = start + part.indexOf(text)
    const found = `found ${JSON.stringify(text)}`
    if (network === undefined)
      throw new MistakeInText(
        `Expected a network such as "10.0.0.0/8", ${found}`,
        at,
        Math.max(text.length, 1),
      )
    start += part.length + 1
    return network
  })
}

function anyNetwork(input: string): Rec | undefined {
  const network = parseNetwork(input)
  return network && { prefix: network.groups, mask: maskOf(network) }
}

function inside(networks: readonly Network[]): (input: string) => Rec | undefined {
  return (input) => {
    const address = parseAddress(input)
    if (address === undefined || !networks.some((network) => isInside(address, network))) return undefined
    return anyNetwork(input)
  }
}
