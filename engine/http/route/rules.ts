/** Rules by which a request is led somewhere: all conditions of a rule must hold, the first rule that holds counts. */
import { compileGlob } from '#dsl/glob.ts'
import { isInside, type Network, parseAddress, parseNetwork } from '#dsl/ip.ts'
import { isRecord, type Rec, type Value } from '#dsl/value.ts'
import { type ConfigOf, either, list, map, text } from '../../config.ts'
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

/** Whether `$request` meets all conditions. */
export type Matcher = (request: Rec) => boolean

export function matcherOf(conditions: Conditions): Matcher {
  const tests: Matcher[] = []
  const { host, path, method, address } = conditions
  if (method !== undefined) {
    const methods = new Set(several(method))
    tests.push((request) => methods.has(textIn(request, 'method')))
  }
  if (host !== undefined) {
    const fits = anyOf(several(host).map((each) => each.toLowerCase()))
    tests.push((request) => fits(hostOf(request)))
  }
  if (path !== undefined) {
    const fits = anyOf(several(path), unescaped)
    tests.push((request) => fits(plainPath(pathOf(request))))
  }
  if (address !== undefined) {
    const networks = several(address).map((each) => parseNetwork(each)!)
    tests.push((request) => isWithin(textIn(request, 'client'), networks))
  }
  for (const [name, fits] of patterns(conditions.header)) {
    const lower = name.toLowerCase()
    tests.push((request) => valuesIn(request, lower).some(fits))
  }
  for (const [name, fits] of patterns(conditions.query))
    tests.push((request) => new URLSearchParams(textIn(urlOf(request), 'query')).getAll(name).some(fits))
  for (const [name, fits] of patterns(conditions.cookie))
    tests.push((request) => cookies(request, name).some(fits))
  return (request) => tests.every((test) => test(request))
}

/** As it was asked. */
export function pathOf(request: Rec): string {
  return textIn(urlOf(request), 'path')
}

/** A dot at the end names the same host. */
export function hostOf(request: Rec): string {
  const host = textIn(urlOf(request), 'host').toLowerCase()
  return host.endsWith('.') ? host.slice(0, -1) : host
}

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
  return all.length === 1 ? all[0]! : (text) => all.some((fits) => fits(text))
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

function urlOf(request: Rec): Rec {
  const url = request['url']
  return url !== undefined && isRecord(url) ? url : nothing
}

function textIn(record: Rec, key: string): string {
  const value = Object.hasOwn(record, key) ? record[key] : undefined
  return typeof value === 'string' ? value : ''
}

function valuesIn(request: Rec, name: string): readonly string[] {
  const headers = request['headers']
  if (headers === undefined || !isRecord(headers) || !Object.hasOwn(headers, name)) return []
  const value: Value = headers[name]!
  const values = Array.isArray(value) ? value : [value]
  return values.filter((each) => typeof each === 'string')
}

function cookies(request: Rec, name: string): readonly string[] {
  return valuesIn(request, 'cookie').flatMap((line) =>
    line.split(';').flatMap((pair) => {
      const at = pair.indexOf('=')
      return at > 0 && pair.slice(0, at).trim() === name ? [pair.slice(at + 1).trim()] : []
    }),
  )
}

const nothing: Rec = {}
