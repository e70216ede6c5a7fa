/** What goes out a second time, what does not, and what it costs. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { HttpFault } from '#engine/http/transport.ts'
import { heldSource, textSource, type UpstreamCall } from '#engine/tools/fake-transport.ts'
import { refused, reset, setOf } from './world.ts'

const two = ['http://a', 'http://b']

/** Two upstreams, of which the first fails. */
function failing(fault: HttpFault | number, written: object = {}) {
  const world = setOf({ endpoints: two, ...written })
  world.transport.upstreams.set('a', (call) =>
    typeof fault === 'number' ? call.answer(fault, [], 'from a') : call.fail(fault),
  )
  world.answering({ b: 200 })
  return world
}

const unsent: HttpFault = { ...reset, sent: false }
const timeout: HttpFault = { kind: 'timeout', message: 'no answer', phase: 'wait', sent: true }
const allOn = {
  retry: { on: ['unreachable', 'reset', 'timeout', 'bad_response', '503'], backoff: { base: 0 } },
}
const now = { retry: { backoff: { base: 0 } } }

describe('a second attempt', () => {
  const cases: readonly (readonly [string, HttpFault | number, string, object, 'again' | 'not'])[] = [
    ['connection refused, GET', refused, 'GET', now, 'again'],
    ['connection refused, POST: nothing was sent', refused, 'POST', now, 'again'],
    ['connection lost before a byte was sent, POST', unsent, 'POST', now, 'again'],
    ['connection lost, GET', reset, 'GET', now, 'again'],
    ['connection lost, PUT', reset, 'PUT', now, 'again'],
    ['connection lost, POST: it may have been seen', reset, 'POST', now, 'not'],
    ['connection lost, PATCH: it may have been seen', reset, 'PATCH', now, 'not'],
    ['no answer in time, GET: not asked for', timeout, 'GET', now, 'not'],
    ['no answer in time, GET', timeout, 'GET', allOn, 'again'],
    ['no answer in time, POST', timeout, 'POST', allOn, 'not'],
    ['503, GET: not asked for', 503, 'GET', now, 'not'],
    ['503, GET', 503, 'GET', allOn, 'again'],
    ['503, POST: it has been seen', 503, 'POST', allOn, 'not'],
    ['404, GET', 404, 'GET', allOn, 'not'],
    ['the client cut its body short', { kind: 'aborted', message: 'cut', sent: true }, 'PUT', allOn, 'not'],
  ]
  for (const [name, fault, method, written, wanted] of cases) {
    it(`${name}: ${wanted}`, () => {
      const world = failing(fault, written)
      const outcome = world.ask({ method })
      assert.deepEqual(world.asked(), wanted === 'again' ? { a: 1, b: 1 } : { a: 1 })
      if (wanted === 'again') assert.equal(outcome.status, 200)
      else if (typeof fault === 'number') assert.deepEqual([outcome.status, outcome.body], [fault, 'from a'])
      else assert.equal(outcome.fault, fault)
    })
  }

  it('POST with an Idempotency-Key, where that is said to be honoured', () => {
    const headers = ['Idempotency-Key', '"8e03"']
    assert.deepEqual(failing(reset, now).ask({ method: 'POST', headers }).fault, reset)
    const world = failing(reset, { retry: { idempotency_key: true, backoff: { base: 0 } } })
    assert.equal(world.ask({ method: 'POST', headers }).status, 200)
  })

  it('never by the transport on its own account', () => {
    const world = failing(200)
    world.ask()
    assert.equal(world.requests()[0]!.once, true)
  })

  it('goes to an upstream that was not tried, if there is one, and no more often than `attempts`', () => {
    const world = setOf({ endpoints: [...two, 'http://c'], retry: { attempts: 5, backoff: { base: 0 } } })
    assert.equal(world.ask().fault?.kind, 'connect')
    const order = world.requests().map(({ host }) => host)
    assert.deepEqual(new Set(order.slice(0, 3)), new Set(['a', 'b', 'c']))
    assert.equal(order.length, 4, 'three beyond the first is what the budget has at the start')
  })
})

describe('the body of a second attempt', () => {
  const withBody = (limit: string | number) => ({ retry: { body: limit, backoff: { base: 0 } } })

  it('is sent again from its beginning if it is held', () => {
    const world = failing(reset, withBody('1KiB'))
    assert.equal(world.ask({ method: 'PUT', body: textSource('hello') }).status, 200)
    assert.equal(world.transport.calls[1]!.body, 'hello')
  })

  it('is not if it was longer than what is held: then there is no second attempt', () => {
    const world = failing(reset, withBody(4))
    assert.equal(world.ask({ method: 'PUT', body: textSource('hello') }).fault, reset)
    assert.deepEqual(world.asked(), { a: 1 })
  })

  it('that nobody began to read needs not be held', () => {
    const world = setOf({ endpoints: two, ...withBody(0) })
    world.answering({ b: 200 })
    assert.equal(world.ask({ method: 'POST', body: textSource('hello') }).status, 200)
    assert.equal(world.transport.calls[1]!.body, 'hello')
  })

  it('goes on where the client is, when it still streams', () => {
    const world = setOf({ endpoints: two, ...withBody('1KiB') })
    let first: UpstreamCall | undefined
    world.transport.upstreams.set('a', (call) => (first = call))
    const source = heldSource()
    world.answering({ b: 200 })
    world.transport.upstreams.set('b', () => {})
    const outcome = world.ask({ method: 'PUT', body: source })
    source.push('one ')
    first!.fail(reset)
    source.push('two')
    source.finish()
    const second = world.transport.calls[1]!
    assert.equal(second.body, 'one two')
    second.answer(200, [], 'done')
    assert.equal(outcome.body, 'done')
  })

  it('is let go of when nothing follows', () => {
    const world = setOf({ endpoints: two, retry: { attempts: 1 } })
    const source = heldSource()
    world.ask({ method: 'PUT', body: source })
    assert.equal(source.cancelled, true)
  })
})

describe('the pause before it', () => {
  it('is none if nothing was sent and another upstream is there', () => {
    assert.equal(failing(refused).ask().status, 200)
  })

  it('is random up to a bound that doubles', () => {
    const world = setOf(
      { endpoints: two, retry: { attempts: 4, backoff: { base: 100, most: 300 } } },
      { random: () => 0.5 },
    )
    for (const host of ['a', 'b']) world.transport.upstreams.set(host, (call) => call.fail(reset))
    const outcome = world.ask()
    const at: number[] = []
    for (let ms = 0; ms < 1000 && outcome.fault === null; ms += 10) {
      world.clock.turn(10)
      if (world.requests().length > at.length + 1) at.push(ms + 10)
    }
    assert.deepEqual(at, [50, 150, 300])
  })

  it('ends when the client leaves', () => {
    const world = failing(reset, { retry: { backoff: { base: 100 } } })
    const outcome = world.ask()
    outcome.abort()
    world.clock.turn(1000)
    assert.deepEqual(world.asked(), { a: 1 })
    assert.equal(world.clock.pending, 0)
  })
})

describe('the budget', () => {
  it('an upstream that answers nothing but 503 gets at most a fifth more, and three', () => {
    const world = setOf({
      endpoints: two,
      retry: { attempts: 5, on: ['5xx'], backoff: { base: 0 } },
      health: { passive: { failures: 0 } },
    })
    world.answering({ a: 503, b: 503 })
    for (let i = 0; i < 100; i++) world.ask()
    assert.equal(world.requests().length, 123)
  })

  it('is counted over ten seconds', () => {
    const world = setOf({
      endpoints: two,
      retry: { attempts: 2, on: ['5xx'], budget: { share: 0, min: 1 }, backoff: { base: 0 } },
    })
    world.answering({ a: 503, b: 503 })
    world.ask()
    world.ask()
    assert.equal(world.requests().length, 3)
    world.clock.turn(10_000)
    world.ask()
    assert.equal(world.requests().length, 5)
  })
})

describe('hedging', () => {
  const written = { endpoints: two, hedge: { after: '50ms' } }

  /** Upstreams that answer when told to. */
  function slow() {
    const world = setOf(written)
    for (const host of ['a', 'b']) world.transport.upstreams.set(host, () => {})
    return world
  }

  it('asks a second upstream after the delay; the first answer counts, the other request is cut', () => {
    const world = slow()
    const outcome = world.ask()
    world.clock.turn(49)
    assert.deepEqual(world.asked(), { a: 1 })
    world.clock.turn(1)
    assert.deepEqual(world.asked(), { a: 1, b: 1 })
    const [a, b] = world.transport.calls
    b!.answer(200, [], 'from b')
    assert.equal(outcome.body, 'from b')
    assert.equal(a!.aborted, true)
    assert.deepEqual(
      world.set.members.map(({ inFlight }) => inFlight),
      [0, 0],
    )
  })

  it('a failure of one is no failure while the other may answer', () => {
    const world = slow()
    const outcome = world.ask()
    world.clock.turn(50)
    world.transport.calls[1]!.fail(reset)
    assert.equal(outcome.fault, null)
    world.transport.calls[0]!.answer(200, [], 'from a')
    assert.equal(outcome.body, 'from a')
  })

  for (const [what, options] of [
    ['methods that are not idempotent', { method: 'POST' }],
    ['bodies that stream', { method: 'PUT', body: textSource('x') }],
    ['events that name their place', { host: 'a' }],
  ] as const) {
    it(`not for ${what}`, () => {
      const world = slow()
      world.ask(options)
      world.clock.turn(500)
      assert.deepEqual(world.asked(), { a: 1 })
    })
  }

  it('not beyond the budget', () => {
    const world = slow()
    for (let i = 0; i < 10; i++) world.ask()
    world.clock.turn(50)
    assert.equal(world.requests().length, 15, '10, a fifth more, and three')
  })

  it('a client that leaves ends both', () => {
    const world = slow()
    const outcome = world.ask()
    world.clock.turn(50)
    outcome.abort()
    assert.ok(world.transport.calls.every(({ aborted }) => aborted))
    assert.equal(world.clock.pending, 0)
  })
})
