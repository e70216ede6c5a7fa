/** What the cache keeps, gives again, and must not. The finer points of RFC 9111 are the business of http-tests/cache-tests. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { heldSource, type textSource } from '#engine/tools/fake-transport.ts'
import { cacheOf } from './world.ts'

const fresh = { 'Cache-Control': 'max-age=60' }
const reset = { kind: 'reset', message: 'lost', phase: 'wait', sent: true } as const

describe('what is kept is given again', () => {
  it('with its age and where it came from', () => {
    const world = cacheOf()
    world.answering(fresh)
    const first = world.ask()
    assert.equal(first.field('cache-status'), 'temblor; fwd=uri-miss; stored')
    world.clock.turn(10_000)
    const second = world.ask()
    assert.equal(second.body, 'answer 1')
    assert.equal(second.field('age'), '10')
    assert.equal(second.field('date'), 'Sat, 21 Nov 2026 12:00:00 GMT')
    assert.equal(second.field('cache-status'), 'temblor; hit; ttl=50')
    world.clock.turn(50_000)
    assert.equal(world.ask().body, 'answer 2')
  })

  it('an upstream that reuses its buffers does not change it', () => {
    const world = cacheOf()
    const calls = world.holding()
    const source = heldSource(4)
    world.ask()
    const buffer = Buffer.from('good')
    calls[0]!.answer(200, Object.entries(fresh).flat(), {
      length: 4,
      start(sink) {
        sink.write(buffer)
        buffer.fill('x')
        sink.end()
      },
      resume() {},
      cancel() {},
    })
    assert.equal(source.started, false)
    assert.equal(world.ask().body, 'good')
  })

  it('HEAD is answered from a kept GET', () => {
    const world = cacheOf()
    world.answering(fresh)
    world.ask()
    const head = world.ask({ method: 'HEAD' })
    assert.deepEqual([head.status, head.body, world.calls.length], [200, '', 1])
  })

  it('as a 304 to a client that has it', () => {
    const world = cacheOf()
    world.answering({ ...fresh, ETag: '"a"' })
    world.ask()
    assert.equal(world.ask({ headers: { 'If-None-Match': '"x", W/"a"' } }).status, 304)
    assert.equal(world.ask({ headers: { 'If-None-Match': '"x"' } }).status, 200)
    assert.equal(world.calls.length, 1)
  })

  const ranges: readonly (readonly [string, number, string, string])[] = [
    ['bytes=0-1', 206, 'an', 'bytes 0-1/8'],
    ['bytes=4-', 206, 'er 1', 'bytes 4-7/8'],
    ['bytes=-2', 206, ' 1', 'bytes 6-7/8'],
    ['bytes=6-99', 206, ' 1', 'bytes 6-7/8'],
    ['bytes=8-', 416, '', 'bytes */8'],
    ['bytes=0-1,3-4', 200, 'answer 1', ''],
    ['lines=0-1', 200, 'answer 1', ''],
  ]
  for (const [range, status, body, contentRange] of ranges)
    it(`Range: ${range} -> ${status}`, () => {
      const world = cacheOf()
      world.answering(fresh)
      world.ask()
      const got = world.ask({ headers: { range } })
      assert.deepEqual([got.status, got.body, got.field('content-range')], [status, body, contentRange])
    })

  it('a range goes whole if `If-Range` does not fit', () => {
    const world = cacheOf()
    world.answering({ ...fresh, ETag: '"a"' })
    world.ask()
    const of = (condition: string) =>
      world.ask({ headers: { range: 'bytes=0-1', 'if-range': condition } }).status
    assert.deepEqual([of('"a"'), of('"b"'), of('W/"a"')], [206, 200, 200])
  })

  it('for as long as the operator says at most', () => {
    const world = cacheOf({ max_freshness: '5s' })
    world.answering(fresh)
    world.ask()
    world.clock.turn(6000)
    assert.equal(world.ask().body, 'answer 2')
  })
})

describe('what must not be shared is not', () => {
  const cases: readonly (readonly [string, Record<string, string>, Record<string, string>])[] = [
    ['private', {}, { 'Cache-Control': 'private, max-age=60' }],
    ['no-store', {}, { 'Cache-Control': 'no-store, max-age=60' }],
    ['an answer to a request with Authorization', { authorization: 'Basic x' }, fresh],
    ['an answer that sets a cookie', {}, { ...fresh, 'Set-Cookie': 'a=1' }],
    ['Vary: *', {}, { ...fresh, Vary: 'Accept, *' }],
    ['a part', {}, { ...fresh, 'Content-Range': 'bytes 0-1/9' }],
    ['a lifetime that cannot be read', {}, { 'Cache-Control': 'max-age=1h' }],
  ]
  for (const [name, asked, answered] of cases)
    it(name, () => {
      const world = cacheOf()
      world.answering(answered, answered['Content-Range'] === undefined ? 200 : 206)
      world.ask({ headers: asked })
      assert.notEqual(world.ask({ headers: asked }).body, 'answer 1')
    })

  const apart: readonly (readonly [string, object, object, object])[] = [
    ['hosts', {}, { host: 'up' }, { host: 'UP.' }],
    ['queries in another order', {}, { path: '/?a=1&b=2' }, { path: '/?b=2&a=1' }],
    [
      'values of a field that Vary names',
      { Vary: 'Accept-Language' },
      { headers: { 'accept-language': 'de' } },
      { headers: { 'accept-language': 'en' } },
    ],
    ['a field that Vary names, and its absence', { Vary: 'X' }, { headers: { x: '' } }, {}],
  ]
  for (const [name, more, one, other] of apart)
    it(`${name} are told apart`, () => {
      const world = cacheOf()
      world.answering({ ...fresh, ...more })
      world.transport.upstreams.set('UP.', (call) => call.answer(200, [], 'another'))
      world.ask(one)
      assert.notEqual(world.ask(other).body, 'answer 1')
      assert.equal(world.ask(one).body, 'answer 1')
    })

  it('a field that the operator names is part of the key', () => {
    const world = cacheOf({ key_headers: ['X-Forwarded-Host'] })
    world.answering(fresh)
    world.ask({ headers: { 'x-forwarded-host': 'evil' } })
    assert.equal(world.ask().body, 'answer 2')
  })

  it('the case of a host does not matter', () => {
    const world = cacheOf()
    world.answering(fresh)
    world.ask()
    assert.equal(world.ask({ host: 'UP' }).body, 'answer 1')
  })
})

describe('bounds', () => {
  it('of variants: the oldest goes', () => {
    const world = cacheOf({ max_variants: 2 })
    world.answering({ ...fresh, Vary: 'X' })
    for (const x of ['1', '2', '3']) world.ask({ headers: { x } })
    assert.equal(world.cache.store.entries, 2)
    assert.equal(world.ask({ headers: { x: '3' } }).body, 'answer 3')
    assert.equal(world.ask({ headers: { x: '1' } }).body, 'answer 4')
  })

  it('of octets: the least recently used goes', () => {
    const world = cacheOf({ max_bytes: '10KiB', max_object: '5KiB' })
    world.transport.upstreams.set('up', (call) =>
      call.answer(200, Object.entries(fresh).flat(), 'x'.repeat(2000)),
    )
    for (const path of ['/a', '/b', '/c', '/d', '/e', '/f']) world.ask({ path })
    assert.ok(world.cache.store.bytes <= 10 * 1024)
    assert.ok(world.cache.store.entries >= 3)
    const before = world.calls.length
    world.ask({ path: '/f' })
    assert.equal(world.calls.length, before)
  })

  for (const stated of [true, false])
    it(`of an answer, its length ${stated ? '' : 'not '}stated: it passes through, whole, and is not kept`, () => {
      const world = cacheOf({ max_object: 10 })
      const calls = world.holding()
      const source = heldSource(stated ? 24 : undefined)
      const got = world.ask()
      calls[0]!.answer(200, Object.entries(fresh).flat(), source)
      for (let i = 0; i < 3; i++) source.push('12345678')
      source.finish()
      assert.equal(got.body, '12345678'.repeat(3))
      assert.equal(got.whole, true)
      assert.equal(world.cache.store.entries, 0)
    })
})

describe('one fetch per key', () => {
  it('those who come meanwhile wait for it', () => {
    const world = cacheOf()
    const calls = world.holding()
    const all = Array.from({ length: 500 }, () => world.ask())
    assert.equal(calls.length, 1)
    calls[0]!.answer(200, Object.entries(fresh).flat(), 'one for all')
    assert.ok(all.every(({ body, whole }) => whole && body === 'one for all'))
    assert.equal(all[0]!.field('cache-status'), 'temblor; fwd=uri-miss; stored')
    assert.equal(all[1]!.field('cache-status'), 'temblor; fwd=uri-miss; collapsed')
  })

  it('those who come while its body streams read along from the beginning', () => {
    const world = cacheOf()
    const calls = world.holding()
    const source = heldSource()
    const first = world.ask()
    calls[0]!.answer(200, Object.entries(fresh).flat(), source)
    source.push('one ')
    const second = world.ask()
    source.push('two')
    source.finish()
    assert.deepEqual([first.body, second.body, calls.length], ['one two', 'one two', 1])
  })

  it('the client that caused it may leave: the others get their answer', () => {
    const world = cacheOf()
    const calls = world.holding()
    const [first, second] = [world.ask(), world.ask()]
    first.abort()
    assert.equal(calls[0]!.aborted, false)
    calls[0]!.answer(200, Object.entries(fresh).flat(), 'still here')
    assert.deepEqual([first.status, second.body], [0, 'still here'])
  })

  it('when all have left before an answer came, it is cut; afterwards it is kept to its end', () => {
    const world = cacheOf()
    const calls = world.holding()
    world.ask().abort()
    assert.equal(calls[0]!.aborted, true)
    const source = heldSource()
    const got = world.ask()
    calls[1]!.answer(200, Object.entries(fresh).flat(), source)
    source.push('to the ')
    got.source!.cancel()
    got.abort()
    source.push('end')
    source.finish()
    assert.equal(world.ask().body, 'to the end')
  })

  it('an answer that is for one only is not given to the others: they go by themselves', () => {
    const world = cacheOf()
    const calls = world.holding()
    const [first, second] = [world.ask(), world.ask()]
    calls[0]!.answer(200, ['Cache-Control', 'private'], 'mine')
    assert.deepEqual([first.body, second.body, calls.length], ['mine', '', 2])
    calls[1]!.answer(200, ['Cache-Control', 'private'], 'yours')
    assert.equal(second.body, 'yours')
  })

  it('a variant that does not fit goes by itself', () => {
    const world = cacheOf()
    const calls = world.holding()
    world.ask({ headers: { 'accept-language': 'de' } })
    const english = world.ask({ headers: { 'accept-language': 'en' } })
    calls[0]!.answer(200, ['Cache-Control', 'max-age=60', 'Vary', 'Accept-Language'], 'deutsch')
    assert.equal(english.body, '')
    calls[1]!.answer(200, ['Cache-Control', 'max-age=60', 'Vary', 'Accept-Language'], 'english')
    assert.equal(english.body, 'english')
  })

  it('a fault is told to all who wait', () => {
    const world = cacheOf()
    const calls = world.holding()
    const both = [world.ask(), world.ask()]
    calls[0]!.fail(reset)
    assert.ok(both.every(({ fault }) => fault === reset))
    world.ask()
    assert.equal(calls.length, 2)
  })

  it('a body that breaks off breaks off for all, and is not kept', () => {
    const world = cacheOf()
    const calls = world.holding()
    const source = heldSource()
    const both = [world.ask(), world.ask()]
    calls[0]!.answer(200, Object.entries(fresh).flat(), source)
    source.push('half')
    source.break()
    assert.ok(both.every(({ fault, whole }) => fault !== null && !whole))
    assert.equal(world.cache.store.entries, 0)
  })

  it('one too long to keep waits for the slowest who reads along', () => {
    const world = cacheOf({ max_object: 8 })
    const calls = world.holding()
    let more = true
    let sink: Parameters<ReturnType<typeof textSource>['start']>[0] | null = null
    let resumed = 0
    const fast = world.ask()
    const slow = world.ask({ takes: 4 })
    calls[0]!.answer(200, Object.entries(fresh).flat(), {
      length: undefined,
      start: (to) => {
        sink = to
      },
      resume: () => resumed++,
      cancel() {},
    })
    more = sink!.write(Buffer.from('12345678'))
    assert.equal(more, true, 'up to its bound it is held')
    more = sink!.write(Buffer.from('9'))
    assert.equal(more, false)
    assert.deepEqual([fast.body, slow.body], ['123456789', '12345678'])
    slow.source!.resume()
    assert.deepEqual([slow.body, resumed], ['123456789', 0], 'it took that, and wants no more for now')
    slow.source!.resume()
    assert.equal(resumed, 1)
  })
})

describe('a client that takes its time', () => {
  it('gets a long kept answer piece by piece', () => {
    const world = cacheOf()
    const long = 'x'.repeat(200_000)
    world.transport.upstreams.set('up', (call) => call.answer(200, Object.entries(fresh).flat(), long))
    world.ask()
    const got = world.ask({ takes: 1 })
    assert.equal(got.body.length, 65_536)
    for (let i = 0; i < 3; i++) got.source!.resume()
    assert.deepEqual([got.body.length, got.whole], [200_000, false])
    got.source!.resume()
    assert.equal(got.whole, true)
  })
})

describe('stale', () => {
  const stale = { 'Cache-Control': 'max-age=10, stale-while-revalidate=10, stale-if-error=60', ETag: '"a"' }

  it('is asked about, and lives on when unchanged', () => {
    const world = cacheOf()
    world.answering({ 'Cache-Control': 'max-age=10', ETag: '"a"' })
    world.ask()
    world.clock.turn(11_000)
    const calls = world.holding()
    const got = world.ask()
    assert.equal(calls[0]!.request.headers.join(' '), 'host up If-None-Match "a"')
    calls[0]!.answer(304, ['ETag', '"a"', 'Cache-Control', 'max-age=20', 'X-New', 'yes'], '')
    assert.deepEqual([got.status, got.body, got.field('x-new')], [200, 'answer 1', 'yes'])
    assert.equal(got.field('cache-status'), 'temblor; fwd=stale; fwd-status=304')
    world.clock.turn(15_000)
    assert.equal(world.ask().body, 'answer 1')
    assert.equal(calls.length, 1)
  })

  it('is given while it is fetched anew, by one fetch', () => {
    const world = cacheOf()
    world.answering(stale)
    world.ask()
    world.clock.turn(15_000)
    const calls = world.holding()
    assert.equal(world.ask().body, 'answer 1')
    assert.equal(world.ask().body, 'answer 1')
    assert.equal(calls.length, 1)
    calls[0]!.answer(200, Object.entries(fresh).flat(), 'new')
    assert.equal(world.ask().body, 'new')
  })

  for (const trouble of ['a fault', 'a 503'])
    it(`is given when the upstream has ${trouble}`, () => {
      const world = cacheOf()
      world.answering(stale)
      world.ask()
      world.clock.turn(30_000)
      const calls = world.holding()
      const got = world.ask()
      if (trouble === 'a fault') calls[0]!.fail(reset)
      else calls[0]!.answer(503, [], 'sorry')
      assert.equal(got.body, 'answer 1')
      assert.match(got.field('cache-status'), /^temblor; hit; fwd=stale; .*detail=stale-if-error$/)
      world.clock.turn(60_000)
      const late = world.ask()
      calls[1]!.fail(reset)
      assert.equal(late.fault, reset)
    })

  it('is not given where the answer forbids it, though the operator would', () => {
    const world = cacheOf({ stale_if_error: '1h', stale_while_revalidate: '1h' })
    world.answering({ 'Cache-Control': 'max-age=10, must-revalidate', ETag: '"a"' })
    world.ask()
    world.clock.turn(11_000)
    const calls = world.holding()
    const got = world.ask()
    calls[0]!.fail(reset)
    assert.equal(got.fault, reset)
  })

  it('a 304 about another answer than ours is not believed', () => {
    const world = cacheOf()
    world.answering({ 'Cache-Control': 'max-age=10', ETag: '"a"' })
    world.ask()
    world.clock.turn(11_000)
    const calls = world.holding()
    const got = world.ask()
    calls[0]!.answer(304, ['ETag', '"b"'], '')
    assert.equal(calls[1]!.request.headers.join(' '), 'host up')
    calls[1]!.answer(200, [], 'new')
    assert.equal(got.body, 'new')
  })
})

describe('what clients ask for', () => {
  it('no-cache is fetched, only-if-cached is not', () => {
    const world = cacheOf()
    world.answering(fresh)
    assert.equal(world.ask({ headers: { 'cache-control': 'only-if-cached' } }).status, 504)
    world.ask()
    assert.equal(world.ask({ headers: { 'cache-control': 'no-cache' } }).body, 'answer 2')
    assert.equal(world.ask({ headers: { pragma: 'no-cache' } }).body, 'answer 3')
    assert.equal(world.ask({ headers: { 'cache-control': 'only-if-cached' } }).body, 'answer 3')
  })

  it('counts for nothing if the operator says so', () => {
    const world = cacheOf({ obey_clients: false })
    world.answering(fresh)
    world.ask()
    assert.equal(world.ask({ headers: { 'cache-control': 'no-cache' } }).body, 'answer 1')
  })
})

describe('what is forgotten', () => {
  it('a URL that another method changed, and those it points to on the same host', () => {
    const world = cacheOf()
    world.answering({ ...fresh, Location: '/list', 'Content-Location': 'http://elsewhere/other' })
    for (const path of ['/', '/list', '/other']) world.ask({ path })
    world.ask({ method: 'POST' })
    assert.equal(world.cache.store.entries, 1)
    assert.equal(world.ask({ path: '/other' }).body, 'answer 3')
  })

  it('not when that method failed', () => {
    const world = cacheOf()
    world.answering(fresh)
    world.ask()
    world.answering({}, 500)
    world.ask({ method: 'DELETE' })
    assert.equal(world.ask().body, 'answer 1')
  })

  it('by URL, by path, by tag', () => {
    const world = cacheOf()
    world.answering({ ...fresh, 'Surrogate-Key': 'shop item-7', 'Cache-Tag': 'a, b' })
    for (const path of ['/1?x=1', '/2', '/3']) world.ask({ path })
    assert.equal(world.cache.purgeUrl('http://up/1?x=1'), 1)
    assert.equal(world.cache.purgeUrl('/2'), 1)
    assert.equal(world.cache.purgeTag('nothing'), 0)
    assert.equal(world.cache.purgeTag('item-7'), 1)
    for (const path of ['/1', '/2']) world.ask({ path })
    assert.equal(world.cache.purgeTag('b'), 2)
  })
})

describe('what is known can be read', () => {
  it('as plain data and as metrics', async () => {
    const world = cacheOf()
    world.answering(fresh)
    world.ask()
    world.ask()
    const { entries, outcomes } = world.cache.status()
    assert.deepEqual([entries, outcomes['hit'], outcomes['miss']], [1, 1, 1])
    const text = await world.metrics.render()
    assert.match(text, /temblor_cache_requests_total\{node="\/offramp\/test\/01",outcome="hit"\} 1/)
    assert.match(text, /temblor_cache_entries\{node="\/offramp\/test\/01"\} 1/)
  })
})
