/**
 * A proxy without sockets: what the engine itself costs for each request: flight, event, decode, script, round robin, backpressure, encode,
 * and the way back. Requests and upstream answers are handed over as bytes, as a transport does.
 *
 *     node bench/engine/run.ts [ROUNDS] [PATH…]        the page, or a configuration of your own
 */
import { join } from 'node:path'
import { loadCatalogue } from '#engine/catalogue.ts'
import { check } from '#engine/check.ts'
import { wheelClock } from '#engine/clock-wheel.ts'
import { Engine } from '#engine/deploy/engine.ts'
import type { ClientEvents, Exchange, HeaderList, ServerHandler, Transport } from '#engine/http/transport.ts'
import { silentLog } from '#engine/log.ts'
import { createMetrics } from '#engine/metrics.ts'

const root = join(import.meta.dirname, '../..')
const page = [
  'bindings/reverse-proxy.yaml',
  'pipelines/request_handling.trickle',
  'pipelines/response_handling.trickle',
]
const given = process.argv.slice(3)
const { plan, findings } = await check(given.length > 0 ? given : page.map((file) => join(root, file)))
if (plan === undefined) throw new Error(findings.map((finding) => finding.message).join('\n'))

let handler: ServerHandler
/** Calls that the upstream answers in the next turn of the event loop: as many are in flight as with so many connections. */
const waiting: ClientEvents[] = []
const inFlight = 64
const answer = Buffer.from(JSON.stringify({ args: {}, data: '{"snot":"badger"}', pad: 'x'.repeat(240) }))
const answerHeaders: HeaderList = [
  'Server',
  'nginx/1.22.1',
  'Date',
  'Sat, 21 Nov 2026 15:04:25 GMT',
  'Content-Type',
  'application/json',
  'Content-Length',
  String(answer.length),
  'Connection',
  'keep-alive',
]
const body = Buffer.from('{"snot": "badger"}')
const headers: HeaderList = [
  'Host',
  'localhost:65535',
  'Content-Type',
  'application/json',
  'Content-Length',
  '18',
]

const transport: Transport = {
  name: 'own',
  async listen(options, to) {
    handler = to
    return {
      host: options.host,
      port: options.port,
      connections: 0,
      rebind() {},
      async drain() {},
      close() {},
    }
  },
  client: () => ({
    openConnections: 0,
    close() {},
    probe: (_, done) => done(null),
    request(_request, events) {
      waiting.push(events)
      return { abort() {} }
    },
  }),
}

function source(bytes: Buffer): Exchange['body'] {
  return {
    length: bytes.length,
    start(sink) {
      sink.write(bytes)
      sink.end()
    },
    resume() {},
    cancel() {},
  }
}

class BenchExchange implements Exchange {
  readonly method = 'POST'
  readonly target = '/anything'
  readonly authority = 'localhost:65535'
  readonly version = '1.1'
  readonly headers = headers
  readonly remote = { address: '127.0.0.1', port: 1 }
  readonly body = source(body)
  holder: Exchange['holder'] = null
  inform() {}
  respond(status: number, _headers: HeaderList, body: Parameters<Exchange['respond']>[2]) {
    if (status !== 200) throw new Error(`answered ${status}: ${body}`)
    ;(body as Exchange['body']).start({
      write: () => true,
      end: () => this.holder!.exchangeOver(null, 0),
      fail() {},
    })
  }
}

const clock = wheelClock()
const host = { hostname: 'bench', version: '0', nanotime: () => clock.wallNs() }
const engine = new Engine({
  catalogue: await loadCatalogue(),
  clock,
  log: silentLog,
  metrics: createMetrics(),
  transport,
  connectTo: [],
  instance: 'bench',
  host,
})
await engine.apply(plan)

const rounds = Number(process.argv[2] ?? 8)
const perRound = 100_000
for (let round = 0; round < rounds; round++) {
  const before = process.cpuUsage()
  for (let i = 0; i < perRound; i++) {
    handler!.request(new BenchExchange())
    if (i % inFlight !== 0) continue
    await new Promise((resolve) => setImmediate(resolve))
    for (const events of waiting.splice(0)) events.head(200, answerHeaders, source(answer))
  }
  const used = process.cpuUsage(before)
  console.log(`${((used.user + used.system) / perRound).toFixed(2)} µs of processor time a request`)
}
await engine.stop(0)
clock.close()
