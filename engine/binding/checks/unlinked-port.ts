import type { GraphNode } from '#dsl/graph.ts'
import type { Span } from '#dsl/source.ts'
import type { Rec } from '#dsl/value.ts'
import { type Reason, reasons } from '../../reason.ts'
import { portsOf } from '../../world.ts'
import type { PipelineSpec } from '../config.ts'
import {
  type Artefact,
  addressOf,
  defineCheck,
  type Found,
  isConcrete,
  type Model,
  portsOf as portsOfArtefact,
} from '../model.ts'

export default defineCheck({
  code: 'W0724',
  title: 'port that leads nowhere',
  explain:
    'Events of a request can leave by a port that is linked to nothing. The client gets an answer all the same, which the engine makes itself; the finding says which.',
  wrong:
    'onramp:\n  - { id: in, type: rest, linked: true }\nbinding:\n  - id: main\n    links:\n      /onramp/in/01/out: [/pipeline/system::passthrough/01/in]\n      /pipeline/system::passthrough/01/out: [/onramp/in/01/in]\nmapping:\n  /binding/main/01: {}',
  right:
    'onramp:\n  - { id: in, type: rest, linked: true }\nbinding:\n  - id: main\n    links:\n      /onramp/in/01/out: [/pipeline/system::passthrough/01/in]\n      /onramp/in/01/err: [/pipeline/system::passthrough/01/in]\n      /pipeline/system::passthrough/01/out: [/onramp/in/01/in]\nmapping:\n  /binding/main/01: {}',
  *run(model) {
    const linked = new Set(model.links.map(({ from }) => `${addressOf(from)}/${from.address.port}`))
    // A route leaves to the engine what the engine answers best.
    const routed = new Set(
      model.links.flatMap(({ from, binding }) => (binding.isRoute ? [addressOf(from)] : [])),
    )
    for (const [address, artefact] of waitedFor(model)) {
      const isLinked = (port: string) => linked.has(`${address}/${port}`)
      if (artefact.kind === 'pipeline') {
        if (artefact.builtin) continue
        yield* inside(artefact.spec, model)
        yield* outlets(artefact.spec, address, isLinked)
      } else if (artefact.spec.linked && !routed.has(address)) {
        yield* rampPorts(artefact, address, isLinked)
      }
    }
  },
})

/** What requests of linked onramps come by: the only places where somebody waits for an answer. */
function waitedFor(model: Model): ReadonlyMap<string, Artefact> {
  const reached = new Map<string, Artefact>()
  const links = model.links.filter(({ from, to }) => isConcrete(from) && isConcrete(to))
  const reach = (address: string, artefact: Artefact | undefined) => {
    if (artefact === undefined || reached.has(address)) return
    reached.set(address, artefact)
    for (const { from, to } of links)
      if (addressOf(from) === address) reach(addressOf(to), model.find(to.address))
  }
  for (const { from } of links) {
    const artefact = from.address.kind === 'onramp' ? model.find(from.address) : undefined
    if (artefact?.kind === 'onramp' && artefact.spec.linked) reach(addressOf(from), artefact)
  }
  return reached
}

// ---- ramps ----------------------------------------------------------------------------------------------------

function* rampPorts(
  artefact: Artefact & { readonly kind: 'onramp' | 'offramp' },
  address: string,
  isLinked: (port: string) => boolean,
): Iterable<Found> {
  const { kind, spec } = artefact
  const ports = portsOfArtefact(artefact, 'from') ?? []
  for (const port of ports) {
    if (port === 'metrics' || isLinked(port)) continue
    yield leadsNowhere({
      what: `The port "${port}" of the ${kind} "${spec.id}"`,
      span: spec.span,
      fate: rampFate(kind, port),
      help: `Link "${address}/${port}"`,
    })
  }
}

function rampFate(kind: 'onramp' | 'offramp', port: string): string {
  if (kind === 'onramp' && port === 'err')
    return `a body that cannot be decoded is answered ${answer('bad_request')}`
  if (kind === 'onramp') return `requests are answered ${answer('dropped')}`
  if (port === 'err')
    return `a failed request is answered by what went wrong, for example ${answer('upstream_unreachable')}`
  return `its answers are lost, and requests are answered ${answer('dropped')}`
}

// ---- pipelines ------------------------------------------------------------------------------------------------

/** Ports of operators and scripts within a pipeline from which nothing is selected. */
function* inside({ graph }: PipelineSpec, model: Model): Iterable<Found> {
  for (const node of graph?.nodes ?? []) {
    if (node.kind !== 'operator' && node.kind !== 'script') continue
    const selected = graph!.links.filter(({ from }) => from.node === node.id).map(({ from }) => from.port)
    if (selected.length === 0) continue
    for (const port of portsOfNode(node, model)) {
      if (!selected.includes(port))
        yield leadsNowhere({
          what: `The port "${port}" of the ${node.kind} "${node.id}"`,
          span: node.span,
          fate: nodeFate(node, port),
          help: `Select from "${node.id}/${port}"`,
        })
    }
  }
}

function portsOfNode(
  node: GraphNode & { readonly kind: 'operator' | 'script' },
  model: Model,
): readonly string[] {
  if (node.kind === 'script') return [...new Set([...node.program.ports.names, 'err'])]
  const definition = model.catalogue.operators.get(node.operator)
  const ports = definition === undefined ? [] : portsOf(definition, node.params)
  return ports.filter((port) => port !== '*' && !(port === 'overflow' && saysItCloses(node.params)))
}

/** Whoever writes that the branch closes has said what becomes of what overflows. */
function saysItCloses({ circuit_breaker: breaks, method }: Rec): boolean {
  return breaks === true || method === 'pause'
}

function nodeFate(node: GraphNode & { readonly kind: 'operator' | 'script' }, port: string): string {
  if (node.kind === 'script' && port === 'err')
    return `if the script fails, the request is answered ${answer('script_error')}`
  if (port !== 'overflow') return `an event that leaves by it is answered ${answer('dropped')}`
  const discarded = `an event discarded all the same is answered ${answer('overflow')}`
  if (node.kind === 'operator' && node.operator.endsWith('::backpressure')) {
    return `while it backs off it counts as a closed branch, which a round robin passes over; ${discarded}`
  }
  return discarded.replace(' all the same', '')
}

/** Ports of a pipeline that its file selects into and no link leads on from. */
function* outlets(
  { id, graph }: PipelineSpec,
  address: string,
  isLinked: (port: string) => boolean,
): Iterable<Found> {
  for (const node of graph?.nodes ?? []) {
    if (node.kind !== 'output' || node.port === 'metrics' || isLinked(node.port)) continue
    const into = graph!.links.find(({ to }) => to.node === node.id)
    if (into === undefined) continue
    const fate =
      node.port === 'err'
        ? `what fails is answered ${answer('script_error')}`
        : `an event that leaves by it is answered ${answer('dropped')}`
    yield leadsNowhere({
      what: `The port "${node.port}" of the pipeline "${id}"`,
      span: into.span,
      fate,
      help: `Link "${address}/${node.port}"`,
    })
  }
}

// ---- words ----------------------------------------------------------------------------------------------------

interface Nowhere {
  readonly what: string
  readonly span: Span
  readonly fate: string
  readonly help: string
}

function leadsNowhere({ what, span, fate, help }: Nowhere): Found {
  return {
    message: `${what} leads nowhere: ${fate}`,
    labels: [{ span }],
    help: `${help} to answer otherwise`,
  }
}

function answer(reason: Reason): string {
  return `${reasons[reason].status} (${reason})`
}
