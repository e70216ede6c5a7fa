/** Ramps that touch nothing: they stand in tests where those of the configuration would reach out of the process. */
import { ignoreElements, NEVER } from 'rxjs'
import type { Offramp, Onramp } from '../ramp.ts'

/** Nothing comes but what a test inserts. */
export function silentOnramp(): Onramp {
  return { open, drain: open, close, events: () => NEVER }
}

/** What arrives was seen on its way; it goes no further. */
export function silentOfframp(): Offramp {
  return { open, drain: open, close, insights: NEVER, write: (events) => events.pipe(ignoreElements()) }
}

async function open(): Promise<void> {}

function close(): void {}
