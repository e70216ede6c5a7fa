/** What `run` needs to know of several workers where it would else have one engine. */
import type { Control } from '../admin/api.ts'
import type { Plan } from '../binding/plan.ts'
import type { Reading } from '../binding/recorded-files.ts'
import { changesOf, introduction, load, nothingLeavesBy, portsOf, worst } from '../cli/control.ts'
import type { Core, RunOptions } from '../cli/run.ts'
import type { Loaded, Service } from '../cli/service.ts'
import type { Clock } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Metrics } from '../metrics.ts'
import { Fleet, type WorkerShown } from './fleet.ts'
import { perWorker } from './per-worker.ts'

/** Its metrics are those of all processes together. */
export interface Several extends Core {
  /** Whatever is to be applied was loaded through this, or by the control. */
  learn(loaded: Loaded): Loaded
  /** Says what each has of its own. */
  introduce(plan: Plan): void
}

export interface SeveralOptions {
  readonly clock: Clock
  readonly log: Log
  /** Of this process. */
  readonly metrics: Metrics
}

export function several(
  { workers: size, sharing = 'turn', instance }: RunOptions,
  { clock, log, metrics }: SeveralOptions,
): Several {
  const readings = new WeakMap<Plan, Reading>()
  const fleet = new Fleet({ size, sharing, clock, log, readingOf: (plan) => readings.get(plan)! })
  countWorkers(fleet, metrics)
  return {
    engine: fleet,
    metrics: { ...metrics, render: async () => fleet.metrics(await metrics.render()) },
    learn,
    controlBy(service: Service): Control {
      const about = introduction(service, { clock, instance })
      return {
        ...changesOf(service, async (bundle) => learn(await load(bundle))),
        async status() {
          const { draining, ...rest } = fleet.status()
          const shown = await fleet.statusOfAll()
          const offramps = shown.flatMap(({ slot, status }) =>
            (status?.offramps ?? []).map((offramp) => ({ worker: slot.number, ...offramp })),
          )
          return {
            ...about(rest),
            state: draining ? 'draining' : stateOf(shown),
            in_flight: shown.reduce((sum, { slot, status }) => sum + (status?.in_flight ?? slot.inFlight), 0),
            workers: shown.map(workerShown),
            offramps,
          } as never
        },
        purge: (options) => fleet.purge(options),
        look(port, say) {
          const ports = portsOf(fleet.plan)
          if (ports.includes(port)) return fleet.look(port, say)
          throw nothingLeavesBy(port, ports)
        },
      }
    },
    ready() {
      const serving = fleet.slots.filter(({ state }) => state === 'serving').length
      return [{ name: 'workers', trouble: serving > 0 ? undefined : `none of ${size} serves` }]
    },
    introduce(plan) {
      const own = perWorker(plan)
      log.info({ workers: size, pids: fleet.slots.map(({ pid }) => pid) }, 'Workers share the connections')
      if (own.length > 0) log.info({ own }, 'Each worker has its own of these')
    },
  }

  function learn(loaded: Loaded): Loaded {
    const { plan, reading } = loaded
    if (plan !== undefined && reading !== undefined) readings.set(plan, reading)
    return loaded
  }
}

function workerShown({ slot, status }: WorkerShown) {
  const { number, pid, state, restarts, inFlight } = slot
  return {
    worker: number,
    state: state === 'serving' && status === undefined ? 'silent' : state,
    pid,
    uptime_s: status?.uptime_s ?? 0,
    in_flight: status?.in_flight ?? inFlight,
    restarts,
  }
}

/** A worker that is missing does not stop the others. */
function stateOf(shown: readonly WorkerShown[]): string {
  const told = shown.filter(({ status }) => status !== undefined)
  if (told.length === 0) return 'down'
  const state = worst(told.flatMap(({ status }) => status!.offramps.map(({ state }) => state)))
  return state === 'ok' && told.length < shown.length ? 'degraded' : state
}

function countWorkers(fleet: Fleet, metrics: Metrics): void {
  const serving = metrics.gauge('temblor_workers', 'Worker processes that serve.').with()
  const restarts = metrics.counter(
    'temblor_worker_restarts_total',
    'Workers that ended and were replaced, by their number.',
    ['worker'],
  )
  const cells = fleet.slots.map((slot) => ({ slot, cell: restarts.with(String(slot.number)) }))
  metrics.beforeScrape(() => {
    serving.value = fleet.slots.filter(({ state }) => state === 'serving').length
    for (const { slot, cell } of cells) cell.value = slot.restarts
  })
}
