/**
 * The one spelling of places: `/onramp/http_in/01/out`, in links, logs, metrics, selectors and messages alike. A node is
 * `/kind/id/instance`, a port of it `/kind/id/instance/port`. (tremor-common/src/url.rs; `tremor://localhost` is the same place.)
 */
import { type Diagnostic, defineDiagnostic } from '#dsl/diagnostic.ts'
import { nearest } from '#dsl/nearest.ts'
import { type Span, spanOf } from '#dsl/source.ts'

export const badAddress = defineDiagnostic({
  code: 'E0611',
  title: 'not an address',
  explain:
    'An address names a place: "/onramp|offramp|pipeline|binding", then the artefact, the instance and, in links, the port, each one segment.',
  wrong:
    'binding:\n  - id: main\n    links:\n      /onrmp/http_in/{instance}/out: /pipeline/system::passthrough/{instance}/in',
  right:
    'binding:\n  - id: main\n    links:\n      /onramp/http_in/{instance}/out: /pipeline/system::passthrough/{instance}/in',
})
export const slashless = defineDiagnostic({
  code: 'W0612',
  title: 'address without leading slash',
  explain:
    'tremor reads an address of four segments as if it began with a slash, and so does Temblor. Written out it cannot be taken for a relative one.',
  wrong:
    'binding:\n  - id: main\n    links:\n      onramp/http_in/{instance}/out: /pipeline/system::passthrough/{instance}/in',
  right:
    'binding:\n  - id: main\n    links:\n      /onramp/http_in/{instance}/out: /pipeline/system::passthrough/{instance}/in',
})

export const kinds = ['onramp', 'offramp', 'pipeline', 'binding'] as const
export type Kind = (typeof kinds)[number]

/** A place, its segments as written: they may hold `{placeholder}`s until they are filled in. */
export interface Address {
  readonly kind: Kind
  /** The artefact's id: `http_in`, `system::stdout`. */
  readonly id: string
  readonly instance?: string
  readonly port?: string
}

export interface ParsedAddress {
  /** Absent if it is none. */
  readonly address?: Address
  readonly findings: readonly Diagnostic[]
}

/** What an address names in its place: a port in links, where a missing port is found later, and an instance in mappings. */
export type AddressForm = 'port' | 'instance'

const segmentPattern = /^[^\s/{}]*(\{[A-Za-z_][\w-]*\}[^\s/{}]*)*$/

/** Reads an address. `span` is the text's place; findings point into it. */
export function parseAddress(text: string, span: Span, form: AddressForm): ParsedAddress {
  const wanted = form === 'port' ? 'write "/kind/id/instance/port"' : 'write "/kind/id/instance"'
  const complain = (message: string, help = `An address has the form ${wanted.slice(6)}`): ParsedAddress => ({
    findings: [
      {
        code: badAddress.code,
        severity: 'error',
        origin: 'temblor',
        message,
        labels: [{ span }],
        help: `${help}`,
      },
    ],
  })
  const findings: Diagnostic[] = []
  const path = pathOf(decodeBraces(text))
  if (path === undefined)
    return complain(
      `${quote(text)} names another host`,
      'Only places of this process can be linked: leave "tremor://host" out',
    )
  if (!path.startsWith('/')) findings.push(withoutSlash(text, span))
  const segments = path.replace(/^\//, '').split('/')
  const bad = segments.find((segment) => segment === '' || !segmentPattern.test(segment))
  if (bad !== undefined)
    return complain(
      `${quote(text)} is not an address: ${bad === '' ? 'a segment is empty' : `${quote(bad)} is no segment`}`,
    )
  const [kind, id, instance, port] = segments
  if (!kinds.includes(kind as Kind)) {
    const near = nearest(kind!, kinds)
    return complain(
      `${quote(text)} is not an address: there is no kind ${quote(kind!)}`,
      near === undefined ? `The kinds are ${kinds.map(quote).join(', ')}` : `Did you mean ${quote(near)}?`,
    )
  }
  const most = form === 'port' ? 4 : 3
  if (segments.length < 3 || segments.length > most) {
    const how = segments.length < 3 ? 'segments are missing' : 'there are too many segments'
    return complain(
      `${quote(text)} is not an address of ${form === 'port' ? 'a port' : 'an instance'}: ${how}`,
    )
  }
  return {
    address: { kind: kind as Kind, id: id!, instance: instance!, ...(port === undefined ? {} : { port }) },
    findings,
  }
}

/** `/onramp/http_in/01/out` */
export function printAddress({ kind, id, instance, port }: Address): string {
  return `/${kind}/${id}${instance === undefined ? '' : `/${instance}`}${port === undefined ? '' : `/${port}`}`
}

/** The node a port belongs to. */
export function nodeOf({ kind, id, instance }: Address): Address {
  return { kind, id, ...(instance === undefined ? {} : { instance }) }
}

/** Names of the placeholders in a segment or a whole address. */
export function placeholdersIn(text: string): readonly string[] {
  return [...text.matchAll(/\{([A-Za-z_][\w-]*)\}/g)].map(([, name]) => name!)
}

/** The address with its placeholders filled in, in every segment; unknown ones stay as they are. */
export function fillIn(address: Address, values: Readonly<Record<string, string>>): Address {
  const fill = (segment: string) =>
    segment.replace(/\{([A-Za-z_][\w-]*)\}/g, (whole, name) =>
      Object.hasOwn(values, name) ? values[name]! : whole,
    )
  return {
    kind: address.kind,
    id: fill(address.id),
    ...(address.instance === undefined ? {} : { instance: fill(address.instance) }),
    ...(address.port === undefined ? {} : { port: fill(address.port) }),
  }
}

/** The path of `tremor://localhost/…` and `tremor:///…`; a plain path as it is; undefined for another host. */
function pathOf(text: string): string | undefined {
  const match = /^tremor:\/\/([^/]*)(\/.*)?$/.exec(text)
  if (match === null) return text
  return /^(localhost|127\.0\.0\.1|\[::1\]|)(:\d+)?$/.test(match[1]!) ? (match[2] ?? '/') : undefined
}

/** tremor prints placeholders percent-encoded, `%7Binstance%7D`; such an address can be pasted back. */
function decodeBraces(text: string): string {
  return text.replaceAll(/%7B/gi, '{').replaceAll(/%7D/gi, '}')
}

function withoutSlash(text: string, span: Span): Diagnostic {
  const at = span.source.text.indexOf(text, span.start)
  const inside = at >= 0 && at + text.length <= span.end
  return {
    code: slashless.code,
    severity: 'warning',
    origin: 'temblor',
    message: `The address ${quote(text)} has no leading slash`,
    labels: [{ span }],
    help: `Write ${quote(`/${text}`)}`,
    ...(inside ? { fix: [{ span: spanOf(span.source, at, at), text: '/' }] } : {}),
  }
}

function quote(text: string): string {
  return JSON.stringify(text)
}
