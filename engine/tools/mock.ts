/** What stands behind an offramp in a test: answers and failures, one after the other. */
import type { Clock } from '../clock.ts'
import type { HttpFault } from '../http/transport.ts'
import { bodyOf, listOf, mediaTypeOf } from './bodies.ts'
import type { UpstreamCall } from './fake-transport.ts'
import type { Mock } from './test-fields.ts'

type Act = (call: UpstreamCall) => void

/** Whatever host an offramp asks: its mock answers. Without mocks, and while the next refuses, nothing listens there. */
export function behave(mocks: readonly Mock[], clock: Clock): Map<string, Act> {
  return new AnyHost(mocks, clock)
}

class AnyHost extends Map<string, Act> {
  readonly #mocks: readonly Mock[]
  readonly #clock: Clock
  #calls = 0

  constructor(mocks: readonly Mock[], clock: Clock) {
    super()
    this.#mocks = mocks
    this.#clock = clock
  }

  /** The last goes on for ever. */
  get #next(): Mock | undefined {
    return this.#mocks[Math.min(this.#calls, this.#mocks.length - 1)]
  }

  /** Probes ask this way: it counts for no request. */
  override has(): boolean {
    return this.#next !== undefined && !['connect', 'dns', 'tls'].includes(this.#next.fail ?? '')
  }

  override get(): Act | undefined {
    const mock = this.#next
    this.#calls += 1
    return mock === undefined ? undefined : (call) => act(call, mock, this.#clock)
  }
}

function act(call: UpstreamCall, mock: Mock, clock: Clock): void {
  const { firstByteMs, connectMs } = call.request
  const connects = mock.fail === 'connect' || mock.fail === 'dns' || mock.fail === 'tls'
  const patience = connects ? connectMs : firstByteMs
  const never = mock.fail === 'timeout'
  if (patience > 0 && (never || mock.after > patience)) {
    clock.after(patience, () => call.fail(fault('timeout')))
  } else if (never) return
  else if (mock.after === 0) finish(call, mock)
  else clock.after(mock.after, () => finish(call, mock))
}

function finish(call: UpstreamCall, { answer, fail }: Mock): void {
  if (fail !== undefined) return call.fail(fault(fail))
  const { status = 200, headers = {}, body } = answer ?? {}
  const fields = listOf(headers)
  const type = mediaTypeOf(body)
  const says = fields.some((field, at) => at % 2 === 0 && field.toLowerCase() === 'content-type')
  if (type !== undefined && !says) fields.push('content-type', type)
  call.answer(status, fields, bodyOf(body))
}

const phases: Readonly<Record<string, HttpFault['phase']>> = {
  connect: 'connect',
  dns: 'resolve',
  tls: 'connect',
  timeout: 'wait',
  reset: 'wait',
  bad_response: 'head',
}

function fault(kind: NonNullable<Mock['fail']>): HttpFault {
  const phase = phases[kind]!
  const sent = phase === 'wait' || phase === 'head'
  return { kind, message: `the mock fails so: ${kind}`, phase, sent }
}
