/** A configuration as its files state it: artefacts, bindings and mappings with their places. Nothing is linked yet. */
import type { Diagnostic } from '#dsl/diagnostic.ts'
import type { Graph } from '#dsl/graph.ts'
import type { Source, Span } from '#dsl/source.ts'
import type { Rec } from '#dsl/value.ts'
import type { Address } from '../address.ts'
import type { OfframpDefinition, OnrampDefinition } from '../ramp.ts'
import type { Written } from './yaml.ts'

export interface Config {
  readonly onramps: readonly RampSpec[]
  readonly offramps: readonly RampSpec[]
  readonly pipelines: readonly PipelineSpec[]
  /** Pipeline files, also those that only serve entries under `pipeline:`. */
  readonly queries: readonly PipelineSpec[]
  readonly bindings: readonly BindingSpec[]
  readonly mappings: readonly MappingSpec[]
  /** Every file that was read. */
  readonly files: readonly string[]
  readonly findings: readonly Diagnostic[]
  /** A pipeline file that lies beside the YAML but was not named, by the id asked for. */
  unnamed(id: string): string | undefined
  /** A file could not be read, or is no YAML: what seems to be missing may stand there. */
  readonly incomplete: boolean
}

export interface RampSpec {
  readonly kind: 'onramp' | 'offramp'
  readonly id: string
  /** Of the id. */
  readonly span: Span
  readonly type: string
  /** Absent if there is no such type. */
  readonly definition?: OnrampDefinition | OfframpDefinition
  readonly linked: boolean
  readonly codec?: string
  readonly codecMap: Readonly<Record<string, string>>
  readonly preprocessors: readonly string[]
  readonly postprocessors: readonly string[]
  readonly errRequired: boolean
  readonly metricsIntervalS?: number
  readonly deadlineMs?: number
  readonly description?: string
  /** As the component's fields made it. Absent if it is wrong, and findings say why. */
  readonly config?: unknown
  /** As it is written, for the places of its parts. */
  readonly written: Written
}

export interface PipelineSpec {
  readonly id: string
  readonly span: Span
  readonly source: Source
  /** Absent if it does not compile. */
  readonly graph?: Graph
  readonly args: Readonly<Record<string, Rec>>
  /** Modules it takes in. */
  readonly modules: readonly Source[]
  readonly description?: string
  /** Declared under `pipeline:`: the file it names, and where. */
  readonly query?: { readonly name: string; readonly span: Span }
}

export interface BindingSpec {
  readonly id: string
  readonly span: Span
  readonly description?: string
  readonly links: readonly LinkSpec[]
  /** Written as `route:`, which leads to where the engine answers best. */
  readonly isRoute?: boolean
}

export interface LinkSpec {
  readonly from: End
  readonly to: End
}

/** An end of a link as written; its segments may hold placeholders, and the port may be missing. */
export interface End {
  readonly address: Address
  readonly span: Span
}

export interface MappingSpec {
  readonly address: Address
  readonly span: Span
  readonly values: Readonly<Record<string, string>>
  /** Places of the keys of `values`. */
  spanOf(placeholder: string): Span
}
