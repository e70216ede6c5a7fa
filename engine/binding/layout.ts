/** What is to run, laid out: every node once, every link with its concrete ends. */
import type { Span } from '#dsl/source.ts'
import { printAddress } from '../address.ts'
import type { End, PipelineSpec, RampSpec } from './config.ts'
import { formOf } from './form.ts'
import { addressOf, type Link, type Model } from './model.ts'
import type { BindingPlan, EndPlan, LinkPlan, PipelinePlan, Plan, RampPlan } from './plan.ts'

/** The plan of a configuration without errors. */
export function planOf(model: Model): Plan {
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
  const { description: ___, span: ____, ...form } = checked
  return { ...checked, ...place, config, form: formOf({ ...form, config }) }
}

function pipelinePlan(spec: PipelineSpec, place: Placed): PipelinePlan {
  const { id, span, source, args, modules } = spec
  const form = formOf({ id, text: source.text, modules: modules.map(({ text }) => text), args })
  return { kind: 'pipeline', id, span, source, args, graph: spec.graph!, ...place, form }
}

function linkPlan({ from, to, mapping }: Link): LinkPlan {
  return {
    from: endPlan(from),
    to: endPlan(to, 'in'),
    binding: printAddress(mapping!.address),
    span: to.span,
  }
}

/** Ramps are entered by `rampPort`, whatever the link says. */
function endPlan(end: End, rampPort?: string): EndPlan {
  const kind = end.address.kind as EndPlan['kind']
  const port = kind === 'pipeline' || rampPort === undefined ? end.address.port! : rampPort
  return { address: addressOf(end), kind, port }
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
