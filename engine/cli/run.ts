/** `temblor run` and its kin: builds the surroundings of an engine, starts it, listens to signals, ends it. */
import { hostname } from 'node:os'
import type { Control } from '../admin/api.ts'
import type { Check } from '../admin/health.ts'
import { type Admin, openAdmin } from '../admin/server.ts'
import { forgetToken, leaveToken } from '../admin/token.ts'
import { loadCatalogue } from '../catalogue.ts'
import type { Clock } from '../clock.ts'
import { wheelClock } from '../clock-wheel.ts'
import { Engine } from '../deploy/engine.ts'
import { version } from '../home.ts'
import type { ConnectTo, Transport } from '../http/transport.ts'
import { loadTransport, type TransportName } from '../http/transports.ts'
import { createLog, type Level, type Log } from '../log.ts'
import { createMetrics, type Metrics } from '../metrics.ts'
import { controlOf } from './control.ts'
import { CommandFailure, exit } from './exit.ts'
import { type Configuration, loadConfiguration } from './load.ts'
import { createService, type Service, type Serving } from './service.ts'
import { warnOfStranded } from './stranded.ts'
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
  /** Processes that share the work; 1: this one does it. */
  readonly workers: number
  /** Which of them a connection goes to: the next in turn, or whom the kernel chooses. */
  readonly sharing?: 'turn' | 'kernel'
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
  const log = logFor(options, { terminal, clock, isOneOfSeveral: options.workers > 1 })
  const own = metricsFor(log)
  const several = options.workers > 1 ? await severalOf(options, { clock, log, metrics: own }) : undefined
  const load = async () => {
    const loaded = await loadConfiguration(options, terminal)
    return several?.learn(loaded) ?? loaded
  }
  const first = await load()
  if (first.plan === undefined) {
    terminal.err(`${first.report}\nThe configuration is invalid: nothing is run\n`)
    return exit.invalid
  }
  if (first.warnings > 0)
    log.warn({ warnings: first.warnings }, `The configuration has warnings: "${saying(options)}" shows them`)

  const { engine, metrics, controlBy, ready } =
    several ?? (await alone(options, { clock, log, metrics: own }))
  const bare = createService({ engine, clock, log, metrics, load, graceMs: options.graceMs })
  const service = { ...bare, ready: () => [...bare.ready(), ...ready()] }
  const control = controlBy(service)
  warnOfStranded(first.plan, { workers: options.workers, log })
  const admin = await startAdmin(options, { terminal, log, metrics, service, control })
  const scraped = await startMetrics(options.metrics ?? first.metrics, { terminal, log, metrics, service })
  const watcher = options.watch ? createWatcher(clock, () => void reload('file changed')) : undefined
  let forget: (() => void) | undefined
  try {
    await begin(service, first.plan)
    // Whatever it was, it was one event's, and those of others are served on.
    forget = terminal.onUncaught?.((err) => log.error({ err }, 'An exception that nobody expected'))
    const { listens } = engine.status()
    log.info({ version, node: process.versions.node, pid: process.pid }, 'Temblor runs')
    several?.introduce(first.plan)
    if (admin) log.info({ url: admin.url }, 'Admin listens')
    if (scraped) log.info({ url: `${scraped.url}/metrics` }, 'Metrics are served')
    if (first.plan.onramps.length === 0)
      log.warn({}, 'Nothing comes in: no onramp is led anywhere, by a route or by a binding with its mapping')
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

/** What serves, and how it is asked and told. */
export interface Core {
  readonly engine: Serving
  readonly metrics: Metrics
  controlBy(service: Service): Control
  ready(): readonly Check[]
}

interface Makings {
  readonly clock: Clock
  readonly log: Log
  readonly metrics: Metrics
}

async function alone(options: RunOptions, makings: Makings): Promise<Core> {
  const { clock, metrics } = makings
  const transport = await loadTransport(options.transport)
  const engine = await engineFor(options, { ...makings, transport })
  const { instance } = options
  return {
    engine,
    metrics,
    controlBy: (service) => controlOf(service, { engine, clock, instance }),
    ready: () => [],
  }
}

async function severalOf(options: RunOptions, makings: Makings) {
  const { several } = await import('../workers/several.ts')
  return several(options, makings)
}

export function logFor(
  options: RunOptions,
  {
    terminal,
    clock,
    isOneOfSeveral,
  }: { readonly terminal: Terminal; readonly clock: Clock; readonly isOneOfSeveral: boolean },
): Log {
  return createLog({
    level: options.logLevel,
    format: logFormat(options, terminal),
    colour: terminal.stderr.colour,
    isShared: isOneOfSeveral,
    clock,
  })
}

export function metricsFor(log: Log): Metrics {
  return createMetrics((family) =>
    log.warn({ family }, 'A metric has too many series, further ones are counted as "_other"'),
  )
}

export async function engineFor(
  { connectTo, instance }: RunOptions,
  makings: Makings & { readonly transport: Transport; readonly worker?: number },
): Promise<Engine> {
  const { clock } = makings
  const host = { hostname: hostname(), version, nanotime: () => clock.wallNs() }
  return new Engine({ ...makings, catalogue: await loadCatalogue(), connectTo, instance, host })
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
  // Who was cut at the end of the grace time is in the log; the process did what it was told.
  const drained = service.stop(first).then(() => exit.done)
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
  { terminal, log, metrics, service, control }: Beside & { readonly control: Control },
): Promise<Admin | undefined> {
  if (admin === undefined) return undefined
  const token = terminal.environment['TEMBLOR_ADMIN_TOKEN']
  try {
    const changeToken = (port: number) => token ?? ownToken(port, terminal, log)
    const opened = await openAdmin({
      ...admin,
      token,
      metrics,
      log,
      ready: service.ready,
      control,
      changeToken,
    })
    const { port } = new URL(opened.url)
    const close = async () => {
      if (token === undefined) forgetToken(Number(port), terminal.environment)
      await opened.close()
    }
    return { ...opened, close }
  } catch (error) {
    throw new CommandFailure(exit.no, (error as Error).message)
  }
}

/** Made up, for the commands of this user. Without a place to leave it the process runs all the same, and nobody can change it. */
function ownToken(port: number, { environment }: Terminal, log: Log): string | undefined {
  try {
    return leaveToken(port, environment)
  } catch (err) {
    log.warn(
      { err },
      'No token could be left for the commands that change what runs: set TEMBLOR_ADMIN_TOKEN',
    )
    return undefined
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
