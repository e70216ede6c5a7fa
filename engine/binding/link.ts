/** A configuration to a plan: artefacts looked up, placeholders filled in, everything checked, nodes and links made concrete. */
import type { Diagnostic } from '#dsl/diagnostic.ts'
import { hasErrors } from '#dsl/diagnostic.ts'
import type { Span } from '#dsl/source.ts'
import { type Kind, placeholdersIn, printAddress } from '../address.ts'
import type { Catalogue } from '../catalogue.ts'
import { loadFolder } from '../catalogue.ts'
import { checkConfig } from '../config.ts'
import { worldOf } from '../world.ts'
import { builtinOfframps, builtinPipelines } from './builtin.ts'
import type { Config, End, PipelineSpec, RampSpec } from './config.ts'
import { formOf } from './form.ts'
import {
  type Artefact,
  addressOf,
  type BindingCheck,
  type Found,
  type Link,
  linksOf,
  type Model,
} from './model.ts'
import { compilePipeline } from './pipelines.ts'
import type { BindingPlan, LinkPlan, PipelinePlan, Plan, RampPlan } from './plan.ts'

export interface Linked {
  /** Absent if there are errors. */
  readonly plan?: Plan
  /** Of the configuration and of its links, sorted by file and place. */
  readonly findings: readonly Diagnostic[]
}

/** Checks what refers to what and lays out what is to run. Never throws for bad input. */
export async function linkConfig(config: Config, catalogue: Catalogue): Promise<Linked> {
  const model = modelOf(config, catalogue)
  const findings = sorted([...config.findings, ...(await runChecks(model))])
  return hasErrors(findings) ? { findings } : { plan: planOf(model), findings }
}

let checks: Promise<ReadonlyMap<string, BindingCheck>> | undefined

/** The checks of the folder `checks/`. */
export function loadChecks(): Promise<ReadonlyMap<string, BindingCheck>> {
  checks ??= loadFolder<BindingCheck>('./binding/checks/')
  return checks
}

async function runChecks(model: Model): Promise<readonly Diagnostic[]> {
  const found = new Map<string, Diagnostic>()
  for (const check of (await loadChecks()).values()) {
    for (const finding of check.run(model)) {
      const { span } = finding.labels[0]
      // Two instances of one binding have the same mistake once.
      const key = `${check.code} ${span.source.name} ${span.start} ${finding.message}`
      if (!found.has(key)) found.set(key, complete(check, finding))
    }
  }
  return [...found.values()]
}

function complete({ code }: BindingCheck, finding: Found): Diagnostic {
  return { code, severity: code.startsWith('W') ? 'warning' : 'error', origin: 'temblor', ...finding }
}

/** By file, then by place; what stands at one place in the order it was found. */
function sorted(findings: readonly Diagnostic[]): readonly Diagnostic[] {
  const place = ({ labels: [{ span }] }: Diagnostic) => span
  return [...findings].sort((one, other) => {
    const [a, b] = [place(one), place(other)]
    if (a.source.name !== b.source.name) return a.source.name < b.source.name ? -1 : 1
    return a.start - b.start
  })
}

// ---- artefacts ------------------------------------------------------------------------------------------------

function modelOf(config: Config, catalogue: Catalogue): Model {
  const builtin = builtinsOf(catalogue)
  const byKind = {
    onramp: firstById(config.onramps),
    offramp: firstById(config.offramps),
    pipeline: firstById(config.pipelines),
  }
  return {
    config,
    catalogue,
    links: linksOf(config),
    find: ({ kind, id }) => {
      if (kind === 'binding' || placeholdersIn(id).length > 0) return undefined
      const spec = byKind[kind].get(id)
      return spec === undefined ? builtin(kind, id) : ({ kind, spec, builtin: false } as Artefact)
    },
    known: (kind: Kind) => {
      if (kind === 'binding') return config.bindings.map(({ id }) => id)
      const more =
        kind === 'pipeline'
          ? Object.keys(builtinPipelines)
          : kind === 'offramp'
            ? Object.keys(builtinOfframps)
            : []
      return [...byKind[kind].keys(), ...more]
    },
  }
}

function firstById<T extends { readonly id: string }>(specs: readonly T[]): ReadonlyMap<string, T> {
  return new Map([...specs].reverse().map((spec) => [spec.id, spec]))
}

/** Built-in artefacts, made when they are first asked for. */
function builtinsOf(catalogue: Catalogue): (kind: Kind, id: string) => Artefact | undefined {
  const made = new Map<string, Artefact | undefined>()
  return (kind, id) => {
    const key = `${kind} ${id}`
    if (!made.has(key)) made.set(key, builtinOf(kind, id, catalogue))
    return made.get(key)
  }
}

function builtinOf(kind: Kind, id: string, catalogue: Catalogue): Artefact | undefined {
  if (kind === 'pipeline' && Object.hasOwn(builtinPipelines, id)) {
    const findings: Diagnostic[] = []
    const spec = compilePipeline(builtinPipelines[id]!(), {
      world: worldOf(catalogue),
      modules: new Map(),
      findings,
    })
    const graph = spec.graph === undefined ? {} : { graph: { ...spec.graph, id } }
    return { kind, spec: { ...spec, ...graph, id }, builtin: true }
  }
  const type = kind === 'offramp' && Object.hasOwn(builtinOfframps, id) ? builtinOfframps[id]! : undefined
  const definition = type === undefined ? undefined : catalogue.offramps.get(type)
  if (type === undefined || definition === undefined) return undefined
  const span = { source: { name: `<${id}>`, text: '' }, start: 0, end: 0 }
  const { config } = checkConfig(definition.config, {}, () => span)
  const written = { value: {}, span, textual: false }
  const plain = {
    codecMap: {},
    preprocessors: [],
    postprocessors: [],
    errRequired: false,
    linked: false,
    written,
  }
  return {
    kind: 'offramp',
    spec: { kind: 'offramp', id, span, type, definition, config, ...plain },
    builtin: true,
  }
}

// ---- the plan -------------------------------------------------------------------------------------------------

function planOf(model: Model): Plan {
  const links = uniqueLinks(model.links.filter(({ mapping }) => mapping !== undefined))
  const nodes = new Map<string, RampPlan | PipelinePlan>()
  const used = portsInUse(links)
  for (const link of links) for (const end of [link.from, link.to]) addNode(end, { nodes, model, used })
  const all = [...nodes.values()]
  const ramps = all.filter((node) => node.kind !== 'pipeline')
  return {
    onramps: inOrder(
      ramps.filter(({ kind }) => kind === 'onramp'),
      model.config.onramps,
    ),
    offramps: inOrder(
      ramps.filter(({ kind }) => kind === 'offramp'),
      model.config.offramps,
    ),
    pipelines: all.filter((node) => node.kind === 'pipeline'),
    links: links.map(linkPlan),
    bindings: bindingPlans(model, links),
    files: model.config.files,
  }
}

function addNode(
  end: End,
  it: {
    readonly nodes: Map<string, RampPlan | PipelinePlan>
    readonly model: Model
    readonly used: ReadonlyMap<string, ReadonlySet<string>>
  },
): void {
  const address = addressOf(end)
  if (it.nodes.has(address)) return
  const artefact = it.model.find(end.address)!
  const place = { address, instance: end.address.instance!, linkedPorts: [...(it.used.get(address) ?? [])] }
  it.nodes.set(
    address,
    artefact.kind === 'pipeline' ? pipelinePlan(artefact.spec, place) : rampPlan(artefact.spec, place),
  )
}

interface Placed {
  readonly address: string
  readonly instance: string
  readonly linkedPorts: readonly string[]
}

function rampPlan(spec: RampSpec, place: Placed): RampPlan {
  const { written: _, definition: __, config, ...checked } = spec
  return { ...checked, ...place, config, form: formOf({ ...checked, span: null, config }) }
}

function pipelinePlan(spec: PipelineSpec, place: Placed): PipelinePlan {
  const { id, span, source, args, modules } = spec
  const form = formOf({ id, text: source.text, modules: modules.map(({ text }) => text), args })
  return { kind: 'pipeline', id, span, source, args, graph: spec.graph!, ...place, form }
}

function linkPlan({ from, to, mapping }: Link): LinkPlan {
  const end = (it: End) => ({
    address: addressOf(it),
    kind: it.address.kind as 'onramp' | 'offramp' | 'pipeline',
    port: it.address.port!,
  })
  return { from: end(from), to: end(to), binding: printAddress(mapping!.address), span: to.span }
}

function bindingPlans({ config }: Model, links: readonly Link[]): readonly BindingPlan[] {
  return config.mappings.map((mapping) => {
    const description = config.bindings.find(({ id }) => id === mapping.address.id)?.description
    const own = links.filter((link) => link.mapping === mapping)
    const nodes = [...new Set(own.flatMap(({ from, to }) => [addressOf(from), addressOf(to)]))]
    return {
      address: printAddress(mapping.address),
      span: mapping.span,
      nodes,
      ...(description === undefined ? {} : { description }),
    }
  })
}

/** Two bindings may state the same link; events take it once. */
function uniqueLinks(links: readonly Link[]): readonly Link[] {
  const unique = new Map<string, Link>()
  for (const link of links) {
    const key = `${printAddress(link.from.address)} ${printAddress(link.to.address)}`
    if (!unique.has(key)) unique.set(key, link)
  }
  return [...unique.values()]
}

/** By node, the ports its events leave by to somewhere. */
function portsInUse(links: readonly Link[]): ReadonlyMap<string, ReadonlySet<string>> {
  const used = new Map<string, Set<string>>()
  for (const { from } of links) {
    const node = addressOf(from)
    used.set(node, (used.get(node) ?? new Set()).add(from.address.port!))
  }
  return used
}

/** In the order of the definitions; instances of one definition in the order of the mappings, built-in ones last. */
function inOrder(
  nodes: readonly RampPlan[],
  specs: readonly { readonly id: string; readonly span: Span }[],
): readonly RampPlan[] {
  const rank = (id: string) =>
    specs.findIndex((spec) => spec.id === id) + (specs.some((spec) => spec.id === id) ? 0 : specs.length + 1)
  return [...nodes].sort((a, b) => rank(a.id) - rank(b.id))
}
