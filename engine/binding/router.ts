/**
 * The pipeline that the rules of a route stand for: path and query are passed on, an operator `http::route` chooses, and each
 * offramp has a port.
 */
import type { Source } from '#dsl/source.ts'
import type { Route } from './route.ts'

export interface RouterExit {
  readonly port: string
  readonly offramp: string
  /** Where the route names the offramp. */
  readonly path: readonly (string | number)[]
}

export function routerId(route: string): string {
  return `route::${route}`
}

/**
 * The rules by which a route chooses. One that only says from where to where has none to ask, and its requests go on as they were asked all
 * the same; with a pipeline of one's own, that one says where to.
 */
export function rulesOf({ rules, request, to }: Route): NonNullable<Route['rules']> | undefined {
  return rules ?? (request === undefined && typeof to === 'string' ? [] : undefined)
}

/** A port for each offramp, in the order in which they are first named. */
export function exitsOf(route: Route): readonly RouterExit[] {
  const { to } = route
  const named = (rulesOf(route) ?? []).map((rule, index) => ({
    offramp: rule.to,
    path: ['rules', index, 'to'],
  }))
  if (typeof to === 'string') named.push({ offramp: to, path: ['to'] })
  const first = named.filter(
    ({ offramp }, index) => named.findIndex((each) => each.offramp === offramp) === index,
  )
  return first.map(({ offramp, path }, index) => ({ port: `to${index + 1}`, offramp, path }))
}

export function routerOf(route: Route): Source {
  const exits = exitsOf(route)
  const portOf = (offramp: string) => exits.find((exit) => exit.offramp === offramp)!.port
  const rules = (rulesOf(route) ?? []).map(({ to, ...conditions }) => ({ ...conditions, to: portOf(to) }))
  const all = typeof route.to === 'string' ? [...rules, { to: portOf(route.to) }] : rules
  const text = `#!config id = "${routerId(route.id)}"
define http::forward operator forward;
create operator forward;
select event from in into forward;
${rules.length === 0 ? 'select event from forward into out/to1;\n' : chosenBy(all, exits)}`
  return { name: `<${routerId(route.id)}>`, text }
}

function chosenBy(rules: readonly object[], exits: readonly RouterExit[]): string {
  return `define http::route operator rules
with
  rules = ${literal(rules)}
end;
create operator rules;
select event from forward into rules;
${exits.map(({ port }) => `select event from rules/${port} into out/${port};\n`).join('')}`
}

/** Data as a literal of the language: JSON, but for braces within texts, which would interpolate. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value).replaceAll('{', '\\u007b')
  const fields = Object.entries(value).filter(([, each]) => each !== undefined)
  return `{${fields.map(([key, each]) => `${literal(key)}: ${literal(each)}`).join(', ')}}`
}
