/** A worker: the engine of one process among several. It listens on nothing; its parent hands it connections and tells it what to run. */

import { BadRequest } from '../admin/api.ts'
import { eventText } from '../admin/event-text.ts'
import type { Plan } from '../binding/plan.ts'
import { type Reading, replaying } from '../binding/recorded-files.ts'
import { check } from '../check.ts'
import { offrampStates, purge } from '../cli/control.ts'
import { exit } from '../cli/exit.ts'
import { countOf, prettyFindings } from '../cli/findings.ts'
import { engineFor, logFor, metricsFor, type RunOptions } from '../cli/run.ts'
import type { Terminal } from '../cli/terminal.ts'
import { wheelClock } from '../clock-wheel.ts'
import type { Prepared } from '../deploy/engine.ts'
import { loadTransport } from '../http/transports.ts'
import { arrivals } from './arrivals.ts'
import { BEAT_MS, type Questions, type ToParent, type ToWorker } from './messages.ts'

type Answering = {
  [K in keyof Questions]: (body: Questions[K][0]) => Questions[K][1] | Promise<Questions[K][1]>
}

/** Works until the parent ends it, or is gone; resolves to the exit code. */
export async function work(options: RunOptions, terminal: Terminal, number: number): Promise<number> {
  // Told to all processes of a terminal or a service at once; what becomes of the workers is for the parent to say.
  terminal.onSignals(['SIGTERM', 'SIGINT', 'SIGHUP'], () => {})
  const clock = wheelClock()
  const startedMs = clock.now()
  const log = logFor(options, { terminal, clock, isOneOfSeveral: true }).child({ worker: number })
  const metrics = metricsFor(log)
  const doors = arrivals(tell, await loadTransport(options.transport))
  const engine = await engineFor(options, { clock, log, metrics, transport: doors.transport, worker: number })
  const ended = Promise.withResolvers<number>()
  const looking = new Map<number, () => void>()
  let prepared: Prepared | null = null

  const answers: Answering = {
    async prepare(reading) {
      prepared = await engine.prepare(await planOf(reading))
      return null
    },
    take() {
      prepared!.take()
      prepared = null
      const { listens } = engine.status()
      return { listens }
    },
    async begin(reading) {
      const first = await engine.prepare(await planOf(reading))
      // In the same turn: nobody is turned away by a server that listens and does not serve.
      first.take()
      const { listens } = engine.status()
      return { listens }
    },
    abandon() {
      prepared?.abandon()
      prepared = null
      return null
    },
    metrics: () => metrics.render(),
    status: () => ({
      pid: process.pid,
      uptime_s: Math.floor((clock.now() - startedMs) / 1000),
      in_flight: engine.status().inFlight,
      offramps: offrampStates(engine),
    }),
    purge: (wanted) => purge(engine, wanted),
    async drain({ graceMs }) {
      prepared?.abandon()
      const whole = await engine.stop(graceMs)
      setImmediate(() => ended.resolve(exit.done))
      return whole
    },
  }

  process.on('message', (message: ToWorker, connection: unknown) => {
    switch (message.kind) {
      case 'ask':
        return void answer(message.id, answers[message.what] as (body: unknown) => unknown, message.body)
      case 'look':
        return look(message.id, message.port)
      case 'lookAway':
        looking.get(message.id)?.()
        return void looking.delete(message.id)
      default:
        doors.heard(message, connection)
    }
  })
  process.on('disconnect', () => {
    log.error({}, 'The parent is gone: what is in flight is finished, and this worker ends')
    void engine.stop(options.graceMs).then(() => ended.resolve(exit.no))
  })
  const forget = terminal.onUncaught?.((err) => log.error({ err }, 'An exception that nobody expected'))
  beat()
  tell({ kind: 'ready' })
  const code = await ended.promise
  forget?.()
  clock.close()
  return code

  async function answer(id: number, from: (body: unknown) => unknown, body: unknown): Promise<void> {
    try {
      tell({ kind: 'answer', id, body: await from(body) })
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      tell({ kind: 'failure', id, message, isBadRequest: error instanceof BadRequest })
    }
  }

  function beat(): void {
    tell({ kind: 'beat', inFlight: engine.status().inFlight })
    clock.after(BEAT_MS, beat)
  }

  function look(id: number, port: string): void {
    const stop = engine.tap(port, (event) => {
      const line = eventText(port, event, Number(clock.wallNs() / 1_000_000n))
      tell({ kind: 'seen', id, line })
    })
    if (stop !== undefined) looking.set(id, stop)
  }
}

function tell(message: ToParent): void {
  if (process.connected) process.send!(message, undefined, undefined, () => {})
}

/** The parent has checked it, from the same texts. */
async function planOf(reading: Reading): Promise<Plan> {
  const options = reading.plainText ? { env: {} } : {}
  const { plan, findings } = await check(reading.paths, { files: replaying(reading), ...options })
  if (plan !== undefined) return plan
  const { errors } = countOf(findings)
  const report = prettyFindings(findings, { isTerminal: false, colour: false, columns: 80 })
  throw new Error(`The configuration is invalid here, with ${errors} errors\n${report}`)
}
