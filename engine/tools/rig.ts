/**
 * An engine in a world of its own: the real engine and the real ramps, but no sockets, no time that passes by itself,
 * and mocks where upstreams would be. Everything that leaves a ramp or a pipeline is remembered.
 */
import type { Rec, Value } from '#dsl/value.ts'
import { fieldOf } from '#dsl/value.ts'
import type { EndPlan, Plan, RampPlan } from '../binding/plan.ts'
import type { Catalogue } from '../catalogue.ts'
import { Engine } from '../deploy/engine.ts'
import { Event, EventId } from '../event.ts'
import { Flight } from '../flight.ts'
import { type Log, silentLog, type Write } from '../log.ts'
import { createMetrics } from '../metrics.ts'
import { Payload } from '../payload.ts'
import { reasons } from '../reason.ts'
import { bodyOf, bodyValue, listOf, mediaTypeOf } from './bodies.ts'
import { type FakeTransport, fakeTransport } from './fake-transport.ts'
import { handClock } from './hand-clock.ts'
import { behave } from './mock.ts'
import { silentOfframp, silentOnramp } from './silent-ramps.ts'
import type { Insert, Mock, Request } from './test-fields.ts'

/** An event as it was when it came by. */
export interface Seen {
  readonly value: Value
  readonly meta: Value
}

export interface Answered {
  readonly status: number
  readonly headers: Rec
  readonly body: Value
  /** The engine answered by itself. */
  readonly reason: string | undefined
}

export interface Rig {
  insert(end: EndPlan, insert: Insert): void
  request(onramp: RampPlan, request: Request): void
  /** Moves the clock on, and lets what waits for no clock happen. */
  advance(ms: number): Promise<void>
  /** Events that came by an address, in their order; those that were looked at may be taken off the list. */
  seen(address: string): Seen[]
  /** Answers in the order of the requests; undefined as long as there is none. */
  readonly answers: (() => Answered | undefined)[]
  /** The warnings and errors in the log. */
  readonly said: readonly string[]
  close(): Promise<void>
}

export interface Described {
  readonly plan: Plan
  readonly catalogue: Catalogue
  /** By the address of the offramp. */
  readonly mocks: ReadonlyMap<string, readonly Mock[]>
}

/** Ramps that reach the world by nothing but the transport they are handed, and so run in a rig as they are. */
const http = new Set(['rest'])

export async function openRig({ plan, catalogue, mocks }: Described): Promise<Rig> {
  const clock = handClock()
  const seen = new Map<string, Seen[]>()
  const transports = new Map<string, FakeTransport>()
  const answers: (() => Answered | undefined)[] = []
  const said: string[] = []
  const onwards = Map.groupBy(plan.links, ({ from }) => `${from.address}/${from.port}`)
  let events = 0
  const engine = new Engine({
    catalogue: inRig(),
    clock,
    log: listening(said),
    metrics: createMetrics(),
    transport: fakeTransport(),
    connectTo: [],
    instance: 'test',
    host: { hostname: 'localhost', version: '0.0.0', nanotime: () => clock.wallNs() },
    observe(address, port, event) {
      const from = `${address}/${port}`
      const what = { value: eventValue(event), meta: event.meta }
      seenAt(from).push(what)
      for (const { to } of onwards.get(from) ?? []) seenAt(`${to.address}/${to.port}`).push(what)
    },
  })
  await engine.apply(plan)
  return { insert, request, advance, seen: seenAt, answers, said, close }

  function seenAt(address: string): Seen[] {
    let list = seen.get(address)
    if (list === undefined) seen.set(address, (list = []))
    return list
  }

  function insert(end: EndPlan, { value = null, meta = {}, count }: Insert): void {
    const waits = end.kind === 'onramp' && plan.onramps.find(({ address }) => address === end.address)?.linked
    for (let i = 0; i < count; i++) {
      const flight = waits ? flightOf() : null
      const id = new EventId(0, 0, events++)
      const event = new Event(id, Payload.of(value), meta as Rec, clock.wallNs(), null, flight)
      engine.put(end, event)
      flight?.release()
    }
  }

  /** A request that was never made: what would be answered is remembered all the same. */
  function flightOf(): Flight {
    let answer: Answered | undefined
    answers.push(() => answer)
    return new Flight(
      {
        reply(event) {
          const { status, headers = {} } = (fieldOf(event.meta, 'response') ?? {}) as {
            status?: Value
            headers?: Rec
          }
          // Without a status of its own, an event that failed is answered as the engine would.
          const fallback = event.failure === null ? 200 : reasons[event.failure.reason].status
          const code = typeof status === 'number' ? status : fallback
          answer = { status: code, headers, body: eventValue(event), reason: undefined }
        },
        dead(reason, message) {
          answer = { status: reasons[reason].status, headers: {}, body: { error: message, reason }, reason }
        },
      },
      clock.now(),
    )
  }

  function request({ address, config }: RampPlan, { method, path, headers, body }: Request): void {
    const fields = listOf(headers)
    const has = (name: string) => fields.some((field, at) => at % 2 === 0 && field.toLowerCase() === name)
    if (!has('host')) fields.unshift('host', 'localhost')
    const type = mediaTypeOf(body)
    if (type !== undefined && !has('content-type')) fields.push('content-type', type)
    const { port } = config as { readonly port: number }
    const asked = { method, target: path, headers: fields, body: bodyOf(body) }
    const sent = transports.get(address)!.send(port, asked)
    answers.push(() => {
      const [answer] = sent.answers
      return answer === undefined || !answer.whole ? undefined : answeredOf(answer)
    })
  }

  async function advance(ms: number): Promise<void> {
    await settled()
    if (ms > 0) clock.turn(ms)
    await settled()
  }

  async function close(): Promise<void> {
    const stopped = engine.stop(1)
    clock.turn(2)
    await settled()
    clock.turn(2)
    await stopped
  }

  /** The components, each ramp with a transport of its own: a mock is known by the ramp, not by the host it asks. */
  function inRig(): Catalogue {
    const onramps = [...catalogue.onramps].map(([type, definition]) => {
      const create: typeof definition.create = (config, context) =>
        http.has(type)
          ? definition.create(config, { ...context, transport: transportOf(context.address) })
          : silentOnramp()
      return [type, { ...definition, create }] as const
    })
    const offramps = [...catalogue.offramps].map(([type, definition]) => {
      const create: typeof definition.create = (config, context) =>
        http.has(type)
          ? definition.create(config, { ...context, transport: transportOf(context.address) })
          : silentOfframp()
      return [type, { ...definition, create }] as const
    })
    return { ...catalogue, onramps: new Map(onramps), offramps: new Map(offramps) }
  }

  function transportOf(address: string): FakeTransport {
    let transport = transports.get(address)
    if (transport === undefined) {
      transport = fakeTransport(behave(mocks.get(address) ?? [], clock))
      transports.set(address, transport)
    }
    return transport
  }
}

/** A log of which warnings and errors are kept, as one line each, with the values that a failure was about. */
function listening(said: string[]): Log {
  const write: Write = (first: unknown, text?: string) => {
    const { found } = (typeof first === 'object' ? first : {}) as { found?: Readonly<Record<string, string>> }
    const values = Object.entries(found ?? {}).map(([what, value]) => `${what} ${value}`)
    said.push([typeof first === 'string' ? first : text, ...values].join('; '))
  }
  const log: Log = { ...silentLog, warn: write, error: write, fatal: write, child: () => log }
  return log
}

/** What waits for a promise, not for a clock: doors that open, bodies that end. */
async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve))
}

function answeredOf({
  status,
  headers,
  body,
}: {
  status: number
  headers: readonly string[]
  body: string
}): Answered {
  const fields: Record<string, Value> = {}
  for (let i = 0; i < headers.length; i += 2) fields[headers[i]!.toLowerCase()] = headers[i + 1]!
  const reason = fields['temblor-reason']
  const value = bodyValue(body, String(fields['content-type'] ?? ''))
  return { status, headers: fields, body: value, reason: typeof reason === 'string' ? reason : undefined }
}

function eventValue({ payload }: Event): Value {
  if (payload.value !== undefined) return payload.value
  return payload.bytes === null ? null : bodyValue(Buffer.from(payload.bytes).toString(), payload.contentType)
}
