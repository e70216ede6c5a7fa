/** One YAML document to what it declares. Shapes and values are checked here; what refers to what, in `link.ts`. */
import { parse } from 'yaml'
import type { Diagnostic } from '#dsl/diagnostic.ts'
import type { Source, Span } from '#dsl/source.ts'
import type { Rec } from '#dsl/value.ts'
import { type AddressForm, parseAddress } from '../address.ts'
import type { Catalogue } from '../catalogue.ts'
import { type CheckOptions, wrongValue } from '../config/check.ts'
import { type ConfigOf, checkConfig, checkValue, type Fields } from '../config.ts'
import type { OfframpDefinition, OnrampDefinition } from '../ramp.ts'
import type { BindingSpec, Config, End, LinkSpec, MappingSpec, RampSpec } from './config.ts'
import {
  bindingFields,
  checkRoute,
  documentFields,
  offrampFields,
  onrampFields,
  pipelineFields,
  placeholderValues,
  routeFields,
} from './fields.ts'
import type { PipelineDeclaration } from './pipelines.ts'
import { instanceOf, linksOfRoute, type Route } from './route.ts'
import { routerOf, rulesOf } from './router.ts'
import { placeOf, type Written, writtenAt } from './yaml.ts'

export interface Declarations extends Pick<Config, 'onramps' | 'offramps' | 'bindings' | 'mappings'> {
  readonly pipelines: readonly PipelineDeclaration[]
  /** Pipelines that the rules of routes stand for. */
  readonly routers: readonly Source[]
}

interface Reading {
  readonly catalogue: Catalogue
  readonly findings: Diagnostic[]
}

export function readDocument(document: Written, it: Reading): Declarations {
  check(documentFields, document, it, { of: 'the configuration' })
  const routes = itemsOf(document, 'route').flatMap((item) => readRoute(item, it))
  return {
    onramps: itemsOf(document, 'onramp').flatMap((item) => readRamp('onramp', item, it)),
    offramps: itemsOf(document, 'offramp').flatMap((item) => readRamp('offramp', item, it)),
    pipelines: itemsOf(document, 'pipeline').flatMap((item) => readPipeline(item, it)),
    routers: routes.flatMap(({ router }) => router ?? []),
    bindings: [
      ...itemsOf(document, 'binding').flatMap((item) => readBinding(item, it)),
      ...routes.map(({ binding }) => binding),
    ],
    mappings: [
      ...entriesOf(document, 'mapping').flatMap(([key, value]) => readMapping(key, value, it)),
      ...routes.map(({ mapping }) => mapping),
    ],
  }
}

// ---- ramps ----------------------------------------------------------------------------------------------------

function readRamp(kind: 'onramp' | 'offramp', item: Written, it: Reading): readonly RampSpec[] {
  const id = idOf(item)
  const of = named(kind, id)
  const type = textAt(item, 'type')
  const definition = type === undefined ? undefined : it.catalogue[`${kind}s`].get(type)
  const fields = kind === 'onramp' ? onrampFields : offrampFields
  const elsewhere = (key: string) =>
    definition !== undefined && Object.hasOwn(definition.config, key) ? `Move it under "config:"` : undefined
  const common = check(fields, item, it, { of, elsewhere }) as Partial<ConfigOf<typeof onrampFields>>
  const config =
    definition === undefined ? undefined : readComponent(definition, item, { ...it, of, common: fields })
  if (id === undefined || type === undefined) return []
  return [
    {
      kind,
      id,
      type,
      span: placeOf(item, ['id'], 'value'),
      linked: common.linked ?? false,
      codecMap: common.codec_map ?? {},
      preprocessors: common.preprocessors ?? [],
      postprocessors: common.postprocessors ?? [],
      errRequired: common.err_required ?? false,
      written: item,
      ...(definition === undefined ? {} : { definition }),
      ...(common.codec === undefined ? {} : { codec: common.codec }),
      ...(common.metrics_interval_s === undefined
        ? {}
        : { metricsIntervalS: common.metrics_interval_s / 1000 }),
      ...(common.deadline === undefined
        ? {}
        : { deadlineMs: common.deadline === 'none' ? Number.POSITIVE_INFINITY : common.deadline }),
      ...(common.description === undefined ? {} : { description: common.description }),
      ...(config === undefined ? {} : { config }),
    },
  ]
}

/** What stands under `config:`, by the fields of the component. */
function readComponent(
  { config: fields, check: between }: OnrampDefinition | OfframpDefinition,
  item: Written,
  it: Reading & { readonly of: string; readonly common: Fields },
): unknown {
  const written = writtenAt(item, 'config') ?? { value: undefined, span: item.span, textual: false }
  const elsewhere = (key: string) =>
    Object.hasOwn(it.common, key) ? `Move it out of "config:", beside "type:"` : undefined
  const config = check(fields, written, it, { of: `the config of ${it.of}`, elsewhere }, true)
  const complaint = config === undefined ? undefined : between?.(config as never)
  if (complaint === undefined) return config
  it.findings.push({
    code: wrongValue.code,
    severity: 'error',
    origin: 'temblor',
    message: `The config of ${it.of} ${complaint}`,
    labels: [{ span: placeOf(item, ['config'], 'key') }],
  })
  return undefined
}

// ---- pipelines, bindings, mappings ----------------------------------------------------------------------------

function readPipeline(item: Written, it: Reading): readonly PipelineDeclaration[] {
  const id = idOf(item)
  const read = check(pipelineFields, item, it, { of: named('pipeline', id) }) as Partial<
    ConfigOf<typeof pipelineFields>
  >
  if (id === undefined) return []
  const span = placeOf(item, ['id'], 'value')
  const query = {
    name: read.query ?? id,
    span: read.query === undefined ? span : placeOf(item, ['query'], 'value'),
  }
  const description = read.description === undefined ? {} : { description: read.description }
  return [
    {
      id,
      span,
      query,
      args: typed(writtenAt(item, 'args')) as Readonly<Record<string, Rec>>,
      written: item,
      ...description,
    },
  ]
}

function readBinding(item: Written, it: Reading): readonly BindingSpec[] {
  const id = idOf(item)
  check(bindingFields, item, it, { of: named('binding', id) })
  if (id === undefined) return []
  const description = textAt(item, 'description')
  return [
    {
      id,
      span: placeOf(item, ['id'], 'value'),
      links: entriesOf(item, 'links').flatMap(([from, to]) => readLinks(from, to, it)),
      ...(description === undefined ? {} : { description }),
    },
  ]
}

function readLinks(key: string, targets: Written, it: Reading): readonly LinkSpec[] {
  const from = readEnd(key, targets.key ?? targets.span, it)
  const ends = [...(targets.children?.values() ?? [targets])].flatMap((target) =>
    typeof target.value === 'string' ? (readEnd(target.value, target.span, it) ?? []) : [],
  )
  return from === undefined ? [] : ends.map((to) => ({ from, to }))
}

/** A route as the binding and the mapping it stands for. */
function readRoute(
  item: Written,
  it: Reading,
): readonly { readonly binding: BindingSpec; readonly mapping: MappingSpec; readonly router?: Source }[] {
  const route = check(routeFields, item, it, { of: named('route', idOf(item)) }, true) as Route | undefined
  if (route === undefined) return []
  const span = placeOf(item, ['id'], 'value')
  const complaint = checkRoute(route)
  if (complaint !== undefined) {
    const message = `The ${named('route', route.id)} ${complaint}`
    it.findings.push({
      code: wrongValue.code,
      severity: 'error',
      origin: 'temblor',
      message,
      labels: [{ span }],
    })
    return []
  }
  const links = linksOfRoute(route, item).flatMap(({ from, to, fromSpan, toSpan }) => {
    const [a, b] = [readEnd(from, fromSpan, it), readEnd(to, toSpan, it)]
    return a === undefined || b === undefined ? [] : [{ from: a, to: b }]
  })
  const description = route.description === undefined ? {} : { description: route.description }
  const address = { kind: 'binding', id: route.id, instance: '01' } as const
  return [
    {
      binding: { id: route.id, span, links, isRoute: true, ...description },
      mapping: { address, span, values: { instance: instanceOf(route) }, spanOf: () => span },
      ...(rulesOf(route) === undefined ? {} : { router: routerOf(route) }),
    },
  ]
}

function readEnd(text: string, span: Span, it: Reading): End | undefined {
  const address = readAddress(text, span, 'port', it)
  return address === undefined ? undefined : { address, span }
}

function readMapping(key: string, item: Written, it: Reading): readonly MappingSpec[] {
  const span = item.key ?? item.span
  const address = readAddress(key, span, 'instance', it)
  if (address === undefined) return []
  if (address.kind !== 'binding') {
    const message = `Only bindings are mapped, found "${key}"`
    it.findings.push({
      code: wrongValue.code,
      severity: 'error',
      origin: 'temblor',
      message,
      labels: [{ span }],
    })
    return []
  }
  const { findings } = checkValue(
    placeholderValues,
    item.value ?? {},
    (path, part) => placeOf(item, path, part),
    { of: `mapping "${key}"` },
  )
  it.findings.push(...findings)
  // A value of another type was reported; its placeholder is none that is missing.
  const texts = Object.entries((item.value ?? {}) as object).map(([name, value]) => [name, String(value)])
  return [
    { address, span, values: Object.fromEntries(texts), spanOf: (name) => placeOf(item, [name], 'key') },
  ]
}

function readAddress(text: string, span: Span, form: AddressForm, it: Reading) {
  const { address, findings } = parseAddress(text, span, form)
  it.findings.push(...findings)
  return address
}

// ---- inside ---------------------------------------------------------------------------------------------------

/** Checks a value where it is written. With `whole`, nothing comes of a value with errors. */
function check(fields: Fields, item: Written, it: Reading, options: CheckOptions, whole = false): unknown {
  const { config, partial, findings } = checkConfig(
    fields,
    item.value,
    (path, part) => placeOf(item, path, part),
    {
      ...options,
      textual: (path) => writtenAt(item, ...path)?.textual ?? false,
    },
  )
  it.findings.push(...findings)
  return config ?? (whole ? undefined : partial)
}

function itemsOf(document: Written, key: string): readonly Written[] {
  const list = writtenAt(document, key)
  // An item that is nothing was reported where it was read, or is an empty dash.
  return Array.isArray(list?.value)
    ? [...(list.children?.values() ?? [])].filter(({ value }) => value !== null)
    : []
}

/** A value for which no field states a type: what came out of `${…}` is read as YAML would read it. */
function typed(written: Written | undefined): unknown {
  if (written?.children === undefined)
    return written?.textual ? parse(String(written.value), { schema: 'core' }) : (written?.value ?? {})
  if (Array.isArray(written.value)) return [...written.children.values()].map(typed)
  return Object.fromEntries([...written.children].map(([key, child]) => [key, typed(child)]))
}

function entriesOf(item: Written, key: string): readonly (readonly [string, Written])[] {
  const map = writtenAt(item, key)
  if (map?.children === undefined || Array.isArray(map.value)) return []
  return [...map.children].map(([name, value]) => [String(name), value])
}

function idOf(item: Written): string | undefined {
  return textAt(item, 'id')
}

function textAt(item: Written, key: string): string | undefined {
  const value = writtenAt(item, key)?.value
  return typeof value === 'string' ? value : undefined
}

function named(kind: string, id: string | undefined): string {
  return id === undefined ? `the ${kind}` : `${kind} "${id}"`
}
