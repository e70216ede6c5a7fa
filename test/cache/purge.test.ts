/** What is purged, or changed by a POST, does not come back by a fetch that was under way. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cacheOf } from './world.ts'

const kept = ['Date', 'Sat, 21 Nov 2026 12:00:00 GMT', 'Cache-Control', 'max-age=600']

describe('an answer that was asked for before', () => {
  const ways: Readonly<Record<string, (cache: ReturnType<typeof cacheOf>['cache']) => number>> = {
    'its URL is purged': (cache) => cache.purgeUrl('/'),
    'a tag is purged': (cache) => cache.purgeTag('any'),
    'all is purged': (cache) => cache.purgeAll(),
  }
  for (const [name, purge] of Object.entries(ways))
    it(`is given to who waits for it and to nobody after, once ${name}`, () => {
      const { cache, ask, holding } = cacheOf()
      const calls = holding()
      const early = ask()
      purge(cache)
      const late = ask()
      assert.equal(calls.length, 2)
      calls[0]!.answer(200, kept, 'old')
      assert.deepEqual([early.body, late.body], ['old', ''])
      calls[1]!.answer(200, kept, 'new')
      assert.equal(late.body, 'new')
      assert.equal(ask().body, 'new')
      assert.equal(calls.length, 2)
    })

  it('is not kept once its URL was changed by a POST, and others are', () => {
    const { ask, holding } = cacheOf()
    const calls = holding()
    ask({ path: '/a' })
    ask({ path: '/b' })
    ask({ path: '/a', method: 'POST' })
    calls[2]!.answer(204, [], '')
    calls[0]!.answer(200, kept, 'old a')
    calls[1]!.answer(200, kept, 'b')
    ask({ path: '/a' })
    assert.equal(ask({ path: '/b' }).body, 'b')
    assert.equal(calls.length, 4)
  })
})
