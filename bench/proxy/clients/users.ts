/** Users who think between an answer and their next request, each on a connection kept. */
import { setTimeout as pause } from 'node:timers/promises'
import { quantile } from '../numbers.ts'
import { Connection, task, tell } from './connection.ts'

/**
 * When users first ask: all at once, so that they stay nearly in step; spread over the time they think; or as k6 adds them by the script of the
 * sidecar's page, 195 in 30 s, which with a second of thought is 15 at once, thirteen times a second.
 */
export type Arrival = 'together' | 'spread' | 'ramp'

const { port, users, thinkMs, seconds, arrival, request } = task<{
  readonly port: number
  readonly users: number
  readonly thinkMs: number
  readonly seconds: number
  readonly arrival: Arrival
  readonly request: string
}>()
/** As shares of the time they think. */
const delays: Readonly<Record<Arrival, (index: number) => number>> = {
  together: () => 0,
  spread: (index) => index / users,
  ramp: (index) => (index * (30 / 195)) % 1,
}
const bytes = Buffer.from(request, 'latin1')
const connections = await Promise.all(Array.from({ length: users }, () => Connection.open(port)))
const took: number[] = []
/** The first answers are slow because this client's own code is not compiled yet. */
const measured = performance.now() + 2.5 * thinkMs
const end = measured + seconds * 1000
await Promise.all(connections.map(user))
took.sort((a, b) => a - b)
const at = (share: number) => quantile(took, share)
tell({
  requests: took.length,
  leastMs: at(0),
  p50Ms: at(0.5),
  p90Ms: at(0.9),
  p95Ms: at(0.95),
  mostMs: at(1),
})

async function user(connection: Connection, index: number): Promise<void> {
  await pause(thinkMs * delays[arrival](index))
  while (performance.now() < end) {
    const from = performance.now()
    await new Promise<void>((resolve) => connection.ask(bytes, resolve))
    if (from > measured) took.push(performance.now() - from)
    await pause(thinkMs)
  }
}
