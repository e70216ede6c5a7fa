/** A simulated world as plain data: what a seed is made into, what shrinking takes apart, what a failing case is stored as. */
import type { Reason } from '#engine/reason.ts'

export interface WorldSpec {
  /** Of the order in which things due at the same time happen. */
  readonly seed: number
  /** The first is applied at the start, the others by acts. */
  readonly plans: readonly PlanSpec[]
  readonly requests: readonly RequestSpec[]
  readonly acts: readonly ActSpec[]
}

/** What the operator does, at a time in milliseconds from the start. */
export interface ActSpec {
  readonly at: number
  readonly do:
    | { readonly kind: 'reload'; readonly plan: number }
    /** A plan that cannot start. */
    | { readonly kind: 'invalid'; readonly plan: number }
    | { readonly kind: 'stop'; readonly graceMs: number }
    | { readonly kind: 'step wall'; readonly ms: number }
}

export interface PlanSpec {
  readonly port: number
  readonly linked: boolean
  readonly deadlineMs: number
  readonly maxBody: number
  /** Statuses of the onramp's own, by reason. */
  readonly status: Readonly<Partial<Record<Reason, number>>>
  readonly pipelines: readonly PipelineSpec[]
  readonly offramps: readonly OfframpSpec[]
  /** `/onramp/web/01/out -> /pipeline/q0/01/in` */
  readonly links: readonly string[]
}

export interface OfframpSpec {
  readonly id: string
  readonly concurrency: number
  readonly queue: number
  readonly waitMs: number
  /** Until the head of the answer; 0 for ever. */
  readonly timeoutMs: number
  readonly idleMs: number
  readonly maxBody: number
}

export interface PipelineSpec {
  readonly id: string
  readonly nodes: readonly NodeSpec[]
  /** `in -> a`, `a/err -> out/err`: ends without a port mean `out`. */
  readonly links: readonly string[]
}

export type NodeSpec =
  | { readonly kind: 'pass'; readonly id: string }
  | { readonly kind: 'script'; readonly id: string; readonly actions: readonly Action[] }
  | { readonly kind: 'select'; readonly id: string; readonly where: Where; readonly full: boolean }
  | { readonly kind: 'turns'; readonly id: string; readonly outputs: readonly string[] }
  | {
      readonly kind: 'backoff'
      readonly id: string
      readonly timeoutMs: number
      readonly steps: readonly number[]
    }

export type Where = 'all' | 'none' | 'odd' | 'fails'

/** What a script does with an event. The marker of a request, modulo the number of actions, says which. */
export type Action =
  | { readonly do: 'same' | 'change' | 'drop' | 'fail' }
  /** Reads the value and puts it into a new one. */
  | { readonly do: 'wrap' }
  | { readonly do: 'emit'; readonly port: string }
  /** Sets `$response`, and perhaps a value of its own. */
  | { readonly do: 'answer'; readonly status: number; readonly fresh: boolean }
  /** Makes the answer of an upstream a request again. */
  | { readonly do: 'again' }
  | { readonly do: 'bad header' | 'bad status' }

export interface RequestSpec {
  /** Sent as `x-marker`, from 1. */
  readonly marker: number
  readonly at: number
  readonly body: BodySpec
  /** When the client leaves, unless it was served by then. */
  readonly leavesAt: number | null
  /** What the upstreams do with calls for it, by the offramp's id. */
  readonly upstreams: Readonly<Record<string, Behaviour>>
}

/** A body in the making: pieces come every `gapMs` from when somebody starts to read. */
export interface BodySpec {
  readonly text: string
  readonly sized: boolean
  readonly comes: 'whole' | 'slowly' | 'breaks' | 'stalls' | 'leaves'
  readonly gapMs: number
}

export type Behaviour =
  | { readonly kind: 'answer'; readonly status: number; readonly delayMs: number; readonly body: BodySpec }
  | { readonly kind: 'fault'; readonly fault: UpstreamFault; readonly delayMs: number }
  | { readonly kind: 'never' }

export type UpstreamFault = 'connect' | 'dns' | 'tls' | 'reset' | 'bad_response'

/** `a/err` -> `['a', 'err']` */
export function endOf(text: string): readonly [node: string, port: string] {
  const slash = text.indexOf('/')
  return slash < 0 ? [text, 'out'] : [text.slice(0, slash), text.slice(slash + 1)]
}

export function readsEvent(node: NodeSpec): boolean {
  return node.kind === 'script' && node.actions.some((action) => action.do === 'wrap')
}
