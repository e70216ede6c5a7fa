/** Rules by which a request is led somewhere: all conditions of a rule must hold, the first rule that holds counts. */
import { compileGlob } from '#dsl/glob.ts'
import { isInside, type Network, parseAddress, parseNetwork } from '#dsl/ip.ts'
import { type ConfigOf, either, list, map, text } from '../../config.ts'
import type { Asked } from './asked.ts'
import { plainPath, unescaped } from './path.ts'

const oneOrMore = (doc: string, options: Parameters<typeof text>[1] = {}) =>
  either(doc, [text(doc, options), list(doc, text(doc, options), { least: 1 })])

const pattern = '`*` stands for any text.'

export const conditionFields = {
  host: oneOrMore(
    `The host that is asked, without its port: \`shop.example\`, \`*.example\`, \`api.*\`. ${pattern} Case does not matter.`,
  ),
  path: oneOrMore(
    `The path, without its query: \`/health\`, \`/api/*\`. ${pattern} Spellings of one path are one: \`/api/../health\`, \`//health\`, \`/%68ealth\` and \`/api%2f..%2fhealth\` are \`/health\`. What is sent on stays as it was asked.`,
    {
      check: (path: string) => (/^[/*]/.test(path) ? undefined : 'must begin with "/" or "*"'),
    },
  ),
  method: oneOrMore('The method.', {
    check: (method: string) =>
      /^[A-Z]+(-[A-Z]+)*$/.test(method) ? undefined : 'must be a method in upper case, as "GET"',
  }),
  header: map(
    `Header fields, by name. ${pattern} "*" asks only that the field is there.`,
    text('A pattern.'),
  ),
  query: map(`Parameters of the query, by name. ${pattern}`, text('A pattern.')),
  cookie: map(`Cookies, by name. ${pattern}`, text('A pattern.')),
  address: oneOrMore(
    "The client's address, `$request.client`: an address or a network such as `10.0.0.0/8`.",
    {
      check: (network: string) =>
        parseNetwork(network) === undefined
          ? 'must be an address or a network such as "10.0.0.0/8"'
          : undefined,
    },
  ),
} as const

export type Conditions = ConfigOf<typeof conditionFields>

/** Whether a request meets all conditions. */
export type Matcher = (asked: Asked) => boolean

export function matcherOf(conditions: Conditions): Matcher {
  const tests: Matcher[] = []
  const { host, path, method, address } = conditions
  if (method !== undefined) {
    const methods = new Set(several(method))
    tests.push((asked) => methods.has(asked.method))
  }
  if (host !== undefined) {
    const fits = anyOf(several(host).map((each) => each.toLowerCase()))
    tests.push((asked) => fits(hostOf(asked)))
  }
  if (path !== undefined) {
    const fits = anyOf(several(path), unescaped)
    tests.push((asked) => fits(plainPath(asked.path)))
  }
  if (address !== undefined) {
    const networks = several(address).map((each) => parseNetwork(each)!)
    tests.push((asked) => isWithin(asked.client, networks))
  }
  for (const [name, fits] of patterns(conditions.header)) {
    const lower = name.toLowerCase()
    tests.push((asked) => asked.values(lower).some(fits))
  }
  for (const [name, fits] of patterns(conditions.query))
    tests.push(({ query }) => query !== '' && new URLSearchParams(query).getAll(name).some(fits))
  for (const [name, fits] of patterns(conditions.cookie)) tests.push((asked) => hasCookie(asked, name, fits))
  if (tests.length === 1) return tests[0]!
  return (asked) => {
    for (const test of tests) if (!test(asked)) return false
    return true
  }
}

/** A dot at the end names the same host. */
export function hostOf(asked: Asked): string {
  const { host } = asked
  if (host !== last.host) {
    const lower = host.toLowerCase()
    last = { host, plain: lower.endsWith('.') ? lower.slice(0, -1) : lower }
  }
  return last.plain
}

/** Rules ask one after the other, and the same host is asked again and again. */
let last = { host: '', plain: '' }

export function several(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value
}

function patterns(
  written: Readonly<Record<string, string>> | undefined,
): readonly (readonly [string, (text: string) => boolean])[] {
  return Object.entries(written ?? {}).map(([name, each]) => [name, starred(each)])
}

function anyOf(written: readonly string[], read?: (literal: string) => string): (text: string) => boolean {
  const all = written.map((each) => starred(each, read))
  if (all.length === 1) return all[0]!
  return (text) => {
    for (const fits of all) if (fits(text)) return true
    return false
  }
}

/** Only stars are special: brackets and question marks are themselves. */
function starred(written: string, read = (literal: string) => literal): (text: string) => boolean {
  const literals = written.split('*').map((part) => read(part).replaceAll(/[[\]?*]/g, (char) => `[${char}]`))
  return compileGlob(literals.join('*'))
}

function isWithin(text: string, networks: readonly Network[]): boolean {
  const address = parseAddress(text)
  return address !== undefined && networks.some((network) => isInside(address, network))
}

function hasCookie(asked: Asked, name: string, fits: (value: string) => boolean): boolean {
  for (const line of asked.values('cookie')) {
    for (let from = 0, to = 0; from < line.length; from = to + 1) {
      to = line.indexOf(';', from)
      if (to < 0) to = line.length
      const at = line.indexOf('=', from)
      if (at <= from || at > to || line.slice(from, at).trim() !== name) continue
      if (fits(line.slice(at + 1, to).trim())) return true
    }
  }
  return false
}
