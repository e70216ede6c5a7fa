import type { Event, Listener, Trail } from './event.ts'
import type { Insight } from './insight.ts'
import type { Port } from './port.ts'

/** A way into a node: a pipeline's port, an operator's, a ramp's. Takes the event and must not throw. */
export interface Inlet {
  accept(event: Event): void
  /** The outlets that lead here: the way up for insights about this place. Set by whoever links. */
  sources: readonly Outlet[]
}

/** A way out of a node, and where it leads: nowhere, to one place (straight through), or to several (a copy for each). */
export class Outlet {
  readonly owner: Listener
  readonly port: Port
  /** Written into the flight's list of visited places; '' inside a pipeline. */
  readonly address: string
  #only: Inlet | null = null
  #targets: readonly Inlet[] = []

  constructor(owner: Listener, port: Port, address = '') {
    this.owner = owner
    this.port = port
    this.address = address
  }

  get linked(): boolean {
    return this.#targets.length > 0
  }

  get targets(): readonly Inlet[] {
    return this.#targets
  }

  /** From now on events go to these places. One assignment: no event ever sees half of it. */
  lead(targets: readonly Inlet[]): void {
    this.#targets = targets
    this.#only = targets.length === 1 ? targets[0]! : null
  }

  deliver(event: Event): void {
    if (this.address !== '' && event.flight !== null && event.flight.visited !== null) {
      event.flight.visited.push(this.address)
    }
    if (this.#only !== null) return this.#only.accept(event)
    const targets = this.#targets
    const last = targets.length - 1
    if (last < 0) return deadEnd(event, this.port)
    for (let i = 0; i < last; i++) targets[i]!.accept(event.copy())
    targets[last]!.accept(event)
  }
}

/** The event left by a port that leads nowhere: its flight learns why, and answers if nothing else does. */
function deadEnd(event: Event, port: Port): void {
  const flight = event.flight
  if (flight === null) return
  if (event.failure !== null) flight.note(event.failure.reason, event.failure.message)
  else if (port === 'overflow') flight.note('overflow', 'the event was discarded: nothing below takes more')
  else flight.note('dropped', `the event left by port "${port}", which leads nowhere`)
}

/** Sends an insight about a place up every link that leads there. */
export function goUp(sources: readonly Outlet[], insight: Insight): void {
  for (const outlet of sources) outlet.owner.hear(outlet.port, insight)
}

/** Sends an insight about an event one hop back along its trail; at the trail's end it has arrived. */
export function goBack(trail: Trail | null, insight: Insight): void {
  if (trail === null) return
  insight.trail = trail.before
  trail.node.hear(trail.port, insight)
}
