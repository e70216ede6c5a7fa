/** An event made of others (a batch, a window): its flight and its trail reach theirs. */
import type { Trail } from './event.ts'
import { Flight, type FlightEnd, nothingAnswered } from './flight.ts'
import { goBack } from './outlet.ts'

export interface JoinedFlight {
  /** The flight of the event that was made; null if nobody waits for an answer. */
  readonly flight: Flight | null
  /** To be called once the event was passed on. */
  passedOn(): void
}

/**
 * `held` are the flights of the events it is made of, each held once by the caller, who hands these holds over. An answer
 * to the joined flight answers all of them; if nothing comes of it, they hear why. What was done for it is cut short when
 * all clients have gone, and not before.
 */
export function joinFlights(held: readonly Flight[]): JoinedFlight {
  const waiting = [...new Set(held)].filter((flight) => !flight.settled)
  const release = () => {
    for (const flight of held) flight.release()
  }
  if (waiting.length < 2) return { flight: waiting[0] ?? null, passedOn: release }

  const end: FlightEnd = {
    reply(event) {
      const last = waiting.length - 1
      for (let at = 0; at < last; at++) waiting[at]!.answer(event.copy())
      waiting[last]!.answer(event)
      release()
    },
    dead(reason, message) {
      // Where nobody said why, another part of the request may know better.
      if (message !== nothingAnswered) for (const flight of waiting) flight.note(reason, message)
      release()
    },
  }
  const joined = new Flight(end, Math.min(...waiting.map((flight) => flight.startedMs)))
  joined.shared = true
  let aboard = waiting.length
  let allGone = true
  const passenger = {
    over(gone: boolean) {
      allGone &&= gone
      if (--aboard > 0) return
      // Answered by others, they want nothing more of it: what is under way for it ends as for an answer that came too late.
      if (allGone && !joined.settled) joined.abandon()
      else joined.over(allGone)
    },
  }
  for (const flight of waiting) flight.carry(passenger)
  return { flight: joined, passedOn: () => joined.release() }
}

/** An insight about the event that was made goes back to every event it is made of. */
export function joinTrails(trails: readonly (Trail | null)[]): Trail | null {
  const all = trails.filter((trail) => trail !== null)
  if (all.length === 0) return null
  if (all.length === 1) return all[0]!
  return {
    node: {
      hear: (_port, insight) => {
        for (const trail of all) goBack(trail, insight)
      },
    },
    port: 'out',
    before: null,
  }
}
