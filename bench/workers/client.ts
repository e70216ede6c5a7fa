/** So many requests a second over connections that take turns; of a hundred, so many each on a connection of its own. */

import { Connection, task, tell } from '../proxy/clients/connection.ts'
import { quantile } from '../proxy/numbers.ts'

const { port, rate, seconds, connections, fresh } = task<{
  readonly port: number
  readonly rate: number
  readonly seconds: number
  readonly connections: number
  readonly fresh: number
}>()
const request = Buffer.from('GET /anything HTTP/1.1\r\nHost: a.example\r\n\r\n')
const kept: Connection[] = []
for (let i = 0; i < connections; i++) kept.push(await Connection.open(port))
const free = [...kept]
const waiting: number[] = []
const total = Math.round(rate * seconds)
const took: number[] = []
let [sent, answered] = [0, 0]
const from = performance.now()

tick()

function tick(): void {
  const now = performance.now() - from
  for (; sent < total && (sent * 1000) / rate <= now; sent++) {
    const due = (sent * 1000) / rate
    if (sent % 100 < fresh) void anew(due)
    else {
      const connection = free.shift()
      if (connection === undefined) waiting.push(due)
      else go(connection, due)
    }
  }
  if (sent < total) setTimeout(tick, 1)
}

function go(connection: Connection, due: number): void {
  connection.ask(request, () => {
    over(due)
    const next = waiting.shift()
    if (next === undefined) free.push(connection)
    else go(connection, next)
  })
}

async function anew(due: number): Promise<void> {
  const connection = await Connection.open(port)
  connection.ask(request, () => {
    connection.close()
    over(due)
  })
}

function over(due: number): void {
  took.push(performance.now() - from - due)
  if (++answered < total) return
  const sorted = took.sort((a, b) => a - b)
  tell({ requests: total, p50Ms: quantile(sorted, 0.5), p99Ms: quantile(sorted, 0.99) })
}
