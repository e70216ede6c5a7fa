/** The files that `temblor proxy` stands for: what a reader would have written, and may go on from. */

export interface ProxyOptions {
  readonly host: string
  readonly port: number
  /** `http://127.0.0.1:9001`, without a path. */
  readonly upstreams: readonly URL[]
  /** To set on every request. */
  readonly headers: readonly (readonly [name: string, value: string])[]
}

export function proxyFiles(options: ProxyOptions): ReadonlyMap<string, string> {
  return new Map([
    ['proxy.yaml', configuration(options)],
    ['proxy.trickle', pipeline(options)],
  ])
}

function configuration({ host, port, upstreams }: ProxyOptions): string {
  const offramps = upstreams.map((url, at) => {
    const given = url.port === '' ? '' : `\n        port: ${url.port}`
    const scheme = url.protocol === 'https:' ? '\n        scheme: https' : ''
    return `  - id: ${nameOf(at)}
    type: rest
    linked: true
    config:
      endpoint:${scheme}
        host: ${JSON.stringify(url.hostname.replace(/^\[|\]$/g, ''))}${given}
`
  })
  const ports = upstreams.map((_, at) => `      ${nameOf(at)}: ${nameOf(at)}\n`)
  return `onramp:
  - id: http_in
    type: rest
    linked: true
    config:
      host: ${JSON.stringify(host)}
      port: ${port}

offramp:
${offramps.join('')}
route:
  - id: proxy
    from: http_in
    request: proxy
    to:
${ports.join('')}`
}

function pipeline({ upstreams, headers }: ProxyOptions): string {
  const names = upstreams.map((_, at) => nameOf(at))
  const set = headers.map(
    ([name, value]) => `  let $request.headers[${quoted(name.toLowerCase())}] = ${quoted(value)};\n`,
  )
  const script = `define script fields
script
${set.join('')}  event
end;

create script fields;
select event from in into fields;
select event from fields into forward;
select event from fields/err into err;
`
  return `# Requests take turns over the upstreams; one that fails is left alone for a while and passed over meanwhile.
# Path and query are as they were asked for; host and port are the offramp's.
define http::forward operator forward;

define qos::roundrobin operator turns
with
  outputs = [${names.map(quoted).join(', ')}]
end;

define qos::backpressure operator backoff
with
  timeout = 10000,
  steps = [100, 500, 1000, 10000],
  circuit_breaker = true
end;

create operator forward;
create operator turns;
${names.map((name) => `create operator ${name}_backoff from backoff;\n`).join('')}
${set.length === 0 ? 'select event from in into forward;\n' : script}select event from forward into turns;
${names.map((name) => `select event from turns/${name} into ${name}_backoff;\nselect event from ${name}_backoff into out/${name};\n`).join('')}`
}

function nameOf(at: number): string {
  return `upstream${String(at + 1).padStart(2, '0')}`
}

/** A string of the language: JSON's escapes are its own, and braces, which would interpolate, are written as escapes. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll('{', '\\u007b')
}
