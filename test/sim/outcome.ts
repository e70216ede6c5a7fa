/** How one request may end, and what the oracle is asked. */
import type { Reason } from '#engine/reason.ts'
import type { PlanSpec, RequestSpec } from './spec.ts'

/** One way it may go. Times are milliseconds from the start. */
export interface Outcome {
  readonly kind: 'answer' | 'left' | 'cut off'
  /** -1: any. */
  readonly status: number
  readonly reason: Reason | null
  /** The body as it must be; null if only its form is known. */
  readonly body: string | null
  /** The engine made the body. */
  readonly ours: boolean
  /** How it ends for the client, once the answer has begun. */
  readonly end: 'whole' | 'cut' | 'left'
  readonly from: number
  readonly to: number
  /** Calls by offramp: at least, at most. Null if the request is not followed: it was answered when it had arrived. */
  readonly calls: ReadonlyMap<string, readonly [least: number, most: number]> | null
}

export interface Question {
  readonly plan: PlanSpec
  readonly request: RequestSpec
  readonly at: number
  /** Offramps at which a call may have to wait for its turn. */
  readonly crowded: ReadonlySet<string>
  /** When unfinished requests are cut off, Infinity if never. */
  readonly cutAt: number
  /** What is known of a back-off at this moment: it lets events through, it does not, or nobody knows. */
  /** Nothing that an upstream does keeps a log from sending on what it has stored. */
  readonly calm: boolean
  /** The wall clock is moved: windows close by it. */
  readonly steps: boolean
  readonly backoff: (pipeline: string, node: string) => 'open' | 'closed' | 'unknown'
}

/** Times closer than this may be in either order. */
export const tie = 1e-6

/** An outcome without its time and the calls until then. */
export type Said = Omit<Outcome, 'from' | 'to' | 'calls'>
