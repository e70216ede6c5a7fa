/**
 * Values are shared, so a few lines of `let x = [x, x]` make a tree that has no end in practice, in little memory. What walks
 * two trees counts its steps.
 */
const MOST_STEPS = 2_000_000

let steps = 0

/** A new walk begins. */
export function begin(): void {
  steps = MOST_STEPS
}

/** One more step. Throws `RangeError`, which becomes the failure of the script, when there were too many. */
export function step(): void {
  if (--steps < 0) throw new RangeError('too many steps')
}
