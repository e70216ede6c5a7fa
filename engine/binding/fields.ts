/** The keys of a configuration file. What stands under `config:` is each component's own; its file says what. */
import { any, boolean, type ConfigOf, duration, either, list, map, oneOf, record, text } from '../config.ts'
import { conditionFields } from '../http/route/rules.ts'

const id = (doc: string) =>
  text(doc, {
    required: true,
    check: (value) =>
      /^[^\s/{}]+$/.test(value)
        ? undefined
        : 'must be one segment of an address: no spaces, slashes or braces',
  })

const ramp = {
  id: id('Its name in addresses, the second segment of "/kind/id/instance/port".'),
  type: text('The kind of component it is, as `temblor list` names them.', { required: true }),
  description: text('For readers.'),
  linked: boolean(
    'Whether answers flow back through it: an onramp answers its requests, an offramp hands answers on.',
    { default: false },
  ),
  codec: text("How bytes become values and values bytes. The default is the component's own.", {
    examples: ['json'],
  }),
  codec_map: map(
    'Codecs for media types, over those that the codecs claim themselves.',
    text('The name of a codec.'),
    {
      default: {},
      examples: [{ 'application/json': 'json', 'text/plain': 'string' }],
    },
  ),
  preprocessors: list(
    'What bytes go through before the codec decodes them, in turn.',
    text('The name of a preprocessor.'),
    { default: [] },
  ),
  postprocessors: list(
    'What bytes go through after the codec encoded them, in turn.',
    text('The name of a postprocessor.'),
    { default: [] },
  ),
  metrics_interval_s: duration(
    'Understood and without effect: ramps count all the time, and are asked by Prometheus at `/metrics` of the admin port.',
    { unit: 's' },
  ),
  config: any('The fields of its type.'),
}

export const offrampFields = ramp

export const onrampFields = {
  ...ramp,
  err_required: boolean('Takes no events before its port `err` is linked.', { default: false }),
  deadline: either(
    'How long a request may take until the first byte of its answer. Past it the client gets 504 (deadline).',
    [duration('A time.', { unit: 'ms', min: 1 }), oneOf('', { none: 'No limit.' })],
    { examples: ['30s', 'none'] },
  ),
}

export const pipelineFields = {
  id: id('Its name in addresses: "/pipeline/id/instance/port".'),
  query: text(
    'The pipeline file it is made from: its stem or its `#!config id`. By default the one with this id.',
  ),
  description: text('For readers.'),
  args: map(
    'Parameters of its operators and scripts that differ from those in the file, by the name each was created under.',
    map('Parameters by name.', any('The value.')),
    { default: {}, examples: [{ rr: { outputs: ['blue', 'green'] } }] },
  ),
}

export const bindingFields = {
  id: id('Its name in addresses: "/binding/id/instance".'),
  description: text('For readers.'),
  links: map(
    'From where to where: the address of a port, and those its events go to. "{name}" stands for what the mapping gives.',
    either('Where events go.', [list('Several addresses.', text('An address.')), text('One address.')]),
    {
      required: true,
      examples: [{ '/onramp/http_in/{instance}/out': ['/pipeline/request_handling/{instance}/in'] }],
    },
  ),
}

/** `route:`, the short form of a binding and its mapping. */
export const routeFields = {
  id: id('Its name: the binding it becomes has this id.'),
  description: text('For readers.'),
  instance: text('The instance of everything in it. By default the id of the route.'),
  from: text('The onramp that requests enter by. It must be linked.', {
    required: true,
    examples: ['http_in'],
  }),
  request: either(
    'The pipelines a request goes through, in turn.',
    [text('One.'), list('Several.', text('A pipeline.'), { least: 1 })],
    {
      examples: ['request_handling'],
    },
  ),
  to: either(
    'The offramps: one, or one for each port of the last request pipeline. With `rules`: one, for what no rule fits.',
    [text('An offramp.'), map('By port.', text('An offramp.'))],
    { examples: [{ ws01: 'upstream01', ws02: 'upstream02' }] },
  ),
  rules: list(
    'Which requests go to which offramp, after the request pipelines: the first rule that fits counts. What none fits goes `to`, or is answered with 404 (no_route).',
    record('All conditions must hold; of a list, one.', {
      to: text('An offramp.', { required: true }),
      ...conditionFields,
    }),
    {
      least: 1,
      examples: [
        [
          { host: '*.shop.example', path: '/api/*', to: 'api' },
          { header: { 'x-beta': '1' }, to: 'beta' },
        ],
      ],
    },
  ),
  response: either(
    'The pipelines an answer goes through, in turn.',
    [text('One.'), list('Several.', text('A pipeline.'), { least: 1 })],
    {
      examples: ['response_handling'],
    },
  ),
  errors: text('The pipeline for errors of the offramps.', { default: 'internal_error_processing' }),
}

/** What must hold between the fields of a route: the rest of a sentence about it, or undefined. */
export function checkRoute({ to, rules }: ConfigOf<typeof routeFields>): string | undefined {
  if (to === undefined && rules === undefined) return 'needs "to", an offramp, or "rules"'
  if (rules !== undefined && to !== undefined && typeof to !== 'string')
    return 'has "rules", which choose the offramps: then "to" is one offramp, for what no rule fits'
  return undefined
}

export const documentFields = {
  onramp: list('Where events enter.', any('An onramp.')),
  offramp: list('Where events leave.', any('An offramp.')),
  pipeline: list('Pipelines that differ from their files by arguments.', any('A pipeline.')),
  route: list(
    'From an onramp by pipelines to offramps and back: the short form of a binding and its mapping.',
    any('A route.'),
  ),
  binding: list('Which ports are linked to which.', any('A binding.')),
  mapping: map('Which bindings run, and what their placeholders stand for.', any('Placeholders by name.'), {
    examples: [{ '/binding/main/01': { instance: '01' } }],
  }),
}

/** What stands under a mapping's address. */
export const placeholderValues = map(
  'What the placeholders of a binding stand for.',
  text('A segment of an address, or part of one.'),
)
