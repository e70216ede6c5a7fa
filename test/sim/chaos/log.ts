/** What a run over real sockets writes down while it lasts; `checker.ts` reads it when all is over. Times are milliseconds. */

/** What the path of a request says its upstream does. */
export const behaviours = ['ok', 'chunked', 'slow', 'error', 'never', 'reset', 'part', 'bad'] as const
export type Behaviour = (typeof behaviours)[number]

/** One request as its client saw it. */
export interface Asked {
  readonly marker: string
  readonly method: string
  readonly behaviour: Behaviour
  readonly connection: number
  readonly sentAt: number
  /** Null: none began to come. */
  answer: Answer | null
  end: 'whole' | 'cut' | 'left' | 'never taken' | null
  endedAt: number
  /** The client, or what is between it and the engine, broke the connection: whatever came of it is excused. */
  excused: boolean
}

export interface Answer {
  readonly status: number
  /** `x-marker`, which the upstream sets. */
  readonly marker: string | null
  readonly reason: string | null
  /** Of the configuration on the way there and on the way back. */
  readonly generations: string | null
  body: string
}

/** One request as an upstream saw it. */
export interface Attempt {
  readonly marker: string
  readonly method: string
  readonly at: number
  /** What it meant to answer with; null if nothing. */
  said: string | null
}

export interface Log {
  readonly asked: readonly Asked[]
  readonly attempts: readonly Attempt[]
  /** When something between the engine and its upstreams was broken on purpose. */
  readonly harms: readonly number[]
  /** Where clients or upstreams heard what nobody may say. */
  readonly broken: readonly string[]
  /** When the engine was told to stop. */
  readonly stoppedAt: number
  readonly deadlineMs: number
}
