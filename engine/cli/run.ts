/** `temblor run` and its kin: builds the surroundings of an engine, starts it, listens to signals, ends it. */
import { hostname } from 'node:os'
import { type Admin, openAdmin } from '../admin/server.ts'
import { loadCatalogue } from '../catalogue.ts'
import type { Clock } from '../clock.ts'
import { wheelClock } from '../clock-wheel.ts'
import { Engine } from '../deploy/engine.ts'
import { version } from '../home.ts'
import type { ConnectTo } from '../http/transport.ts'
import { loadTransport, type TransportName } from '../http/transports.ts'
import { createLog, type Level, type Log } from '../log.ts'
import { createMetrics, type Metrics } from '../metrics.ts'
import { CommandFailure, exit } from './exit.ts'
import { type Configuration, loadConfiguration } from './load.ts'
import { createService, type Service } from './service.ts'
import type { Terminal } from './terminal.ts'
import { createWatcher } from './watch.ts'

export interface RunOptions extends Configuration {
  readonly watch: boolean
  readonly connectTo: readonly ConnectTo[]
  readonly transport: TransportName
  /** Absent: no admin. */
  readonly admin?: { readonly host: string; readonly port: number; readonly orFreePort: boolean } | undefined
  /** Metrics alone, for whoever asks; if absent, where a system that was converted would serve them. */
  readonly metrics?: { readonly host: string; readonly port: number } | undefined
  readonly logLevel: Level | 'silent'
  readonly logFormat: 'auto' | 'json' | 'pretty'
  readonly instance: string
  readonly graceMs: number
  /** Called when requests are served. */
  readonly onReady?: (listens: readonly string[]) => void
}

/** Runs until a signal ends it; resolves to the exit code. */
export async function run(options: RunOptions, terminal: Terminal): Promise<number> {
  const clock = wheelClock()
  const signals = listenToSignals(terminal)
  try {
    return await serve(options, { terminal, clock, signals })
  } finally {
    signals.close()
    clock.close()
  }
}

interface Surroundings {
  readonly terminal: Terminal
  readonly clock: Clock
  readonly signals: Signals
}

async function serve(options: RunOptions, { terminal, clock, signals }: Surroundings): Promise<number> {
  const log = createLog({
    level: options.logLevel,
    format: logFormat(options, terminal),
    colour: terminal.stderr.colour,
    clock,
  })
  const metrics = createMetrics((family) =>
    log.warn({ family }, 'A metric has too many series, further ones are counted as "_other"'),
  )
  const load = () => loadConfiguration(options, terminal)
  const first = await load()
  if (first.plan === undefined) {
    terminal.err(`${first.report}\nThe configuration is invalid: nothing is run\n`)
    return exit.invalid
  }
  if (first.warnings > 0)
    log.warn({ warnings: first.warnings }, `The configuration has warnings: "${saying(options)}" shows them`)

  const engine = new Engine({
    catalogue: await loadCatalogue(),
    clock,
    log,
    metrics,
    transport: await loadTransport(options.transport),
    connectTo: options.connectTo,
    instance: options.instance,
    host: { hostname: hostname(), version, nanotime: () => clock.wallNs() },
  })
  const service = createService({ engine, clock, log, metrics, load, graceMs: options.graceMs })
  const admin = await startAdmin(options, { terminal, log, metrics, service })
  const scraped = await startMetrics(options.metrics ?? first.metrics, { terminal, log, metrics, service })
  const watcher = options.watch ? createWatcher(clock, () => void reload('file changed')) : undefined
  let forget: (() => void) | undefined
  try {
    await begin(service, first.plan)
    // Whatever it was, it was one event's, and those of others are served on.
    forget = terminal.onUncaught?.((err) => log.error({ err }, 'An exception that nobody expected'))
    const { listens } = engine.status()
    log.info({ version, node: process.versions.node, pid: process.pid }, 'Temblor runs')
    if (admin) log.info({ url: admin.url }, 'Admin listens')
    if (scraped) log.info({ url: `${scraped.url}/metrics` }, 'Metrics are served')
    log.info({ at: listens }, 'Listening')
    options.onReady?.(listens)
    watcher?.follow([...options.paths, ...first.files, ...first.plan.files])
    signals.onHangup(() => void reload('SIGHUP'))
    return await endOf(service, signals)
  } finally {
    forget?.()
    watcher?.close()
    await admin?.close()
    await scraped?.close()
  }

  async function reload(why: string): Promise<void> {
    const { files } = await service.reload(why)
    // What runs came of its files, what was just read of others perhaps: both may be edited next.
    watcher?.follow([...options.paths, ...(engine.plan?.files ?? []), ...files])
  }
}

async function begin(service: Service, plan: Parameters<Service['begin']>[0]): Promise<void> {
  try {
    await service.begin(plan)
  } catch (error) {
    throw new CommandFailure(exit.no, error instanceof Error ? error.message : String(error))
  }
}

/** The first signal drains, the second does not wait. */
async function endOf(service: Service, signals: Signals): Promise<number> {
  const first = await signals.next()
  const drained = service.stop(first).then((whole) => (whole ? exit.done : exit.no))
  const cut = signals.next().then(async () => {
    await service.cut()
    return exit.no
  })
  return Promise.race([drained, cut])
}

interface Beside {
  readonly terminal: Terminal
  readonly log: Log
  readonly metrics: Metrics
  readonly service: Service
}

async function startAdmin(
  { admin }: RunOptions,
  { terminal, log, metrics, service }: Beside,
): Promise<Admin | undefined> {
  if (admin === undefined) return undefined
  const token = terminal.environment['TEMBLOR_ADMIN_TOKEN']
  try {
    return await openAdmin({ ...admin, token, metrics, log, ready: service.ready })
  } catch (error) {
    throw new CommandFailure(exit.no, (error as Error).message)
  }
}

async function startMetrics(
  at: RunOptions['metrics'],
  { log, metrics, service }: Beside,
): Promise<Admin | undefined> {
  if (at === undefined) return undefined
  try {
    return await openAdmin({
      ...at,
      orFreePort: false,
      metricsOnly: true,
      metrics,
      log,
      ready: service.ready,
    })
  } catch (error) {
    throw new CommandFailure(exit.no, (error as Error).message)
  }
}

/** The command that shows what is to be said of a configuration. */
function saying({ from }: RunOptions): string {
  return from === undefined ? 'temblor check' : `temblor convert --from ${from.kind}`
}

function logFormat({ logFormat }: RunOptions, { stderr }: Terminal): 'json' | 'pretty' {
  if (logFormat !== 'auto') return logFormat
  return stderr.isTerminal ? 'pretty' : 'json'
}

interface Signals {
  /** The next SIGTERM or SIGINT, also one that came before anyone asked. */
  next(): Promise<string>
  onHangup(heard: () => void): void
  close(): void
}

/** Listens from the very start: as process 1 of a container, a process without a listener does not hear SIGTERM at all. */
function listenToSignals(terminal: Terminal): Signals {
  const come: string[] = []
  const waiting: ((name: string) => void)[] = []
  let hangup = () => {}
  const forget = terminal.onSignals(['SIGTERM', 'SIGINT', 'SIGHUP'], (name) => {
    if (name === 'SIGHUP') hangup()
    else if (waiting.length > 0) waiting.shift()!(name)
    else come.push(name)
  })
  return {
    next: () =>
      come.length > 0 ? Promise.resolve(come.shift()!) : new Promise((resolve) => waiting.push(resolve)),
    onHangup: (heard) => void (hangup = heard),
    close: forget,
  }
}
