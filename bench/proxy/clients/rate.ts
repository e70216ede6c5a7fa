/**
 * So many requests a second, whatever the answers take: those of each millisecond are due at its beginning, and how long each took counts
 * from when it was due. So a proxy that stalls is charged for those that waited (no coordinated omission).
 */
import { quantile } from '../numbers.ts'
import { Connection, task, tell } from './connection.ts'

const { port, rate, seconds, connections, request } = task<{
  readonly port: number
  readonly rate: number
  readonly seconds: number
  readonly connections: number
  readonly request: string
}>()
const bytes = Buffer.from(request, 'latin1')
const free = await Promise.all(Array.from({ length: connections }, () => Connection.open(port)))
/** The first second is the client's own: until its code is compiled, it is what is slow. */
const unmeasured = Math.round(rate)
const total = unmeasured + Math.round(rate * seconds)
const took: number[] = []
/** Due, with no connection free. */
const waiting: number[] = []
let [sent, answered, head] = [0, 0, 0]
const from = performance.now()

tick()

function tick(): void {
  const now = Math.floor(performance.now() - from)
  for (; sent < total; sent++) {
    const due = Math.floor((sent * 1000) / rate)
    if (due > now) break
    const connection = free.pop()
    if (connection === undefined) waiting.push(due)
    else go(connection, due)
  }
  if (sent < total) setTimeout(tick, 1)
}

function go(connection: Connection, due: number): void {
  connection.ask(bytes, () => {
    if (due >= 1000) took.push(performance.now() - from - due)
    if (++answered === total) done()
    if (head === waiting.length) free.push(connection)
    else go(connection, waiting[head++]!)
  })
}

function done(): void {
  const sorted = took.sort((a, b) => a - b)
  const at = (share: number) => quantile(sorted, share)
  tell({
    requests: total,
    perSecond: (total * 1000) / (performance.now() - from),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    mostMs: at(1),
  })
}
