import { availableParallelism } from 'node:os'
import { converterNames } from '../../convert/converters.ts'
import { defineCommand, toggle, value, values } from '../command.ts'
import { UsageError } from '../exit.ts'
import { readConnectTo, readDelay, readListen } from '../listen.ts'
import type { Configuration } from '../load.ts'
import type { Terminal } from '../terminal.ts'

export default defineCommand({
  summary: 'Run a configuration in the foreground',
  details:
    'SIGTERM and SIGINT drain: the process is not ready any more, takes nothing new, finishes what is in flight and ends; ' +
    'a second one ends it at once. SIGHUP reads the files again, as an edit does under --watch: a valid change is applied ' +
    'in one step, an invalid one is reported and the old configuration stays.\n\n' +
    'With --workers, this process listens and has so many others serve: each connection goes to the next in turn, or with ' +
    '--sharing kernel to whom the kernel chooses, which is cheaper for a connection and uneven for few. They take a ' +
    'configuration all together or not at all; one that ends or hangs is replaced, and with it only its own requests are lost. Each has its ' +
    'own caches, circuits, turns, limits, windows, counts and write-ahead logs; metrics, status, purge and changes are of all.\n\n' +
    'Exit codes: 0 drained, 1 could not start or had to cut requests, 78 the configuration is invalid.',
  args: [
    {
      name: '[PATH...]',
      doc: "Files (.yaml, .trickle, .tremor) or directories of them; with --from, the other system's file",
    },
  ],
  flags: {
    from: value('KIND', "Run another system's configuration, as convert would write it", {
      choices: converterNames(),
    }),
    watch: toggle('Apply changes of the files as they are made', { short: 'w' }),
    'connect-to': values('HOST:PORT:HOST2:PORT2', 'Connect elsewhere than a URL says, as curl does'),
    admin: value('ADDR', 'Where health and metrics are served (127.0.0.1:9898, or a free port)'),
    'no-admin': toggle('Serve neither health nor metrics there'),
    metrics: value('ADDR', 'Serve metrics and nothing else there too, to whoever asks'),
    'log-level': value('LEVEL', 'What to log', {
      choices: ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'],
      default: 'info',
    }),
    'log-format': value('FORMAT', 'How to log; auto is pretty at a terminal', {
      choices: ['auto', 'json', 'pretty'],
      default: 'auto',
    }),
    transport: value('NAME', 'The HTTP implementation: our own, or Node with undici', {
      choices: ['own', 'node'],
      default: 'own',
    }),
    workers: value('N', 'Processes that share the work; auto: as many as there are processors', {
      default: '1',
    }),
    sharing: value('HOW', 'Which worker a connection goes to: the next in turn, or whom the kernel chooses', {
      choices: ['turn', 'kernel'],
      default: 'turn',
    }),
    instance: value('NAME', 'The name of this engine, for system::instance()', { default: 'tremor' }),
    grace: value('TIME', 'How long requests in flight may take to finish at the end', { default: '25s' }),
  },
  examples: [
    ['temblor run ./config --watch', 'Run the files of a folder, and apply what is edited'],
    ['temblor run ./config --workers auto', 'A process for each processor'],
    [
      'temblor run proxy.yaml --connect-to webserver01:80:127.0.0.1:9001',
      'With an upstream that is elsewhere here',
    ],
    [
      'temblor run --from sidecar-dispatcher config.yaml',
      "Another system's file, as it is; without a name, the one that system would read",
    ],
  ],
  async run({ args, flags }, terminal) {
    if (flags.admin !== undefined && flags['no-admin'])
      throw new UsageError('--admin and --no-admin exclude each other')
    if (args.length === 0 && flags.from === undefined)
      throw new UsageError('Missing required argument "PATH..."')
    const options = {
      ...(await configurationOf(flags.from, args)),
      metrics: flags.metrics === undefined ? undefined : metricsAddress(flags.metrics),
      watch: flags.watch,
      connectTo: flags['connect-to'].map(readConnectTo),
      transport: flags.transport as 'own' | 'node',
      admin: flags['no-admin']
        ? undefined
        : adminAddress(flags.admin ?? terminal.environment['TEMBLOR_ADMIN']),
      logLevel: flags['log-level'] as 'info',
      logFormat: flags['log-format'] as 'auto',
      instance: flags.instance,
      workers: workersOf(flags.workers),
      sharing: flags.sharing as 'turn' | 'kernel',
      graceMs: readDelay(flags.grace, 'grace'),
    }
    const number = workerNumber(terminal)
    if (number !== undefined) {
      const { work } = await import('../../workers/worker.ts')
      return work(options, terminal, number)
    }
    const { run } = await import('../run.ts')
    return run(options, terminal)
  },
})

async function configurationOf(kind: string | undefined, args: readonly string[]): Promise<Configuration> {
  if (kind === undefined) return { paths: args }
  const { readFrom } = await import('../from.ts')
  return { paths: [], from: await readFrom(kind, args) }
}

/** Which worker this process was started as; undefined for any other process. */
function workerNumber({ environment }: Terminal): number | undefined {
  const number = Number(environment['TEMBLOR_WORKER'])
  return process.send !== undefined && Number.isInteger(number) && number > 0 ? number : undefined
}

const mostWorkers = 256

function workersOf(given: string): number {
  if (given === 'auto') return availableParallelism()
  const number = Number(given)
  if (/^\d+$/.test(given) && number >= 1 && number <= mostWorkers) return number
  throw new UsageError(`"${given}" is no number of workers: 1 to ${mostWorkers} or "auto" would be`)
}

function metricsAddress(given: string) {
  const { host, ports } = readListen(given, 'metrics')
  return { host, port: ports[0]! }
}

/** A port that was asked for must be had; the default is only a default. */
function adminAddress(given: string | undefined) {
  if (given === undefined) return { host: '127.0.0.1', port: 9898, orFreePort: true }
  const { host, ports } = readListen(given, 'admin')
  return { host, port: ports[0]!, orFreePort: false }
}
