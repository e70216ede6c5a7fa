/** What travels beside the events, to every node of a pipeline. */
export interface Signal {
  readonly kind: 'start' | 'tick' | 'drain' | 'stop'
  /** Wall clock, nanoseconds since the epoch: comparable to `Event.ingestNs`. */
  readonly atNs: bigint
}
