/**
 * A request without the kernel: the whole trip through our own HTTP, the ramps and the graph, over sockets that only take and give bytes.
 * What is left is what Temblor itself costs, to the tenth of a microsecond, on a machine as busy as it likes to be.
 *
 *     node bench/request/run.ts [ROUNDS] [PATH…] [--body OCTETS | --get]
 *
 * The page, or a configuration of your own whose onramp listens on any port; the page's body of 17 octets, or an order of about so many.
 */
import { EventEmitter } from 'node:events'
import { syncBuiltinESMExports } from 'node:module'
import net from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { setFlagsFromString } from 'node:v8'

setFlagsFromString('--no-allocation-site-pretenuring')

const CONNECTIONS = 64
const PER_ROUND = 100_000
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { body: { type: 'string', default: '17' }, get: { type: 'boolean', default: false } },
})
const body = order(Number(values.body))
const REQUEST = Buffer.from(
  values.get
    ? 'GET /anything HTTP/1.1\r\nHost: 127.0.0.1:9400\r\nUser-Agent: bench\r\nAccept: */*\r\n\r\n'
    : `POST /anything HTTP/1.1\r\nHost: 127.0.0.1:9400\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
)
const content = JSON.stringify({ args: {}, data: '{"snot":"badger"}', pad: 'x'.repeat(250) })
const ANSWER = Buffer.from(
  `HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: ${new Date().toUTCString()}\r\nCache-Control: max-age=3600\r\nContent-Type: application/json\r\nContent-Length: ${content.length}\r\nConnection: keep-alive\r\n\r\n${content}`,
)

/** What clients of an interface for orders send, filled up with lines. */
function order(octets: number): string {
  const items: object[] = []
  const text = () => JSON.stringify({ snot: 'badger', customer: 'c-1043', express: true, items })
  if (octets < 100) return '{"snot":"badger"}'
  for (let at = 1; text().length < octets; at++)
    items.push({
      sku: `sku-${at * 7919}`,
      title: `Thing number ${at}`,
      count: at % 5,
      price: at + 0.5,
      tags: ['new', 'eu'],
    })
  return text()
}

type OnRead = { buffer: Buffer; callback(size: number, buffer: Buffer): boolean }
const scratch = Buffer.alloc(64 * 1024)

/** What lies beneath a socket, named as Node names it. */
class TCP {
  readonly writeQueueSize = 0
  readonly pipe: Pipe
  constructor(pipe: Pipe) {
    this.pipe = pipe
  }
  writeLatin1String(_request: null, text: string): number {
    take(this.pipe, text)
    return 0
  }
}

/** The octets have to be somewhere, as they would with the kernel. */
function take(pipe: Pipe, text: string): void {
  scratch.write(text, 'latin1')
  pipe.onWrite(pipe)
}

/** As much of a socket as HTTP uses. */
class Pipe extends EventEmitter {
  writable = true
  writableLength = 0
  destroyed = false
  remoteAddress = '127.0.0.1'
  remotePort = 1
  readonly onWrite: (pipe: Pipe) => void
  onread: OnRead | null = null
  readonly _handle: TCP
  constructor(onWrite: (pipe: Pipe) => void) {
    super()
    this.onWrite = onWrite
    this._handle = new TCP(this)
  }
  write(text: string) {
    this._handle.writeLatin1String(null, text)
    return true
  }
  setNoDelay() {
    return this
  }
  pause() {}
  resume() {}
  end() {}
  destroy() {
    this.destroyed = true
  }
}

/** Upstream connections that were sent a request. */
const asked: Pipe[] = []
net.connect = net.createConnection = ((options: { onread: OnRead }) => {
  const pipe = new Pipe((pipe) => asked.push(pipe))
  pipe.onread = options.onread
  setImmediate(() => pipe.emit('connect'))
  return pipe
}) as unknown as typeof net.connect
syncBuiltinESMExports()

// Only now: these bind `connect`.
const { loadCatalogue } = await import('#engine/catalogue.ts')
const { check } = await import('#engine/check.ts')
const { wheelClock } = await import('#engine/clock-wheel.ts')
const { Engine } = await import('#engine/deploy/engine.ts')
const { createClient } = await import('#engine/http/own/client.ts')
const { ServerConnection } = await import('#engine/http/own/server-connection.ts')
const { dateLines } = await import('#engine/http/own/write-head.ts')
const { silentLog } = await import('#engine/log.ts')
const { createMetrics } = await import('#engine/metrics.ts')
type Transport = import('#engine/http/transport.ts').Transport

const root = join(import.meta.dirname, '../..')
const page = [
  'reverse-proxy.yaml',
  '../pipelines/request_handling.trickle',
  '../pipelines/response_handling.trickle',
]
const given = positionals.slice(1)
const { plan, findings } = await check(
  given.length > 0 ? given : page.map((file) => join(root, 'bindings', file)),
)
if (plan === undefined) throw new Error(findings.map((finding) => finding.message).join('\n'))

const clock = wheelClock()
let answered = 0
const clients: InstanceType<typeof ServerConnection>[] = []
const transport: Transport = {
  name: 'own',
  client: (options) => createClient({ ...options, lookup: (_host, done) => done(null, ['127.0.0.1']) }),
  async listen(options, handler) {
    const context = {
      handler,
      limits: options.limits,
      clock,
      halfClose: 'abort' as const,
      dateLine: dateLines(clock),
      trouble: (message: string) => console.error(message),
      left: () => {},
      joined: () => {},
      draining: false,
    }
    for (let i = 0; i < CONNECTIONS; i++)
      clients.push(new ServerConnection(new Pipe(() => answered++) as unknown as net.Socket, context))
    return {
      host: options.host,
      port: options.port,
      connections: 0,
      rebind() {},
      async drain() {},
      close() {},
    }
  },
}
const engine = new Engine({
  catalogue: await loadCatalogue(),
  clock,
  log: silentLog,
  metrics: createMetrics(),
  transport,
  connectTo: [],
  instance: 'bench',
  host: { hostname: 'bench', version: '0', nanotime: () => clock.wallNs() },
})
await engine.apply(plan)

const input = Buffer.alloc(64 * 1024)
const turn = () => new Promise((resolve) => setImmediate(resolve))
/** One request on each connection, answered. */
async function lap(): Promise<void> {
  for (const client of clients) {
    REQUEST.copy(input)
    client.bytesIn(input, 0, REQUEST.length)
  }
  const all = answered + CONNECTIONS
  while (answered < all) {
    await turn()
    const ready = asked.splice(0)
    for (const { onread } of ready) {
      ANSWER.copy(onread!.buffer)
      onread!.callback(ANSWER.length, onread!.buffer)
    }
  }
  await turn()
}

const rounds = Number(positionals[0] ?? 8)
for (let round = 0; round < rounds; round++) {
  const before = process.cpuUsage()
  const startedAt = answered
  const laps: number[] = []
  while (answered - startedAt < PER_ROUND) {
    const since = performance.now()
    await lap()
    laps.push(((performance.now() - since) * 1000) / CONNECTIONS)
  }
  const used = process.cpuUsage(before)
  // Others on the machine only ever add: the quick laps are those that were left alone.
  const quick = laps.sort((a, b) => a - b)[Math.floor(laps.length / 10)]!
  const mean = (used.user + used.system) / (answered - startedAt)
  console.log(
    `${quick.toFixed(2)} µs a request in a quick lap, ${mean.toFixed(2)} µs of processor time in the mean`,
  )
}
console.log(`the last answer:\n${scratch.toString('latin1', 0, 200)}`)
process.exit()
