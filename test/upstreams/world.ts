/** A set of upstreams over a transport without sockets, with a clock that a test turns and chance that it chooses. */
import { checkConfig } from '#engine/config.ts'
import { Event, EventId } from '#engine/event.ts'
import type { BodySource, ClientRequest, HttpFault } from '#engine/http/transport.ts'
import { setFields, statusesOf } from '#engine/http/upstreams/fields.ts'
import { placesOf } from '#engine/http/upstreams/member.ts'
import { type Asked, type Surroundings, Upstreams } from '#engine/http/upstreams.ts'
import { silentLog } from '#engine/log.ts'
import { createMetrics } from '#engine/metrics.ts'
import { Payload } from '#engine/payload.ts'
import { type FakeTransport, fakeTransport } from '#engine/tools/fake-transport.ts'
import { handClock } from '#engine/tools/hand-clock.ts'

export interface Outcome {
  /** Whom the answer or the fault is about. */
  host: string
  status: number
  headers: readonly string[]
  body: string
  fault: HttpFault | null
  abort(): void
}

export interface AskOptions {
  readonly method?: string
  readonly path?: string
  readonly headers?: readonly string[]
  readonly body?: string | BodySource
  readonly meta?: Record<string, never> | object
  /** A place named by the event. */
  readonly host?: string
}

const span = { source: { name: 'test.yaml', text: '' }, start: 0, end: 0 }

export function setOf(written: object, over: Partial<Surroundings> = {}) {
  const clock = handClock()
  const transport: FakeTransport = fakeTransport()
  const metrics = createMetrics()
  const told: string[] = []
  const { config, findings } = checkConfig(setFields, written, () => span)
  if (config === undefined) throw new Error(findings.map(({ message }) => message).join('\n'))
  const places = placesOf(config)!
  const set = new Upstreams(config, places, {
    client: transport.client({ clock, connectTo: [], idleMs: 4000, maxIdlePerOrigin: 1 }),
    clock,
    log: silentLog,
    metrics,
    address: '/offramp/test/01',
    random: () => 0.5,
    failing: statusesOf(['5xx', '429']),
    tell: (kind) => told.push(kind),
    ...over,
  })
  let id = 0

  function ask(options: AskOptions = {}): Outcome {
    const first = set.members[0]!
    const event = new Event(
      new EventId(1, 0, id++),
      Payload.of(null),
      { ...options.meta } as never,
      0n,
      null,
      null,
    )
    const asked: Asked = {
      scheme: 'http',
      host: options.host ?? first.host,
      port: first.port,
      method: options.method ?? 'GET',
      path: options.path ?? first.path,
      headers: ['host', first.authority, ...(options.headers ?? [])],
      body: options.body ?? null,
      connectMs: 1000,
      firstByteMs: 1000,
      bodyIdleMs: 1000,
      event,
      pinned: options.host !== undefined,
    }
    const outcome: Outcome = {
      host: '',
      status: 0,
      headers: [],
      body: '',
      fault: null,
      abort: () => call.abort(),
    }
    const call = set.request(asked, {
      chosen: (member) => {
        outcome.host = member.host
      },
      head(status, headers, body) {
        outcome.status = status
        outcome.headers = headers
        body.start({
          write: (chunk) => {
            outcome.body += Buffer.from(chunk).toString()
            return true
          },
          end() {},
          fail: (fault) => {
            outcome.fault = fault
          },
        })
      },
      fail: (fault) => {
        outcome.fault = fault
      },
    })
    return outcome
  }

  /** Upstreams that answer with these statuses. */
  function answering(statuses: Record<string, number>): void {
    for (const [host, status] of Object.entries(statuses))
      transport.upstreams.set(host, (call) => call.answer(status, [], host))
  }

  /** How often each was asked. */
  function asked(): Record<string, number> {
    const counts: Record<string, number> = {}
    for (const { request } of transport.calls) counts[request.host] = (counts[request.host] ?? 0) + 1
    return counts
  }

  const requests = (): readonly ClientRequest[] => transport.calls.map(({ request }) => request)
  return { set, clock, transport, metrics, told, ask, answering, asked, requests }
}

export const refused: HttpFault = {
  kind: 'connect',
  message: 'connection refused',
  phase: 'connect',
  sent: false,
}
export const reset: HttpFault = {
  kind: 'reset',
  message: 'the connection was lost',
  phase: 'wait',
  sent: true,
}
