import type { HostFacts } from '#dsl/program.ts'
import type { Catalogue } from '../catalogue.ts'
import type { Clock } from '../clock.ts'
import type { Event } from '../event.ts'
import type { ConnectTo, Transport } from '../http/transport.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import type { Port } from '../port.ts'

/** The surroundings of a running engine: everything it touches of the outside comes by here. */
export interface World {
  readonly catalogue: Catalogue
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  readonly transport: Transport
  readonly connectTo: readonly ConnectTo[]
  /** `system::instance()` */
  readonly instance: string
  /** Which of several processes with the same configuration this is, from 1; absent where there is one. */
  readonly worker?: number | undefined
  readonly host: HostFacts
  /**
   * Sees every event that leaves a ramp or a pipeline by a port, before it goes on: what `temblor test` looks at. Bodies are
   * whole then. Absent, as it is in a process that serves, nothing is called and nothing is slower.
   */
  readonly observe?: (address: string, port: Port, event: Event) => void
  /** From 0 up to, not including, 1; if absent, drawn from what the clock says at the start. */
  readonly random?: () => number
}
