/** What the process ends with: a promise to scripts and service managers, so a number never changes its meaning. */
export const exit = {
  done: 0,
  /** The answer is "no": findings, a failed test, a refused change. */
  no: 1,
  /** `plan`: there are changes. */
  changes: 2,
  usage: 64,
  /** No running process at the admin address. */
  unreachable: 69,
  /** Our bug. */
  bug: 70,
  /** Somebody else changed it meanwhile; trying again is safe. */
  conflict: 75,
  denied: 77,
  /** `run`: the configuration is invalid; starting again will not help. */
  invalid: 78,
} as const

/** Wrong use that a command finds itself, beyond what its flags and arguments say. Shown with a pointer to its help. */
export class UsageError extends Error {}

/** A failure that has been understood: one line, and the exit code that says what kind it is. */
export class CommandFailure extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}
