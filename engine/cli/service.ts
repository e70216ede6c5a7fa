/**
 * A running Temblor around its engine: applies the configuration at start and whenever asked, keeps the old one if the
 * new one is invalid, tells health and metrics, and ends by draining.
 */

import { createHash } from 'node:crypto'
import type { Outcome, Revision } from '../admin/api.ts'
import { changesBetween } from '../admin/changes.ts'
import type { Check } from '../admin/health.ts'
import type { Plan } from '../binding/plan.ts'
import type { Reading } from '../binding/recorded-files.ts'
import type { Clock } from '../clock.ts'
import type { EngineStatus } from '../deploy/engine.ts'
import { version } from '../home.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'

/** What checking the configuration came to. */
export interface Loaded {
  /** Absent if there are errors. */
  readonly plan?: Plan | undefined
  /** The texts it was made of. */
  readonly reading?: Reading | undefined
  /** What was read, to be watched. */
  readonly files: readonly string[]
  /** The findings, laid out for people; empty if there are none. */
  readonly report: string
  readonly errors: number
  readonly warnings: number
  /** Where metrics are to be served besides, if the configuration says so. */
  readonly metrics?: { readonly host: string; readonly port: number } | undefined
}

/** One process that serves, or several. */
export interface Serving {
  /** Rejects, and changes nothing, if it cannot start. */
  apply(plan: Plan): Promise<void>
  status(): EngineStatus
  stop(graceMs: number): Promise<boolean>
  readonly plan: Plan | null
}

export interface ServiceOptions {
  readonly engine: Serving
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
  /** Reads and checks the files as they are now. Rejects only if that is our bug. */
  readonly load: () => Promise<Loaded>
  /** How long requests in flight may take to finish at the end, milliseconds. */
  readonly graceMs: number
}

export interface Reloaded {
  readonly outcome: Outcome['outcome']
  /** What was read, to be watched: files of an invalid configuration are mended there. */
  readonly files: readonly string[]
}

export interface Wish {
  /** For the log. */
  readonly why: string
  /** What to load in place of the files that the process was started with. */
  readonly load?: (() => Promise<Loaded>) | undefined
  /** Change nothing unless this revision runs. */
  readonly expected?: number | undefined
  /** Change nothing, only say what would. */
  readonly dry?: boolean | undefined
}

/** So many configurations are remembered, to be gone back to. */
const mostRevisions = 10

interface Remembered extends Revision {
  readonly plan: Plan
  readonly form: string
}

export interface Service {
  /** What was loaded before, as the first configuration. Rejects if it cannot start. */
  begin(plan: Plan): Promise<void>
  /** Reads the files again. Whatever comes of it, something valid runs afterwards. `why` is for the log. */
  reload(why: string): Promise<Reloaded>
  /** As `reload`, with what else may be asked of it. */
  change(wish: Wish): Promise<Outcome & Reloaded>
  /** Applies what ran before: the last, or that of a number. */
  rollback(to: number | undefined, expected: number | undefined): Promise<Outcome>
  /** The last few, the newest first. */
  revisions(): readonly Revision[]
  readonly ready: () => readonly Check[]
  /** Drains. True if every request in flight was finished in time. */
  stop(why: string): Promise<boolean>
  /** Stops at once, whatever is in flight. */
  cut(): Promise<void>
}

export function createService({ engine, clock, log, metrics, load, graceMs }: ServiceOptions): Service {
  const meters = declareMeters(metrics, clock)
  let history: readonly Remembered[] = []
  let begun = false
  let stopping = false
  /** Reloads come one after the other, and none while draining. */
  let last: Promise<unknown> = Promise.resolve()

  return {
    begin,
    async reload(why) {
      const { outcome, files } = await inTurn(() => change({ why }))
      return { outcome, files }
    },
    change: (wish) => inTurn(() => change(wish)),
    rollback: (to, expected) => inTurn(() => rollback(to, expected)),
    revisions: () => history.map(({ plan: _, form: __, ...revision }) => revision),
    ready: () => [
      { name: 'config', trouble: begun ? undefined : 'no configuration has been applied yet' },
      { name: 'draining', trouble: stopping ? 'shutting down' : undefined },
    ],
    async stop(why) {
      stopping = true
      const { inFlight } = engine.status()
      log.info({ inFlight, why }, 'Draining')
      return engine.stop(graceMs)
    },
    async cut() {
      stopping = true
      await engine.stop(0)
    },
  }

  function inTurn<T>(what: () => Promise<T>): Promise<T> {
    const next = last.then(what)
    last = next.catch(() => {})
    return next
  }

  async function begin(plan: Plan): Promise<void> {
    await engine.apply(plan)
    remember(plan, 'start')
    begun = true
    meters.applied()
    metrics
      .gauge('temblor_build_info', 'Version of Temblor and of its Node.', ['version', 'node_version'])
      .with(version, process.versions.node).value = 1
  }

  async function change({ why, load: asked, expected, dry }: Wish): Promise<Outcome & Reloaded> {
    const moved = conflict(expected)
    if (moved !== undefined) return { ...moved, files: [] }
    if (stopping) return { ...told('unchanged', [], 'The process is shutting down'), files: [] }
    const { plan, files, report, errors } = await (asked ?? load)()
    if (plan === undefined) {
      if (dry !== true) {
        meters.refused('invalid')
        log.error({ why, errors, report }, 'Configuration is invalid, the old one stays')
      }
      return { ...told('invalid', [], report), files }
    }
    const changes = changesBetween(history[0]?.plan ?? null, plan)
    if (dry === true) return { ...told('planned', changes, report), files }
    if (formOf(plan) === history[0]?.form) return { ...told('unchanged', [], report), files }
    const failure = await apply(plan, why)
    return failure === undefined
      ? { ...told('applied', changes, report), files }
      : { ...told('failed', [], failure), files }
  }

  async function rollback(to: number | undefined, expected: number | undefined): Promise<Outcome> {
    const moved = conflict(expected)
    if (moved !== undefined) return moved
    const wanted = to === undefined ? history[1] : history.find(({ revision }) => revision === to)
    if (stopping || wanted === undefined) {
      const known = history.map(({ revision }) => revision).join(', ')
      const text = stopping
        ? 'The process is shutting down'
        : `There is no ${to === undefined ? 'earlier revision' : `revision ${to}`} to go back to: known are ${known}`
      return told('failed', [], text)
    }
    if (wanted.form === history[0]?.form) return told('unchanged', [], '')
    const changes = changesBetween(history[0]?.plan ?? null, wanted.plan)
    const failure = await apply(wanted.plan, `back to revision ${wanted.revision}`)
    return failure === undefined ? told('applied', changes, '') : told('failed', [], failure)
  }

  /** What went wrong, or nothing. */
  async function apply(plan: Plan, why: string): Promise<string | undefined> {
    const startedAt = clock.now()
    try {
      await engine.apply(plan)
    } catch (error) {
      meters.refused('failed')
      log.error({ why, err: error }, 'Configuration could not be applied, the old one stays')
      return error instanceof Error ? error.message : String(error)
    }
    remember(plan, why)
    meters.applied()
    const { revision } = engine.status()
    log.info({ why, revision, ms: Math.round(clock.now() - startedAt) }, 'Configuration applied')
    return undefined
  }

  function remember(plan: Plan, why: string): void {
    const form = formOf(plan)
    const hash = createHash('sha256').update(form).digest('hex').slice(0, 12)
    const at = new Date(Number(clock.wallNs() / 1_000_000n)).toISOString()
    const { revision } = engine.status()
    history = [{ revision, hash, at, why, plan, form }, ...history].slice(0, mostRevisions)
  }

  function conflict(expected: number | undefined): Outcome | undefined {
    const { revision } = engine.status()
    if (expected === undefined || expected === revision) return undefined
    return told('conflict', [], `Revision ${revision} runs, not ${expected}: somebody changed it meanwhile`)
  }

  function told<T extends Outcome['outcome']>(outcome: T, changes: Outcome['changes'], report: string) {
    return { outcome, revision: engine.status().revision, changes, report }
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
