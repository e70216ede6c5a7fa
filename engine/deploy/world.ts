import type { HostFacts } from '#dsl/program.ts'
import type { Catalogue } from '../catalogue.ts'
import type { Clock } from '../clock.ts'
import type { ConnectTo, Transport } from '../http/transport.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'

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
  readonly host: HostFacts
}
