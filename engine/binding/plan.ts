/** What is to run, as data: every node once, every link with its concrete ends. Checked; nothing running. */
import type { Graph } from '#dsl/graph.ts'
import type { Source, Span } from '#dsl/source.ts'
import type { Rec } from '#dsl/value.ts'
import type { Port } from '../port.ts'

export interface Plan {
  /** In the order of their files. The position of an onramp, from 1, is the source of its event ids (`1:0:4`). */
  readonly onramps: readonly RampPlan[]
  readonly offramps: readonly RampPlan[]
  readonly pipelines: readonly PipelinePlan[]
  /** In source order, binding by binding. No two are the same. */
  readonly links: readonly LinkPlan[]
  /** The binding instances these came of. */
  readonly bindings: readonly BindingPlan[]
  /** Every file that was read, imported modules and `${file:…}` included: what a watcher watches. */
  readonly files: readonly string[]
}

export interface NodePlan {
  /** `/onramp/http_in/01`: unique in the plan. */
  readonly address: string
  readonly id: string
  readonly instance: string
  /** The checked form as text: a node with the same address and form is the same node after a reload. */
  readonly form: string
  /** Where it is defined; absent for what is built in. */
  readonly span?: Span
}

/** An onramp or offramp to be built: `catalogue.onramps.get(type).create(config, …)`. */
export interface RampPlan extends NodePlan {
  readonly kind: 'onramp' | 'offramp'
  /** `rest` */
  readonly type: string
  readonly linked: boolean
  readonly codec?: string
  /** Media type to codec, over the built-in map. */
  readonly codecMap: Readonly<Record<string, string>>
  readonly preprocessors: readonly string[]
  readonly postprocessors: readonly string[]
  /** Onramps: take nothing before `err` is linked. */
  readonly errRequired: boolean
  readonly metricsIntervalS?: number
  /** Onramps: how long a request may take, milliseconds; Infinity for no limit; absent: the default of the engine. */
  readonly deadlineMs?: number
  readonly description?: string
  /** What the component's `config` fields made of `config:`; handed to `create` as it is. */
  readonly config: unknown
  /** Ports by which events leave it to somewhere. */
  readonly linkedPorts: readonly Port[]
}

export interface PipelinePlan extends NodePlan {
  readonly kind: 'pipeline'
  readonly graph: Graph
  /** Arguments by node of the graph; already merged into the nodes' `args` and `params`. */
  readonly args: Readonly<Record<string, Rec>>
  readonly source: Source
  /** Ports by which events leave it to somewhere. */
  readonly linkedPorts: readonly Port[]
}

export interface LinkPlan {
  readonly from: EndPlan
  readonly to: EndPlan
  /** `/binding/main/01` */
  readonly binding: string
  readonly span: Span
}

export interface EndPlan {
  /** Of a node in the plan. */
  readonly address: string
  readonly kind: 'onramp' | 'offramp' | 'pipeline'
  readonly port: Port
}

export interface BindingPlan {
  /** `/binding/main/01` */
  readonly address: string
  readonly description?: string
  readonly span: Span
  /** Addresses of the nodes it links. */
  readonly nodes: readonly string[]
}
