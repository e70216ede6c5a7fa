/** Time, handed in. Nothing in the engine reads a global clock or sets a global timer; tests hand in a clock they turn. */
export interface Clock {
  /** Monotonic milliseconds, for timers, deadlines and latencies. Read once per turn of the event loop. */
  now(): number
  /** Nanoseconds since the epoch, for event times, logs and ages. */
  wallNs(): bigint
  /** Calls `fire` once, not before `ms` milliseconds from now. Coarse: up to one tick of the wheel late. */
  after(ms: number, fire: () => void): Timer
  /** Calls `fire` once, not before `now()` is `at`: for deadlines that count from a time that was read before. */
  at(at: number, fire: () => void): Timer
}

export interface Timer {
  cancel(): void
}
