/** When an upstream gets no requests, why, and how it comes back. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { refused, setOf } from './world.ts'

const two = ['http://a', 'http://b']
const once = { attempts: 1 }

describe('passive health', () => {
  it('failures in a row eject, a success in between starts anew', () => {
    const world = setOf({ endpoints: two, retry: once, health: { passive: { failures: 3 } } })
    const [a] = world.set.members
    world.answering({ a: 503, b: 200 })
    for (let i = 0; i < 4; i++) world.ask()
    world.answering({ a: 200 })
    world.ask()
    world.ask()
    world.answering({ a: 503 })
    for (let i = 0; i < 4; i++) world.ask()
    assert.equal(a!.state, 'up')
    for (let i = 0; i < 2; i++) world.ask()
    assert.equal(a!.state, 'ejected')
    assert.equal(a!.reason, '3 failures in a row, the last: answered 503')
    const before = world.asked()['a']
    for (let i = 0; i < 10; i++) world.ask()
    assert.equal(world.asked()['a'], before)
  })

  it('a 4xx of the client is no failure', () => {
    const world = setOf({ endpoints: two, retry: once, health: { passive: { failures: 1 } } })
    world.answering({ a: 404, b: 404 })
    for (let i = 0; i < 10; i++) world.ask()
    assert.ok(world.set.members.every(({ state }) => state === 'up'))
  })

  it('comes back after its time, and stays out longer when it fails again at once', () => {
    const health = { passive: { failures: 1, eject_for: '10s' } }
    const world = setOf({ endpoints: two, retry: once, health })
    const [a] = world.set.members
    world.answering({ a: 500, b: 200 })
    world.ask()
    assert.equal(a!.state, 'ejected')
    world.clock.turn(10_000)
    assert.equal(a!.state, 'up')
    world.ask()
    world.ask()
    assert.equal(a!.state, 'ejected')
    world.clock.turn(10_000)
    assert.equal(a!.state, 'ejected')
    world.clock.turn(10_000)
    assert.equal(a!.state, 'up')
  })

  it('one that could not be reached is tried by connecting, and comes back with the first connection', () => {
    const world = setOf({ endpoints: two, retry: once, health: { passive: { failures: 1 } } })
    const [a] = world.set.members
    world.answering({ b: 200 })
    assert.equal(world.ask().fault?.kind, refused.kind)
    assert.equal(a!.state, 'ejected')
    world.clock.turn(3000)
    assert.equal(a!.state, 'ejected')
    world.answering({ a: 200 })
    world.clock.turn(1000)
    assert.equal(a!.state, 'up')
    assert.equal(a!.reason, 'a connection succeeded again')
  })

  it('at most half of them are out', () => {
    const endpoints = ['http://a', 'http://b', 'http://c', 'http://d']
    const world = setOf({ endpoints, retry: once, health: { passive: { failures: 1 } } })
    world.answering({ a: 500, b: 500, c: 500, d: 500 })
    for (let i = 0; i < 20; i++) world.ask()
    assert.equal(world.set.members.filter(({ state }) => state === 'ejected').length, 2)
    assert.deepEqual(world.told, [])
  })
})

describe('active health', () => {
  const health = {
    active: { path: '/health', interval: '1s', healthy: 2, unhealthy: 2 },
    passive: { failures: 0 },
  }

  it('bad checks take it out, good ones bring it back; traffic is not needed', () => {
    const world = setOf({ endpoints: two, health })
    const [a] = world.set.members
    world.answering({ a: 503, b: 200 })
    world.set.open()
    assert.equal(a!.state, 'up')
    world.clock.turn(1000)
    assert.equal(a!.state, 'down')
    assert.equal(a!.reason, '2 bad checks in a row, the last: answered 503')
    assert.equal(world.requests()[0]!.path, '/health')
    world.answering({ a: 204 })
    world.clock.turn(1000)
    assert.equal(a!.state, 'down')
    world.clock.turn(1000)
    assert.equal(a!.state, 'up')
    world.set.close()
    assert.equal(world.clock.pending, 0)
  })

  it('says so upwards when the last one goes and the first one comes back; then all are asked, since none is better', () => {
    const world = setOf({ endpoints: two, health, retry: once })
    world.answering({ a: 500, b: 500 })
    world.set.open()
    world.clock.turn(1000)
    assert.deepEqual(world.told, ['close'])
    assert.equal(world.ask().status, 500)
    world.answering({ b: 200 })
    world.clock.turn(2000)
    assert.deepEqual(world.told, ['close', 'open'])
    assert.equal(world.ask().host, 'b')
    world.set.close()
  })
})

describe('what is known can be read', () => {
  it('as plain data', () => {
    const world = setOf({ endpoints: two, retry: once, health: { passive: { failures: 1 } } })
    world.answering({ a: 500, b: 200 })
    world.ask()
    world.clock.turn(5)
    assert.deepEqual(world.set.status()[0], {
      url: 'http://a:80',
      state: 'ejected',
      reason: '1 failure in a row, the last: answered 500',
      since_ms: 5,
      weight: 1,
      in_flight: 0,
      attempts: 1,
      failures_in_a_row: 0,
    })
    world.set.close()
  })

  it('as metrics', async () => {
    const world = setOf({ endpoints: two, retry: once, health: { passive: { failures: 1 } } })
    world.answering({ a: 500, b: 200 })
    world.ask()
    const text = await world.metrics.render()
    for (const line of [
      'temblor_upstream_up{node="/offramp/test/01",upstream="http://a:80"} 0',
      'temblor_upstream_up{node="/offramp/test/01",upstream="http://b:80"} 1',
      'temblor_upstream_inflight{node="/offramp/test/01",upstream="http://a:80"} 0',
      'temblor_upstream_attempts_total{node="/offramp/test/01",upstream="http://a:80",outcome="status"} 1',
      'temblor_upstream_retries_total{node="/offramp/test/01",decision="unasked"} 1',
    ])
      assert.ok(text.includes(line), `${line}\nis not in\n${text}`)
    world.set.close()
  })
})
