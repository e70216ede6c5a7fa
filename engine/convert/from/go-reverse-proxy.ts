/** https://github.com/jose-correia/go-reverse-proxy: services by domain, each with instances that take turns. */
import { basename } from 'node:path'
import { type Diagnostic, hasErrors } from '#dsl/diagnostic.ts'
import { type ConfigOf, integer, list, record, text } from '../../config.ts'
import { type Converted, defineConverter, type Environment } from '../converter.ts'
import { type Foreign, ignored, readForeign, wrong } from '../foreign.ts'
import { isHost, isMachine } from '../machine.ts'
import { shippedPipeline } from '../shipped.ts'
import { comment, indent, scalar } from '../yaml-text.ts'

const port = integer('Its port.', { required: true, min: 1, max: 65535 })

const fields = {
  proxy: record(
    'The proxy.',
    {
      listen: record(
        'Where it listens.',
        { address: text('Its address.', { required: true }), port },
        { required: true },
      ),
      services: list(
        'What it leads to.',
        record('A service.', {
          name: text('Its name.', { default: '' }),
          domain: text('The Host of requests for it.', { required: true }),
          hosts: list(
            'Its instances.',
            record('One.', { address: text('Its address.', { required: true }), port }),
            {
              required: true,
              least: 1,
            },
          ),
        }),
        { required: true, least: 1 },
      ),
    },
    { required: true },
  ),
} as const

type Proxy = ConfigOf<typeof fields>['proxy']
type Service = Proxy['services'][number]

export default defineConverter({
  doc: "go-reverse-proxy's configuration: services by domain below /proxy/, with round robin, retries and a cache.",
  variables: {
    CONFIGURATION_FILENAME: 'the file in proxy-configs/, if none is named; proxyConfig.yaml if it is not set',
    MAX_HTTP_RETRIES: 'how often a request is repeated at an instance; 2 if it is not set',
    MAX_FORWARD_RETRIES: 'how many further instances are tried; 2 if it is not set',
    HTTP_CACHE_TTL_SECONDS: 'no answer is kept for longer, 0 keeps none; 60 if it is not set',
    METRICS_ADDR: 'where metrics are served; :8090 if it is not set',
  },
  envFile: '.env',
  keys: Object.keys(fields),
  fileFor: (environment) => `proxy-configs/${environment['CONFIGURATION_FILENAME'] || 'proxyConfig.yaml'}`,
  convert(source, environment): Converted {
    const foreign = readForeign(source, fields, 'the proxy')
    const proxy = foreign.config?.proxy
    const { settings, findings: unset } = readSettings(environment, foreign)
    const findings = [...foreign.findings, ...unset, ...(proxy === undefined ? [] : check(proxy, foreign))]
    if (proxy === undefined || settings === undefined || hasErrors(findings)) return { findings }
    const routes = routesOf(proxy)
    const files = new Map([
      ['go-reverse-proxy.yaml', configuration(proxy, routes, { settings, from: basename(source.name) })],
      ['strip_prefix.trickle', shippedPipeline('strip_prefix')],
    ])
    return { files, findings, metrics: settings.metrics }
  },
})

// ---- the environment ------------------------------------------------------------------------------------------

interface Settings {
  readonly httpRetries: number
  readonly forwardRetries: number
  readonly cacheSeconds: number
  readonly metrics: { readonly host: string; readonly port: number }
}

function readSettings(
  environment: Environment,
  { place }: Foreign<typeof fields>,
): { readonly settings?: Settings; readonly findings: readonly Diagnostic[] } {
  const findings: Diagnostic[] = []
  const httpRetries = count('MAX_HTTP_RETRIES', 2)
  const forwardRetries = count('MAX_FORWARD_RETRIES', 2)
  const cacheSeconds = count('HTTP_CACHE_TTL_SECONDS', 60)
  const metrics = address('METRICS_ADDR', ':8090')
  if (findings.length > 0) return { findings }
  const attempts = attemptsOf(httpRetries, forwardRetries)
  if (attempts > mostAttempts)
    findings.push(
      ignored(
        `MAX_HTTP_RETRIES and MAX_FORWARD_RETRIES come to ${attempts} attempts for one request: ${mostAttempts} are made at most`,
        place([]),
      ),
    )
  return { settings: { httpRetries, forwardRetries, cacheSeconds, metrics }, findings }

  function count(name: string, otherwise: number): number {
    const written = environment[name] || String(otherwise)
    if (/^\d{1,9}$/.test(written)) return Number(written)
    findings.push(
      wrong(
        `${name} is no number: "${written}"`,
        place([]),
        `Set it to a whole number, or not at all for ${otherwise}`,
      ),
    )
    return otherwise
  }

  /** As Go has it: without a host it is every address of the machine. */
  function address(name: string, otherwise: string): Settings['metrics'] {
    const written = environment[name] || otherwise
    const found = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(written)
    if (found !== null && Number(found[2]) <= 65535)
      return { host: found[1]!.replace(/^\[|\]$/g, '') || '0.0.0.0', port: Number(found[2]) }
    findings.push(
      wrong(
        `${name} is no address: "${written}"`,
        place([]),
        `Write "host:port" or ":port", as "${otherwise}"`,
      ),
    )
    return { host: '', port: 0 }
  }
}

// ---- services -------------------------------------------------------------------------------------------------

interface Route {
  readonly service: Service
  /** Of the offramp. */
  readonly id: string
}

function* check({ listen, services }: Proxy, { place }: Foreign<typeof fields>): Iterable<Diagnostic> {
  if (listen.address !== '' && !isMachine(listen.address))
    yield wrong(
      `"${listen.address}" is no address to listen on`,
      place(['proxy', 'listen', 'address']),
      'Write an address of this machine, as "127.0.0.1", or "0.0.0.0" for all',
    )
  for (const [index, { domain, hosts }] of services.entries()) {
    const at = ['proxy', 'services', index] as const
    if (!isHost(domain))
      yield ignored(
        `No request has the Host "${domain}": this service gets none`,
        place([...at, 'domain']),
        'Write a name, as "users.com"',
      )
    else if (services.findLastIndex((each) => each.domain.toLowerCase() === domain.toLowerCase()) !== index)
      yield ignored(
        `The domain "${domain}" comes again below: of services with one domain the last counts`,
        place([...at, 'domain']),
      )
    for (const [host, { address }] of hosts.entries())
      if (!isMachine(address))
        yield wrong(
          `The address "${address}" is neither a name nor an IP address`,
          place([...at, 'hosts', host, 'address']),
          'Write "10.0.0.1" or "users.internal"; its port stands under "port"',
        )
  }
  if (!services.some(({ domain }) => isHost(domain)))
    yield wrong('No service has a domain that a request can have', place(['proxy', 'services']))
}

function routesOf({ services }: Proxy): readonly Route[] {
  const asked = services.filter(({ domain }) => isHost(domain))
  const byDomain = new Map(asked.map((service) => [service.domain.toLowerCase(), service]))
  const used = new Set<string>()
  return [...byDomain.values()].map((service) => {
    const id = unused(idOf(service.name || service.domain), used)
    used.add(id)
    return { service, id }
  })
}

/** A segment of an address that still looks like the name. */
function idOf(name: string): string {
  return name.replace(/[^\w.-]+/g, '-').replace(/^-+|-+$/g, '') || 'service'
}

function unused(id: string, used: ReadonlySet<string>): string {
  let free = id
  for (let n = 2; used.has(free); n++) free = `${id}-${n}`
  return free
}

// ---- the files ------------------------------------------------------------------------------------------------

function configuration(
  { listen }: Proxy,
  routes: readonly Route[],
  { settings, from }: { readonly settings: Settings; readonly from: string },
): string {
  const { metrics } = settings
  return `${comment(`Made from ${from} by \`temblor convert --from go-reverse-proxy\`; runs with strip_prefix.trickle:`)}
#
#   temblor run . --metrics ${metrics.host.includes(':') ? `[${metrics.host}]` : metrics.host}:${metrics.port}
#
# Requests for a domain, below /proxy/, go to the instances of its service in turn, without the /proxy; others are
# answered 404. Another instance is a line under \`endpoints\`; another service is an offramp, and a rule at the end. Check
# an edit with \`temblor check\`, apply it with \`temblor run --watch\` or SIGHUP.

onramp:
  - id: http_in
    type: rest
    linked: true # answers go back to the client that asked
    config:
      host: ${scalar(listen.address)}
      port: ${listen.port}

offramp:
${routes.map((route) => offramp(route, settings)).join('')}
route:
  - id: proxy
    from: http_in
    request: strip_prefix
    rules:
${indent(
  routes.map(
    ({ service, id }) => `- { ${domainCondition(service.domain)}, path: /proxy/*, to: ${scalar(id)} }`,
  ),
  6,
)}`
}

/** A domain stands for requests to all ports, unless it names one. */
function domainCondition(domain: string): string {
  const name = domain.toLowerCase()
  return /:\d+$/.test(name) ? `header: { host: ${scalar(name)} }` : `host: ${scalar(name)}`
}

const mostAttempts = 20

/** The original asks each of up to 1 + `forwardRetries` instances up to 1 + `httpRetries` times. */
function attemptsOf(httpRetries: number, forwardRetries: number): number {
  return (1 + httpRetries) * (1 + forwardRetries)
}

function offramp({ service, id }: Route, { httpRetries, forwardRetries, cacheSeconds }: Settings): string {
  const attempts = Math.min(mostAttempts, attemptsOf(httpRetries, forwardRetries))
  return indent(
    [
      `- id: ${scalar(id)}`,
      ...(service.name === '' || service.name === id ? [] : [`  description: ${scalar(service.name)}`]),
      '  type: rest',
      '  linked: true',
      '  config:',
      '    endpoints:',
      ...service.hosts.map(
        ({ address, port }) => `      - ${scalar(`http://${authority(address)}:${port}`)}`,
      ),
      '    balance: round_robin',
      '    retry:',
      `      attempts: ${attempts} # for one request, over all instances: (1 + ${httpRetries}) x (1 + ${forwardRetries})${attempts === mostAttempts ? ' at most' : ''}`,
      '      on: [unreachable, reset, timeout, "500", "502", "503", "504"]',
      '      backoff: { base: 50ms, most: 500ms }',
      ...(cacheSeconds === 0
        ? []
        : [
            '    cache:',
            `      max_freshness: ${cacheSeconds}s # at most, whatever an answer says`,
            '      heuristic: 0 # what states no lifetime is not kept',
          ]),
    ],
    2,
  )
}

/** IPv6 goes into brackets. */
function authority(address: string): string {
  return address.includes(':') && !address.startsWith('[') ? `[${address}]` : address
}
