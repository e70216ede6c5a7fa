/** What a parent and its workers say to each other. Everything is JSON; a connection travels beside its message. */
import type { Purged, PurgeOptions } from '../admin/api.ts'
import type { Reading } from '../binding/recorded-files.ts'

/** What a worker is asked, and what it answers. */
export interface Questions {
  /** Check this, and build it beside what serves. Fails, and changes nothing, if a part cannot start. */
  prepare: [Reading, null]
  /** Both steps at once, for a worker that does not serve yet. */
  begin: [Reading, Taken]
  /** What was prepared serves from now on. */
  take: [null, Taken]
  /** What was prepared is not wanted. */
  abandon: [null, null]
  /** Its metrics, as text. */
  metrics: [null, string]
  status: [null, WorkerStatus]
  purge: [PurgeOptions, Purged]
  /** Take nothing new, finish what is in flight, end. True if all was finished in time. */
  drain: [{ readonly graceMs: number }, boolean]
}

export interface Taken {
  readonly listens: readonly string[]
}

export interface WorkerStatus {
  readonly pid: number
  readonly uptime_s: number
  readonly in_flight: number
  readonly offramps: readonly OfframpStatus[]
}

export interface OfframpStatus {
  readonly address: string
  readonly state: string
}

export type ToWorker =
  | { readonly kind: 'ask'; readonly id: number; readonly what: keyof Questions; readonly body: unknown }
  /** A door that was asked for. */
  | { readonly kind: 'opened'; readonly id: number; readonly door: OpenDoor }
  | { readonly kind: 'refused'; readonly id: number; readonly message: string; readonly code: string | null }
  /** A client, by this door. */
  | { readonly kind: 'connection'; readonly door: number }
  | { readonly kind: 'look'; readonly id: number; readonly port: string }
  | { readonly kind: 'lookAway'; readonly id: number }

export type ToParent =
  /** Everything is loaded. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly id: number; readonly body: unknown }
  | {
      readonly kind: 'failure'
      readonly id: number
      readonly message: string
      /** It was asked for something that is not there. */
      readonly isBadRequest: boolean
    }
  /** It is alive. */
  | { readonly kind: 'beat'; readonly inFlight: number }
  | ({ readonly kind: 'open'; readonly id: number } & DoorWish)
  | { readonly kind: 'shut'; readonly door: number }
  /** So many connections arrived, in the order they were sent. */
  | { readonly kind: 'took'; readonly count: number }
  | { readonly kind: 'seen'; readonly id: number; readonly line: string }

export interface DoorWish {
  readonly host: string
  /** 0: any free one, the same for all workers that ask by this name. */
  readonly port: number
  readonly name: string
}

/** Who says which worker a connection goes to: the parent, in turn, or the kernel, among sockets of theirs at one port. */
export type Sharing = 'turn' | 'kernel'

export interface OpenDoor {
  readonly sharing: Sharing
  readonly id: number
  readonly host: string
  readonly port: number
}

/** A worker beats this often; one that misses four is ended. */
export const BEAT_MS = 500
export const MOST_MISSED = 4
/** While it starts or builds a configuration, its event loop may be held for longer. */
export const MOST_MISSED_BUILDING = 60
