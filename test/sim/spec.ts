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
  /** Of the onramp. */
  readonly processors: Processors
  readonly pipelines: readonly PipelineSpec[]
  readonly offramps: readonly OfframpSpec[]
  /** `/onramp/web/01/out -> /pipeline/q0/01/in` */
  readonly links: readonly string[]
}

/** `lines` takes bodies apart: none, one or several events; behind events it joins, `base64` packs. */
export interface Processors {
  readonly pre: readonly 'lines'[]
  readonly post: readonly ('lines' | 'base64')[]
}

export interface OfframpSpec {
  readonly id: string
  /** Answers of others are nobody's. */
  readonly linked: boolean
  readonly processors: Processors
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
  /** `timeoutMs` 0: a batch waits until it is full. */
  | { readonly kind: 'batch'; readonly id: string; readonly count: number; readonly timeoutMs: number }
  | { readonly kind: 'count'; readonly id: string }
  | { readonly kind: 'bucket'; readonly id: string }
  | {
      readonly kind: 'percent'
      readonly id: string
      readonly timeoutMs: number
      readonly down: number
      readonly up: number
    }
  | {
      readonly kind: 'wal'
      readonly id: string
      readonly readCount: number
      readonly most: number
      /** On a disk that takes its time, else in memory. */
      readonly disk: boolean
    }
  | WindowSpec
  | { readonly kind: 'route'; readonly id: string; readonly rules: readonly RouteRule[] }

/** A select with groups, windows or both. Neither `size` nor `intervalMs`: no window. `outer`: the size of a second one, 0 for none. */
export interface WindowSpec {
  readonly kind: 'window'
  readonly id: string
  readonly size: number
  readonly intervalMs: number
  readonly outer: number
  readonly groups: 'none' | 'parity' | 'both'
}

/** Which requests leave by `to`: those whose path begins with `/r1`, POSTs, those whose marker ends with 3, all that are left. */
export interface RouteRule {
  readonly to: string
  readonly by: 'path' | 'method' | 'header' | 'rest'
}

export type Where = 'all' | 'none' | 'odd' | 'fails'

/** What a script does with an event. The marker of a request, modulo the number of actions, says which. */
export type Action =
  | { readonly do: 'same' | 'change' | 'drop' | 'fail' }
  /** Reads the value and puts it into a new one. */
  | { readonly do: 'wrap' }
  /** Puts a member into the value, if that is a record. */
  | { readonly do: 'mark' }
  | { readonly do: 'emit'; readonly port: string }
  /** Sets `$response`, and perhaps a value of its own. */
  | { readonly do: 'answer'; readonly status: number; readonly fresh: boolean }
  /** Makes the answer of an upstream a request again. */
  | { readonly do: 'again' }
  | { readonly do: 'bad header' | 'bad status' }
  /** Says how many events of one class may pass in a second. */
  | { readonly do: 'class'; readonly rate: number }

export interface RequestSpec {
  /** Sent as `x-marker`, from 1. */
  readonly marker: number
  readonly at: number
  readonly body: BodySpec
  /** When the client leaves, unless it was served by then. */
  readonly leavesAt: number | null
  /** The client takes a piece of its answer each so many milliseconds; 0 for as they come. */
  readonly readsEveryMs: number
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
  if (node.kind === 'script') return node.actions.some(({ do: what }) => what === 'wrap' || what === 'mark')
  if (node.kind === 'window') return hasWindow(node)
  return node.kind === 'batch' || node.kind === 'count' || node.kind === 'wal'
}

export function hasWindow({ size, intervalMs }: WindowSpec): boolean {
  return size > 0 || intervalMs > 0
}

/** It keeps events until others come, or time has passed. */
export function holds(node: NodeSpec): boolean {
  return node.kind === 'batch' || node.kind === 'wal' || (node.kind === 'window' && hasWindow(node))
}

export function nodesOf(plan: PlanSpec): readonly NodeSpec[] {
  return plan.pipelines.flatMap(({ nodes }) => nodes)
}

export const plainly: Processors = { pre: [], post: [] }
