/** What a workload is: who takes part, what is asked of them, and how the load is made. One workload, one file in `workloads/`. */
import type { Command } from './processes.ts'

export interface Workload {
  readonly name: string
  /** Its place in a run. */
  readonly order: number
  /** Only if it is asked for by name. */
  readonly asked?: true
  /** One line for the head of its table. */
  readonly what: string
  /** By the name in the table. */
  readonly temblor: Readonly<Record<string, TemblorSetup>>
  readonly peers: readonly Peer[]
  /** Proxies that can do nothing but pass take part as well. */
  readonly anyProxy?: true
  /** The peer that ratios are to. */
  readonly against: string
  /** Asked of each peer before it is measured: one wrong answer ends the bench. */
  readonly asks: readonly Ask[]
  readonly load: Load
  /** Other than nginx with fixed answers. */
  readonly upstream?: Upstream
}

/** Where a peer listens, and where its upstreams do. */
export interface Place {
  readonly port: number
  readonly upstreams: readonly number[]
}

/** What Temblor runs: each text is a file beside the paths, which are of its checkout. */
export interface TemblorSetup {
  yaml(place: Place): string
  /** The text is another system's: of this kind. */
  readonly from?: string
  env?(place: Place): NodeJS.ProcessEnv
  readonly trickle?: Readonly<Record<string, string>>
  readonly paths?: readonly string[]
}

export interface Peer {
  readonly name: string
  /** Whether the machine has it. */
  available(): boolean
  /** Serves in the foreground; undefined if the load goes to the first upstream itself. */
  command(place: Place): Command | undefined | Promise<Command | undefined>
}

export interface Upstream {
  command(ports: readonly number[]): Command
}

export interface Ask {
  readonly method: string
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Peers that stand beside the others without doing this. */
  readonly notOf?: readonly string[]
  /** Why the answer is not what it should be; undefined if it is. */
  wrong(answer: Answer, place: Place): string | undefined
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** A peer that serves. */
export interface Target {
  readonly name: string
  readonly port: number
  /** The proxy's process tree; the upstream's if there is no proxy. */
  readonly pid: number
}

export interface Settings {
  readonly seconds: number
  readonly connections: number
}

/** One way to load a peer; each measurement is a row of numbers under the columns. */
export interface Load {
  readonly columns: readonly Column[]
  /** Rounds beyond this tell nothing new. */
  readonly mostRounds?: number
  /** A peer is measured alone, started anew for each round. */
  readonly afresh?: boolean
  /** Before the first round, once every peer serves. */
  prepare?(targets: readonly Target[], settings: Settings): Promise<void>
  measure(target: Target, settings: Settings): Promise<Figures>
}

export type Figures = Readonly<Record<string, number>>

export interface Column {
  readonly key: string
  readonly head: string
  readonly digits: number
  /** Of the rounds, where it is not the median that tells. */
  readonly of?: 'most' | 'sum'
  /** Followed by a column with what is beyond that of this peer, round by round. */
  readonly beyond?: string
  /** Followed by a column with the ratio, of what is beyond if that is asked, to the peer that the workload is measured against. */
  readonly ratio?: true
}
