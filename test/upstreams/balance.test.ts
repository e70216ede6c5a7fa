/** Who of several upstreams is asked. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { chance } from '#engine/chance.ts'
import { setOf } from './world.ts'

const three = ['http://a', 'http://b', 'http://c']

function rounds(written: object, times: number, more: Parameters<ReturnType<typeof setOf>['ask']>[0] = {}) {
  const world = setOf(written, { random: chance(7n) })
  world.answering({ a: 200, b: 200, c: 200 })
  for (let i = 0; i < times; i++) world.ask(more)
  return world.requests().map(({ host }) => host)
}

function shares(hosts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const host of hosts) counts[host] = (counts[host] ?? 0) + 1
  return counts
}

describe('balance', () => {
  it('round_robin takes them in turn', () =>
    assert.equal(rounds({ endpoints: three }, 7).join(''), 'abcabca'))

  it('round_robin gives those of more weight more turns, evenly spread', () => {
    const endpoints = [{ url: 'http://a', weight: 3 }, 'http://b']
    assert.equal(rounds({ endpoints }, 8).join(''), 'aabaaaba')
  })

  it('weight 0 takes none', () => {
    const endpoints = [{ url: 'http://a', weight: 0 }, 'http://b']
    assert.deepEqual(shares(rounds({ endpoints }, 8)), { b: 8 })
  })

  it('weighted draws at random, in proportion', () => {
    const endpoints = [
      { url: 'http://a', weight: 90 },
      { url: 'http://b', weight: 10 },
    ]
    const { a, b } = shares(rounds({ endpoints, balance: 'weighted' }, 1000))
    assert.ok(a! > 870 && b! > 70, `${a} to a, ${b} to b`)
  })

  it('least_requests passes over the busy', () => {
    const world = setOf({ endpoints: three, balance: 'least_requests' }, { random: () => 0 })
    world.answering({ b: 200, c: 200 })
    world.transport.upstreams.set('a', () => {})
    for (let i = 0; i < 5; i++) world.ask()
    assert.equal(world.asked()['a'], 1)
  })

  it('power_of_two takes the less busy of two', () => {
    const world = setOf(
      { endpoints: ['http://a', 'http://b'], balance: 'power_of_two' },
      { random: chance(1n) },
    )
    world.answering({ b: 200 })
    world.transport.upstreams.set('a', () => {})
    for (let i = 0; i < 20; i++) world.ask()
    assert.ok(world.asked()['a']! <= 1, JSON.stringify(world.asked()))
  })

  it('an answer whose body is not over counts as in flight', () => {
    const world = setOf(
      { endpoints: ['http://a', 'http://b'], balance: 'least_requests' },
      { random: () => 0 },
    )
    world.answering({ a: 200, b: 200 })
    const held = world.set.request(
      { ...askedOf(world), event: { meta: {}, id: '' } as never, pinned: false },
      { head: () => {}, fail: () => {} },
    )
    assert.equal(world.set.members[0]!.inFlight, 1)
    held.abort()
    assert.equal(world.set.members[0]!.inFlight, 0)
  })

  const keys = [
    { by: 'header', written: { header: 'X-User' }, with: (key: string) => ({ headers: ['x-user', key] }) },
    {
      by: 'cookie',
      written: { cookie: 'sid' },
      with: (key: string) => ({ headers: ['cookie', `a=1; sid=${key}`] }),
    },
    { by: 'meta', written: { meta: '$user.id' }, with: (key: string) => ({ meta: { user: { id: key } } }) },
    {
      by: 'address',
      written: { address: true },
      with: (key: string) => ({ meta: { request: { client: key } } }),
    },
  ]
  for (const { by, written, with: carrying } of keys) {
    it(`hash by ${by} keeps a key with one upstream, and spreads keys`, () => {
      const set = { endpoints: three, balance: { by: 'hash', hash: written } }
      const homes = Array.from({ length: 60 }, (_, key) => new Set(rounds(set, 3, carrying(`k${key}`))))
      assert.ok(homes.every((home) => home.size === 1))
      assert.equal(new Set(homes.flatMap((home) => [...home])).size, 3)
    })
  }

  it('hash moves only the keys of an upstream that goes', () => {
    const homeOf = (endpoints: readonly string[], key: string) =>
      rounds({ endpoints, balance: { by: 'hash', hash: { header: 'k' } } }, 1, { headers: ['k', key] })[0]!
    for (let key = 0; key < 100; key++) {
      const before = homeOf(three, `${key}`)
      if (before !== 'c') assert.equal(homeOf(three.slice(0, 2), `${key}`), before)
    }
  })

  it('hash goes in turn for requests without the key', () => {
    const balance = { by: 'hash', hash: { header: 'x-user' } }
    assert.equal(rounds({ endpoints: three, balance }, 4).join(''), 'abca')
  })
})

describe('sticky', () => {
  const written = { endpoints: three, balance: { by: 'round_robin', sticky: { ttl: '1h' } } }

  it('sets a cookie that leads back to the same upstream, and says nothing about it', () => {
    const world = setOf(written)
    world.answering({ a: 200, b: 200, c: 200 })
    const first = world.ask()
    const cookie = first.headers[first.headers.indexOf('set-cookie') + 1]!
    assert.match(cookie, /^temblor_upstream=[a-z0-9]+; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax$/)
    for (let i = 0; i < 4; i++) {
      const next = world.ask({ headers: ['cookie', cookie.split(';')[0]!] })
      assert.equal(next.host, first.host)
      assert.ok(!next.headers.includes('set-cookie'))
    }
  })

  it('moves on, with a new cookie, when that upstream is out', () => {
    const world = setOf(written)
    world.answering({ a: 200, b: 200, c: 200 })
    const first = world.ask()
    const cookie = first.headers[first.headers.indexOf('set-cookie') + 1]!
    world.set.turn(world.set.members[0]!, 'down', 'a test')
    const next = world.ask({ headers: ['cookie', cookie.split(';')[0]!] })
    assert.notEqual(next.host, first.host)
    assert.ok(next.headers.includes('set-cookie'))
  })
})

describe('slow start', () => {
  it('gives one that has come back a growing share', () => {
    const world = setOf({
      endpoints: ['http://a', 'http://b'],
      balance: { by: 'round_robin', slow_start: '100s' },
    })
    world.answering({ a: 200, b: 200 })
    const [, b] = world.set.members
    world.set.turn(b!, 'down', 'a test')
    world.set.turn(b!, 'up', 'a test')
    const share = () => {
      const before = world.asked()['b'] ?? 0
      for (let i = 0; i < 110; i++) world.ask()
      return (world.asked()['b'] ?? 0) - before
    }
    assert.equal(share(), 10)
    world.clock.turn(50_000)
    assert.ok(Math.abs(share() - 37) <= 2)
    world.clock.turn(50_000)
    assert.equal(share(), 55)
  })
})

describe('where a request goes', () => {
  const endpoints = ['http://a:81/base', 'http://user:secret@b:82/other?x=1']

  it('authority, path and user are those of the chosen, unless the event states a path', () => {
    const world = setOf({ endpoints })
    world.answering({ a: 200, b: 200 })
    world.ask()
    world.ask()
    world.ask()
    world.ask({ path: '/mine' })
    const [a, b, , mine] = world.requests()
    assert.deepEqual([a!.port, a!.path, a!.headers], [81, '/base', ['host', 'a:81']])
    assert.deepEqual(
      [b!.port, b!.path, b!.headers],
      [82, '/other?x=1', ['host', 'b:82', 'authorization', `Basic ${btoa('user:secret')}`]],
    )
    assert.equal(mine!.path, '/mine')
  })

  it('an event that names a member goes to it; one that names another place goes past the set', () => {
    const world = setOf({ endpoints: ['http://a', 'http://b'] })
    world.answering({ a: 200, b: 200, z: 200 })
    world.ask({ host: 'b' })
    world.ask({ host: 'z' })
    assert.deepEqual(world.asked(), { b: 1, z: 1 })
    assert.equal(world.set.members[1]!.attempts, 1)
  })
})

function askedOf({ set }: ReturnType<typeof setOf>) {
  const { scheme, host, port, path, authority } = set.members[0]!
  const headers = ['host', authority]
  return {
    scheme,
    host,
    port,
    path,
    headers,
    method: 'GET',
    body: null,
    connectMs: 1,
    firstByteMs: 1,
    bodyIdleMs: 1,
  }
}
