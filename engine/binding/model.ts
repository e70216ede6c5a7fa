/** What the checks look at: artefacts by address, and every link of every binding instance with its places. */
import type { Diagnostic, DiagnosticKind } from '#dsl/diagnostic.ts'
import { type Address, fillIn, type Kind, nodeOf, placeholdersIn, printAddress } from '../address.ts'
import type { Catalogue } from '../catalogue.ts'
import type { Port } from '../port.ts'
import type { BindingSpec, Config, End, MappingSpec, PipelineSpec, RampSpec } from './config.ts'

export interface Model {
  readonly config: Config
  readonly catalogue: Catalogue
  /** Of every mapping of a known binding. A binding without mapping is here once, its placeholders as they are. */
  readonly links: readonly Link[]
  /** The artefact an address names, built-in ones included; undefined if there is none, or it holds placeholders. */
  find(address: Address): Artefact | undefined
  /** Ids of what there is of a kind. */
  known(kind: Kind): readonly string[]
}

export type Artefact =
  | { readonly kind: 'onramp' | 'offramp'; readonly spec: RampSpec; readonly builtin: boolean }
  | { readonly kind: 'pipeline'; readonly spec: PipelineSpec; readonly builtin: boolean }

/** A link of a binding instance. */
export interface Link {
  readonly from: End
  readonly to: End
  readonly binding: BindingSpec
  /** Absent for a binding nothing maps. */
  readonly mapping?: MappingSpec
}

/** A check over the whole configuration. What it finds has its code; the code's first letter is the severity. */
export interface BindingCheck extends DiagnosticKind {
  run(model: Model): Iterable<Found>
}

export type Found = Omit<Diagnostic, 'code' | 'severity' | 'origin'>

export function defineCheck(check: BindingCheck): BindingCheck {
  return check
}

// ---- questions that several checks ask ------------------------------------------------------------------------

export function* endsOf(model: Model): Iterable<End & { readonly link: Link; readonly side: 'from' | 'to' }> {
  for (const link of model.links) {
    yield { ...link.from, link, side: 'from' }
    yield { ...link.to, link, side: 'to' }
  }
}

/** The ports events leave or enter an artefact by; undefined where it is too broken to tell. */
export function portsOf(artefact: Artefact, side: 'from' | 'to'): readonly Port[] | undefined {
  if (artefact.kind !== 'pipeline') {
    if (side === 'to') return ['in']
    const { definition } = artefact.spec
    return definition && [...definition.ports, 'metrics']
  }
  const { graph } = artefact.spec
  if (graph === undefined) return undefined
  if (side === 'to') return graph.nodes.flatMap((node) => (node.kind === 'input' ? [node.port] : []))
  const outputs = graph.nodes.flatMap((node) => (node.kind === 'output' ? [node.port] : []))
  // Every pipeline has these, whether its file selects into them or not.
  return [...new Set(['out', 'err', 'metrics', ...outputs])]
}

/** `/pipeline/request_handling/01` of a port in it. */
export function addressOf(end: End): string {
  return printAddress(nodeOf(end.address))
}

export function isConcrete({ address }: End): boolean {
  return placeholdersIn(printAddress(address)).length === 0
}

/** The links of each mapping with its placeholders filled in, and those of bindings that nothing maps. */
export function linksOf({ bindings, mappings }: Config): readonly Link[] {
  const links: Link[] = []
  for (const binding of bindings) {
    const own = mappings.filter(({ address }) => address.id === binding.id)
    if (own.length === 0) links.push(...binding.links.map((link) => ({ ...link, binding })))
    for (const mapping of own) {
      const filled = (end: End): End => ({ address: fillIn(end.address, mapping.values), span: end.span })
      links.push(
        ...binding.links.map(({ from, to }) => ({ from: filled(from), to: filled(to), binding, mapping })),
      )
    }
  }
  return links
}
