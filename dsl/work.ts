/**
 * What the work of one event may cost beyond the steps of its loops: inside of functions of the library, of patterns, and of
 * walks over values. One allowance is shared by all of them and renewed for each run; it is worth some 50 ms.
 */
import { encodeJson } from './json.ts'
import type { Value } from './value.ts'

/** Steps of some 15 ns each. */
const ALLOWANCE = 3_000_000

/** Items and fields of a value that a script may turn into text. */
const MOST_PARTS = 1_000_000

/** A run did more than it may. Becomes a failure of the script. */
export class Exhausted extends Error {
  constructor() {
    super(
      `The work for this event takes more than ${ALLOWANCE} steps inside of functions, patterns and comparisons`,
    )
  }
}

let left = ALLOWANCE

/** A new run begins. */
export function renew(): void {
  left = ALLOWANCE
}

/** Takes `steps` from what is left of the run. Throws `Exhausted` if it is less. */
export function spend(steps: number): void {
  left -= steps
  if (left < 0) throw new Exhausted()
}

/** Takes `steps` if more than half of the allowance is left behind it. */
export function afford(steps: number): boolean {
  if (left - steps < ALLOWANCE / 2) return false
  left -= steps
  return true
}

/** Takes what it costs to go through a long text or list. */
export function charge(value: unknown): void {
  if (typeof value === 'string') {
    if (value.length > 512) spend(value.length >> 4)
  } else if (Array.isArray(value) && value.length > 64) spend(value.length >> 1)
}

/** A value as compact JSON, paid for. Throws `JsonError` as `encodeJson` does. */
export function jsonText(value: Value): string {
  const text = encodeJson(value, MOST_PARTS)
  if (text.length > 512) spend(text.length >> 4)
  return text
}
