/**
 * A running Temblor around its engine: applies the configuration at start and whenever asked, keeps the old one if the
 * new one is invalid, tells health and metrics, and ends by draining.
 */

import type { Check } from '../admin/health.ts'
import type { Plan } from '../binding/plan.ts'
import type { Clock } from '../clock.ts'
import type { Engine } from '../deploy/engine.ts'
import { version } from '../home.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'

/** What checking the configuration came to. */
export interface Loaded {
  /** Absent if there are errors. */
  readonly plan?: Plan | undefined
  /** What was read, to be watched. */
  readonly files: readonly string[]
  /** The findings, laid out for people; empty if there are none. */
  readonly report: string
  readonly errors: number
  readonly warnings: number
  /** Where metrics are to be served besides, if the configuration says so. */
  readonly metrics?: { readonly host: string; readonly port: number } | undefined
}

export interface ServiceOptions {
  readonly engine: Engine
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  /** Reads and checks the files as they are now. Rejects only if that is our bug. */
  readonly load: () => Promise<Loaded>
  /** How long requests in flight may take to finish at the end, milliseconds. */
  readonly graceMs: number
}

export interface Reloaded {
  readonly outcome: 'applied' | 'unchanged' | 'invalid' | 'failed'
  /** What was read, to be watched: files of an invalid configuration are mended there. */
  readonly files: readonly string[]
}

export interface Service {
  /** What was loaded before, as the first configuration. Rejects if it cannot start. */
  begin(plan: Plan): Promise<void>
  /** Reads the files again. Whatever comes of it, something valid runs afterwards. `why` is for the log. */
  reload(why: string): Promise<Reloaded>
  readonly ready: () => readonly Check[]
  /** Drains. True if every request in flight was finished in time. */
  stop(why: string): Promise<boolean>
  /** Stops at once, whatever is in flight. */
  cut(): Promise<void>
}

export function createService({ engine, clock, log, metrics, load, graceMs }: ServiceOptions): Service {
  const meters = declareMeters(metrics, clock)
  let form = ''
  let begun = false
  let stopping = false
  /** Reloads come one after the other, and none while draining. */
  let last: Promise<unknown> = Promise.resolve()

  return {
    begin,
    reload(why) {
      const next = last.then(() => reload(why))
      last = next.catch(() => {})
      return next
    },
    ready: () => [
      { name: 'config', trouble: begun ? undefined : 'no configuration has been applied yet' },
      { name: 'draining', trouble: stopping ? 'shutting down' : undefined },
    ],
    async stop(why) {
      stopping = true
      const { inFlight } = engine.status()
      log.info({ inFlight, why }, 'Draining')
      const whole = await engine.stop(graceMs)
      if (!whole) log.warn({ inFlight: engine.status().inFlight }, 'Stopped with requests in flight')
      return whole
    },
    async cut() {
      stopping = true
      await engine.stop(0)
    },
  }

  async function begin(plan: Plan): Promise<void> {
    await engine.apply(plan)
    form = formOf(plan)
    begun = true
    meters.applied()
    metrics
      .gauge('temblor_build_info', 'Version of Temblor and of its Node.', ['version', 'node_version'])
      .with(version, process.versions.node).value = 1
  }

  async function reload(why: string): Promise<Reloaded> {
    if (stopping) return { outcome: 'unchanged', files: [] }
    const startedAt = clock.now()
    const { plan, files, report, errors } = await load()
    if (plan === undefined) {
      meters.refused('invalid')
      log.error({ why, errors, report }, 'Configuration is invalid, the old one stays')
      return { outcome: 'invalid', files }
    }
    const wanted = formOf(plan)
    if (wanted === form) return { outcome: 'unchanged', files }
    try {
      await engine.apply(plan)
    } catch (error) {
      meters.refused('failed')
      log.error({ why, err: error }, 'Configuration could not be applied, the old one stays')
      return { outcome: 'failed', files }
    }
    form = wanted
    meters.applied()
    const { revision } = engine.status()
    log.info({ why, revision, ms: Math.round(clock.now() - startedAt) }, 'Configuration applied')
    return { outcome: 'applied', files }
  }
}

/** Two plans with the same form run the same. */
function formOf(plan: Plan): string {
  const nodes = [...plan.onramps, ...plan.offramps, ...plan.pipelines].map(({ address, form }) => [
    address,
    form,
  ])
  const links = plan.links.map(({ from, to }) => [from.address, from.port, to.address, to.port])
  return JSON.stringify([nodes, links])
}

function declareMeters(metrics: Metrics, clock: Clock) {
  const success = metrics
    .gauge('temblor_config_last_reload_success', 'Whether the last configuration read was applied.')
    .with()
  const at = metrics
    .gauge('temblor_config_last_reload_timestamp_seconds', 'When a configuration was last applied.')
    .with()
  const reloads = metrics.counter(
    'temblor_config_reloads_total',
    'Configurations read, by what came of them.',
    ['result'],
  )
  return {
    applied() {
      reloads.with('applied').value += 1
      success.value = 1
      at.value = Number(clock.wallNs() / 1_000_000n) / 1000
    },
    refused(result: 'invalid' | 'failed') {
      reloads.with(result).value += 1
      success.value = 0
    },
  }
}
