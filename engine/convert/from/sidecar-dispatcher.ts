/** https://github.com/n0npax/sidecar_http_dispatcher: one header decides what others become, and where a request goes. */
import { basename } from 'node:path'
import type { Diagnostic } from '#dsl/diagnostic.ts'
import { type ConfigOf, list, map, record, text } from '../../config.ts'
import { type Converted, defineConverter } from '../converter.ts'
import { type Foreign, ignored, readForeign, wrong } from '../foreign.ts'
import { headerTrouble, isFraming } from '../header.ts'
import { isHost } from '../machine.ts'
import { shippedPipeline } from '../shipped.ts'
import { comment, indent, key as keyText, scalar } from '../yaml-text.ts'

const fields = {
  key: text('The header that decides.'),
  destination: text('Where requests go that no rule sends elsewhere.', { required: true }),
  rewrites: map(
    'Rules, by value of the header.',
    record('A rule.', {
      patch: list(
        'Headers to set.',
        record('A header.', {
          key: text('Its name.', { required: true }),
          val: text('Its value.', { default: '' }),
        }),
        { default: [] },
      ),
      destination: text('Where requests go, if not to the default destination.'),
    }),
    { default: {} },
  ),
} as const

type Sidecar = ConfigOf<typeof fields>

export default defineConverter({
  doc: "sidecar_http_dispatcher's configuration: requests are dispatched by the value of a header, with other headers patched.",
  variables: {
    SIDECAR_CONFIG: 'the file, if none is named; config.yaml if it is not set',
    SIDECAR_PORT: 'the port; 5000 if it is not set',
  },
  keys: Object.keys(fields),
  fileFor: (environment) => environment['SIDECAR_CONFIG'] || 'config.yaml',
  convert(source, environment): Converted {
    const foreign = readForeign(source, fields, 'the dispatcher')
    const { config } = foreign
    const port = environment['SIDECAR_PORT'] || '5000'
    const findings = [
      ...foreign.findings,
      ...(config === undefined ? [] : [...check(config, foreign)]),
      ...portTrouble(port, foreign),
    ]
    if (config === undefined || findings.some(({ severity }) => severity === 'error')) return { findings }
    const files = new Map([
      ['sidecar-dispatcher.yaml', configuration(config, { port, from: basename(source.name) })],
      ['sidecar_dispatcher.trickle', shippedPipeline('sidecar_dispatcher')],
    ])
    return { files, findings }
  },
})

// ---- checks ---------------------------------------------------------------------------------------------------

function* check(config: Sidecar, foreign: Foreign<typeof fields>): Iterable<Diagnostic> {
  yield* checkDestination(config.destination, ['destination'], foreign)
  if (config.key === undefined && Object.keys(config.rewrites).length > 0)
    yield ignored(
      'The rules are never used: "key", which names the header that decides, is missing',
      foreign.place(['rewrites'], 'key'),
    )
  else if (config.key !== undefined && headerTrouble(config.key, '') !== undefined)
    yield ignored(
      `The rules are never used: no request has a header of the name "${config.key}"`,
      foreign.place(['key']),
    )
  for (const [value, rule] of Object.entries(config.rewrites)) {
    const at = ['rewrites', value] as const
    if (rule.destination !== undefined)
      yield* checkDestination(rule.destination, [...at, 'destination'], foreign)
    for (const [index, { key, val }] of rule.patch.entries()) {
      const trouble = headerTrouble(key, val)
      const span = foreign.place([...at, 'patch', index])
      if (trouble !== undefined) yield wrong(trouble, span)
      else if (key.toLowerCase() === 'host' && val !== '' && !isHost(val))
        yield wrong(`No request can have the Host "${val}"`, span, 'Write a name, as "example.com"')
      else if (isFraming(key))
        yield ignored(
          `The header "${key}" cannot be patched: how a message is framed is the proxy's business`,
          span,
        )
    }
  }
}

function* checkDestination(
  url: string,
  path: readonly string[],
  { place }: Foreign<typeof fields>,
): Iterable<Diagnostic> {
  const parsed = /^https?:\/\//i.test(url) ? URL.parse(url) : null
  if (parsed === null)
    yield wrong(
      `The destination "${url}" is no URL`,
      place(path),
      'Write "http://host" or "http://host:port"',
    )
  else if (parsed.port === '0')
    yield wrong(`Nobody listens on port 0 of the destination "${url}"`, place(path))
  else if (parsed.username !== '' || parsed.password !== '')
    yield ignored(
      `Of the destination only "${parsed.origin}" counts: a name and password of it are not sent`,
      place(path),
      'Patch the header "Authorization"',
    )
  else if (parsed.pathname !== '/' || parsed.search !== '' || parsed.hash !== '')
    yield ignored(
      `Of the destination "${url}" only "${parsed.origin}" counts: path and query are those of the request`,
      place(path),
    )
}

function* portTrouble(port: string, { place }: Foreign<typeof fields>): Iterable<Diagnostic> {
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535)
    yield wrong(`SIDECAR_PORT is no port: "${port}"`, place([]), 'Set it to a number from 1 to 65535')
}

// ---- the files ------------------------------------------------------------------------------------------------

function configuration(config: Sidecar, { port, from }: { port: string; from: string }): string {
  const { key = '', destination, rewrites } = config
  return `${comment(`Made from ${from} by \`temblor convert --from sidecar-dispatcher\`; runs with sidecar_dispatcher.trickle.`)}
#
# Requests are dispatched by the value of the header "${printable(key)}". To add a rule, or to change one, edit \`rules\`
# below: nothing else needs to change. Check an edit with \`temblor check\`, apply it with \`temblor run --watch\` or SIGHUP.

onramp:
  - id: sidecar
    type: rest
    linked: true # answers go back to the client that asked
    config:
      host: 0.0.0.0
      port: ${port}

pipeline:
  - id: sidecar_dispatcher
    args:
      dispatch:
        key: ${scalar(key)} # the header that decides
        destination: ${scalar(placeOf(destination))} # where requests go that no rule sends elsewhere
        rules:${Object.keys(rewrites).length === 0 ? ' {}' : ''}
${indent(
  Object.entries(rewrites).flatMap(([value, rule]) => ruleLines(value, rule)),
  10,
)}
offramp:
  - id: destination
    type: rest
    linked: true
    config:
      # The pipeline names the destination of each request; this one stands in if it names none.
      endpoint: ${scalar(placeOf(destination))}
      # A \`Host\` that a rule states is sent; otherwise it is the destination's.
      host: request
      # To all destinations together: requests beyond it wait a moment, and are answered 503 if that does not help.
      concurrency: 1024

route:
  - id: dispatch
    from: sidecar
    request: sidecar_dispatcher
    to: destination
`
}

function ruleLines(value: string, { patch, destination }: Sidecar['rewrites'][string]): readonly string[] {
  // Of two with one name the last counts, whatever the spelling.
  const headers = new Map(
    patch.filter(({ key }) => !isFraming(key)).map((each) => [each.key.toLowerCase(), each]),
  )
  const lines = [
    ...(headers.size === 0
      ? []
      : [
          '  headers: # to set',
          ...[...headers.values()].map(({ key, val }) => `    ${keyText(key)}: ${scalar(val)}`),
        ]),
    ...(destination === undefined ? [] : [`  destination: ${scalar(placeOf(destination))}`]),
  ]
  const name = keyText(value)
  return lines.length === 0 ? [`${name}: {}`] : [`${name}:`, ...lines]
}

/** `http://example.com:8080`: what of a destination the original uses. */
function placeOf(destination: string): string {
  return new URL(destination).origin
}

function printable(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, '?')
}
