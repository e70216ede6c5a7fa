/**
 * `route:` written out. A route leads from a linked onramp by pipelines to one or more offramps, and the answers back;
 * here are the links it stands for. Errors of its pipelines and offramps lead back to the client, too.
 */
import { type Pair, parseDocument, type YAMLMap } from 'yaml'
import type { Source, Span } from '#dsl/source.ts'
import { type ConfigOf, checkConfig } from '../config.ts'
import { routeFields } from './fields.ts'
import { exitsOf, routerId, routerOf, rulesOf } from './router.ts'
import { placeOf, type Written } from './yaml.ts'

export type Route = ConfigOf<typeof routeFields>

/** A link as text, and the place in the route that each end comes from. */
export interface RouteLink {
  readonly from: string
  readonly to: string
  readonly fromSpan: Span
  readonly toSpan: Span
}

/** The links of a route, with `{instance}` for the instance. */
export function linksOfRoute(route: Route, written: Written): readonly RouteLink[] {
  const at = (...path: readonly (string | number)[]) => placeOf(written, path, 'value')
  const client: Stop = { address: `/onramp/${route.from}/{instance}`, span: at('from') }
  const requests = requestStopsOf(route, at)
  const responses = apart(stopsOf(route.response, 'response', at), requests)
  const errors: Stop = { address: `/pipeline/${route.errors}/{instance}`, span: at('errors') }
  const offramps = offrampsOf(route, written)
  const links: RouteLink[] = []
  const link = (from: Stop, port: string, to: Stop) =>
    links.push({
      from: `${from.address}/${port}`,
      to: `${to.address}/in`,
      fromSpan: from.span,
      toSpan: to.span,
    })

  link(client, 'out', requests[0]!)
  chain(requests)
  for (const { port, stop, span } of offramps) link({ address: requests.at(-1)!.address, span }, port, stop)
  for (const { stop } of offramps) link(stop, 'out', responses[0]!)
  chain(responses)
  link(responses.at(-1)!, 'out', client)
  for (const stop of [...requests, ...responses]) link(stop, 'err', client)
  for (const { stop } of offramps) link(stop, 'err', errors)
  for (const port of ['out', 'err']) link(errors, port, client)
  return links

  function chain(stops: readonly Stop[]): void {
    for (const [index, stop] of stops.entries()) if (index > 0) link(stops[index - 1]!, 'out', stop)
  }
}

export function instanceOf(route: Route): string {
  return route.instance ?? route.id
}

interface Stop {
  readonly address: string
  readonly span: Span
}

type At = (...path: readonly (string | number)[]) => Span

/** With rules, the pipeline made of them comes last. */
function requestStopsOf(route: Route, at: At): readonly Stop[] {
  if (rulesOf(route) === undefined) return stopsOf(route.request, 'request', at)
  const span = at(route.rules === undefined ? 'id' : 'rules')
  const router = { address: `/pipeline/${routerId(route.id)}/{instance}`, span }
  return route.request === undefined ? [router] : [...stopsOf(route.request, 'request', at), router]
}

/** The pipelines on one way; without any, one that hands events on, of its own for each way. */
function stopsOf(
  pipelines: string | readonly string[] | undefined,
  way: 'request' | 'response',
  at: At,
): readonly Stop[] {
  if (pipelines === undefined)
    return [{ address: `/pipeline/system::passthrough/{instance}-${way}`, span: at('id') }]
  if (typeof pipelines === 'string') return [{ address: `/pipeline/${pipelines}/{instance}`, span: at(way) }]
  return pipelines.map((id, index) => ({ address: `/pipeline/${id}/{instance}`, span: at(way, index) }))
}

/** A pipeline on both ways is two instances: one would send every request back as its own answer. */
function apart(responses: readonly Stop[], requests: readonly Stop[]): readonly Stop[] {
  return responses.map((stop) =>
    requests.some(({ address }) => address === stop.address)
      ? { ...stop, address: `${stop.address}-response` }
      : stop,
  )
}

interface Exit {
  /** Of the last request pipeline. */
  readonly port: string
  /** Where the port is named. */
  readonly span: Span
  readonly stop: Stop
}

function offrampsOf(route: Route, written: Written): readonly Exit[] {
  const { to } = route
  const value = (...path: readonly string[]) => placeOf(written, ['to', ...path], 'value')
  const stop = (id: string, span: Span) => ({ address: `/offramp/${id}/{instance}`, span })
  if (rulesOf(route) !== undefined)
    return exitsOf(route).map(({ port, offramp, path }) => {
      const span = placeOf(written, path, 'value')
      return { port, span, stop: stop(offramp, span) }
    })
  if (typeof to === 'string') return [{ port: 'out', span: value(), stop: stop(to, value()) }]
  return Object.entries(to ?? {}).map(([port, id]) => ({
    port,
    span: placeOf(written, ['to', port], 'key'),
    stop: stop(id, value(port)),
  }))
}

// ---- as text --------------------------------------------------------------------------------------------------

/**
 * A configuration file with its routes written out as bindings and mappings; everything else, comments too, stays as it
 * is. Routes with errors stay as they are. So do those that stand for a pipeline, too, which has no place in such a file: what it
 * is, and the links, stand below in comments.
 */
export function expandRoutes(source: Source): string {
  const document = parseDocument(source.text)
  const routes = document.errors.length === 0 ? (document.toJS()?.route as unknown) : undefined
  if (!Array.isArray(routes)) return source.text
  const kept: number[] = []
  const told: string[] = []
  const nowhere: Written = { value: null, span: { source, start: 0, end: 0 }, textual: false }
  for (const [index, each] of routes.entries()) {
    const { config: route } = checkConfig(routeFields, each, () => nowhere.span)
    if (route === undefined) return source.text
    if (rulesOf(route) !== undefined) {
      kept.push(index)
      told.push(toldOf(route, linksOfRoute(route, nowhere)))
      continue
    }
    const links: Record<string, string[]> = {}
    for (const { from, to } of linksOfRoute(route, nowhere)) (links[from] ??= []).push(to)
    const { id, description } = route
    addTo(
      'binding',
      document.createNode({ id, ...(description === undefined ? {} : { description }), links }),
    )
    const mapping = document.createPair(`/binding/${id}/01`, { instance: instanceOf(route) })
    if (document.has('mapping')) (document.get('mapping') as YAMLMap).add(mapping as Pair)
    else
      document.set('mapping', document.createNode({ [`/binding/${id}/01`]: { instance: instanceOf(route) } }))
  }
  for (const index of [...routes.keys()].reverse())
    if (!kept.includes(index)) document.deleteIn(['route', index])
  if (kept.length === 0) document.delete('route')
  const text = kept.length === routes.length ? source.text : document.toString({ lineWidth: 0 })
  return [text.replace(/\n*$/, '\n'), ...told].join('\n')

  function addTo(key: string, node: unknown): void {
    if (document.has(key)) document.addIn([key], node)
    else document.set(key, document.createNode([node]))
  }
}

/** In the words of a comment, what a route with rules is. */
function toldOf(route: Route, links: readonly RouteLink[]): string {
  const filled = (address: string) => address.replaceAll('{instance}', instanceOf(route))
  const lines = [
    `The route "${route.id}" is these links,`,
    '',
    ...links.map(({ from, to }) => `  ${filled(from)} -> ${filled(to)}`),
    '',
    `and the pipeline "${routerId(route.id)}":`,
    '',
    ...routerOf(route)
      .text.trimEnd()
      .split('\n')
      .map((line) => `  ${line}`),
  ]
  return `${lines.map((line) => `# ${line}`.trimEnd()).join('\n')}\n`
}
