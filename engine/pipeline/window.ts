/** When a window closes. One state for each group, changed by what arrives and by ticks. */
import type { Frame, WindowProgram } from '#dsl/program.ts'
import type { Value } from '#dsl/value.ts'

/**
 * What an arrival does to a window: nothing; it closes and the arrival belongs into it (`after`); or it closes first
 * and the arrival belongs into the next one (`before`).
 */
export type Closing = 'none' | 'before' | 'after'

export interface WindowState {
  /** Of windows by size: what was counted since the last closing. */
  count: number
  /** Of windows by time: when it closes, absent until something has arrived. */
  closesAt: bigint | undefined
  /** Of windows by time: whether something arrived since it opened. */
  filled: boolean
}

/** What a window's script gave that is neither a count nor a time: the select fails with it. */
export class WindowError extends Error {}

export function openWindow(): WindowState {
  return { count: 0, closesAt: undefined, filled: false }
}

/** An event arrives, or what an inner window of a tilt frame made. `frame` holds the event, null on a tick. */
export function arrive(
  program: WindowProgram,
  state: WindowState,
  at: { ns: bigint; frame: Frame | null },
): Closing {
  const { size, intervalNs, script } = program
  const given = script === undefined || at.frame === null ? undefined : wholeNumber(script(at.frame))
  if (size !== undefined) return countUp(state, size, given === undefined ? 1 : Number(given))
  const closing = moveTo(program, state, { ns: given ?? at.ns, intervalNs: intervalNs! })
  // The arrival that closes a window by time is the first of the next one.
  state.filled = true
  return closing
}

/** Time passes. Windows by size, and those with times of their own, do not notice. */
export function tick(program: WindowProgram, state: WindowState, ns: bigint): Closing {
  const { intervalNs, script } = program
  if (intervalNs === undefined || script !== undefined) return 'none'
  return moveTo(program, state, { ns, intervalNs })
}

/** What is above the size is carried over; a size of 0 is one of 1. */
function countUp(state: WindowState, size: number, by: number): Closing {
  const count = state.count + by
  state.count = count >= size ? count - size : count
  return count >= size ? 'after' : 'none'
}

function moveTo(
  { emitEmpty }: WindowProgram,
  state: WindowState,
  { ns, intervalNs }: { ns: bigint; intervalNs: bigint },
): Closing {
  if (state.closesAt !== undefined && ns < state.closesAt) return 'none'
  const closes = state.closesAt !== undefined && (state.filled || emitEmpty)
  state.closesAt = ns + intervalNs
  state.filled = false
  return closes ? 'before' : 'none'
}

function wholeNumber(value: Value): bigint {
  if ((typeof value === 'bigint' || Number.isInteger(value)) && (value as number | bigint) >= 0) {
    return BigInt(value as number | bigint)
  }
  throw new WindowError('The script of a window gives an integer that is not negative')
}
