/** A pipeline as the compiler hands it to the engine: nodes and links, nothing running. */
import type { ScriptProgram, SelectProgram } from './program.ts'
import type { Source, Span } from './source.ts'
import type { Rec } from './value.ts'

export interface Graph {
  /** `#!config id`, else the file stem. */
  readonly id: string
  readonly source: Source
  /** In creation order. Ports of the pipeline itself are nodes of kind `input` and `output`. */
  readonly nodes: readonly GraphNode[]
  /** In source order. Every end names an existing node. */
  readonly links: readonly GraphLink[]
  readonly metricsIntervalS?: number
}

interface Base {
  /** Unique in the graph: `in`, `out/ws01`, `rr`, `select_3`. */
  readonly id: string
  readonly span: Span
}

export type GraphNode =
  /** Events enter the pipeline by `port` (`in`, or the name of a stream). */
  | (Base & { readonly kind: 'input'; readonly port: string })
  /** Events leave it by `port` (`out`, `err`, `ws01` for `out/ws01`). */
  | (Base & { readonly kind: 'output'; readonly port: string })
  | (Base & { readonly kind: 'script'; readonly program: ScriptProgram; readonly args: Rec })
  | (Base & { readonly kind: 'operator'; readonly operator: string; readonly params: Rec })
  | (Base & { readonly kind: 'select'; readonly select: SelectProgram })

export interface GraphLink {
  readonly from: { readonly node: string; readonly port: string }
  readonly to: { readonly node: string; readonly port: string }
  readonly span: Span
}
