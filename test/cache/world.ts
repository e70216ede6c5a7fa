/** A cache over a transport without sockets, with a clock that a test turns. */
import { checkConfig } from '#engine/config.ts'
import { Event, EventId } from '#engine/event.ts'
import { cacheField } from '#engine/http/cache/fields.ts'
import { Cache } from '#engine/http/cache.ts'
import type { BodySource, HttpFault } from '#engine/http/transport.ts'
import { silentLog } from '#engine/log.ts'
import { createMetrics } from '#engine/metrics.ts'
import { Payload } from '#engine/payload.ts'
import { fakeTransport, type UpstreamCall } from '#engine/tools/fake-transport.ts'
import { handClock } from '#engine/tools/hand-clock.ts'

export interface Got {
  status: number
  body: string
  whole: boolean
  fault: HttpFault | null
  source: BodySource | null
  field(name: string): string
  abort(): void
}

export interface AskOptions {
  readonly method?: string
  readonly path?: string
  readonly headers?: Record<string, string>
  readonly host?: string
  /** Octets the client takes before it wants no more for now. */
  readonly takes?: number
}

const span = { source: { name: 'test.yaml', text: '' }, start: 0, end: 0 }

export function cacheOf(written: object = {}) {
  const clock = handClock(Date.parse('Sat, 21 Nov 2026 12:00:00 GMT'))
  const transport = fakeTransport()
  const metrics = createMetrics()
  const { config, findings } = checkConfig({ cache: cacheField }, { cache: written }, () => span)
  if (config === undefined) throw new Error(findings.map(({ message }) => message).join('\n'))
  const client = transport.client({ clock, connectTo: [], idleMs: 1, maxIdlePerOrigin: 1 })
  const cache = new Cache(client, config.cache!, {
    clock,
    metrics,
    log: silentLog,
    address: '/offramp/test/01',
  })
  let id = 0

  function ask(options: AskOptions = {}): Got {
    const {
      method = 'GET',
      path = '/',
      headers = {},
      host = 'up',
      takes = Number.POSITIVE_INFINITY,
    } = options
    const event = new Event(new EventId(1, 0, id++), Payload.of(null), {}, 0n, null, null)
    let fields: readonly string[] = []
    const got: Got = {
      status: 0,
      body: '',
      whole: false,
      fault: null,
      source: null,
      field: (name) => {
        const at = fields.findIndex((each, i) => i % 2 === 0 && each.toLowerCase() === name)
        return at < 0 ? '' : fields[at + 1]!
      },
      abort: () => call.abort(),
    }
    const call = cache.request(
      {
        scheme: 'http',
        host,
        port: 80,
        method,
        path,
        headers: ['host', host, ...Object.entries(headers).flat()],
        body: null,
        connectMs: 1,
        firstByteMs: 1,
        bodyIdleMs: 1,
        event,
        pinned: false,
      },
      {
        head(status, list, source) {
          got.status = status
          got.source = source
          fields = list
          source.start({
            write: (chunk) => {
              got.body += Buffer.from(chunk).toString()
              return got.body.length < takes
            },
            end: () => {
              got.whole = true
            },
            fail: (fault) => {
              got.fault = fault
            },
          })
        },
        fail: (fault) => {
          got.fault = fault
        },
      },
    )
    return got
  }

  /** An upstream that answers each call at once: its number is in the body. */
  function answering(headers: Record<string, string>, status = 200): void {
    let count = 0
    transport.upstreams.set('up', (call) =>
      call.answer(
        status,
        [
          'Date',
          new Date(Number(clock.wallNs() / 1_000_000n)).toUTCString(),
          ...Object.entries(headers).flat(),
        ],
        `answer ${++count}`,
      ),
    )
  }

  /** An upstream whose calls the test answers. */
  function holding(): readonly UpstreamCall[] {
    const calls: UpstreamCall[] = []
    transport.upstreams.set('up', (call) => calls.push(call))
    return calls
  }

  return { cache, clock, transport, metrics, ask, answering, holding, calls: transport.calls }
}
