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

/** A port for each offramp, in the order in which they are first named. */
export function exitsOf({ rules = [], to }: Route): readonly RouterExit[] {
  const named = rules.map((rule, index) => ({ offramp: rule.to, path: ['rules', index, 'to'] }))
  if (typeof to === 'string') named.push({ offramp: to, path: ['to'] })
  const first = named.filter(
    ({ offramp }, index) => named.findIndex((each) => each.offramp === offramp) === index,
  )
  return first.map(({ offramp, path }, index) => ({ port: `to${index + 1}`, offramp, path }))
}

export function routerOf(route: Route): Source {
  const exits = exitsOf(route)
  const portOf = (offramp: string) => exits.find((exit) => exit.offramp === offramp)!.port
  const rules = (route.rules ?? []).map(({ to, ...conditions }) => ({ ...conditions, to: portOf(to) }))
  const all = typeof route.to === 'string' ? [...rules, { to: portOf(route.to) }] : rules
  const text = `#!config id = "${routerId(route.id)}"
define http::route operator rules
with
  rules = ${literal(all)}
end;
define script forward
script
  # Path and query as they were asked for, unless a pipeline before said otherwise.
  let $endpoint = match present $endpoint of
    case true => $endpoint
    default => patch $request.url of erase "scheme", erase "host", erase "port" end
  end;
  event
end;
create operator rules;
create script forward;
select event from in into forward;
select event from forward into rules;
select event from forward/err into err;
${exits.map(({ port }) => `select event from rules/${port} into out/${port};\n`).join('')}`
  return { name: `<${routerId(route.id)}>`, text }
}

/** Data as a literal of the language: JSON, but for braces within texts, which would interpolate. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value).replaceAll('{', '\\u007b')
  const fields = Object.entries(value).filter(([, each]) => each !== undefined)
  return `{${fields.map(([key, each]) => `${literal(key)}: ${literal(each)}`).join(', ')}}`
}
