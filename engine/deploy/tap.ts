/** Looking at what leaves a port of what runs. Costs nothing where nobody looks: the port is led through the one who does. */
import type { Event } from '../event.ts'
import type { Inlet } from '../outlet.ts'
import { Outlet } from '../outlet.ts'

export type See = (event: Event) => void

interface Tapped {
  readonly targets: readonly Inlet[]
  readonly inlet: Inlet
  readonly watchers: Set<See>
}

const tapped = new WeakMap<Outlet, Tapped>()

/** From now on `see` is shown each event that leaves here, before it goes on. It must not throw, nor touch the event. Returns how to stop. */
export function tap(outlet: Outlet, see: See): () => void {
  const now = tapped.get(outlet)
  // A new generation leads its ports anew, past whoever looked before.
  const it = now !== undefined && outlet.targets[0] === now.inlet ? now : begin(outlet)
  it.watchers.add(see)
  return () => {
    it.watchers.delete(see)
    if (it.watchers.size > 0 || outlet.targets[0] !== it.inlet) return
    outlet.lead(it.targets)
    tapped.delete(outlet)
  }
}

function begin(outlet: Outlet): Tapped {
  const { targets } = outlet
  const onwards = new Outlet(outlet.owner, outlet.port)
  onwards.lead(targets)
  const watchers = new Set<See>()
  const inlet: Inlet = {
    sources: [],
    accept: (event) => {
      for (const see of watchers) see(event)
      onwards.deliver(event)
    },
  }
  const it = { targets, inlet, watchers }
  outlet.lead([inlet])
  tapped.set(outlet, it)
  return it
}
