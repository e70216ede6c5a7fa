import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { askedBy } from '#engine/http/route/asked.ts'
import { chooserOf } from '#engine/http/route/choose.ts'
import { type Conditions, matcherOf } from '#engine/http/route/rules.ts'

const host = fc.constantFrom('a.example', 'B.example', '*.example', 'a.*', '*', 'c.example')
const path = fc.constantFrom(
  '/',
  '/*',
  '*',
  '/a',
  '/a/*',
  '/a*',
  '/b/x*',
  '/%61/b',
  '/a%2fb',
  '//a',
  '/b/../a',
  '*/x',
  '/é/*',
)
const oneOrMore = <T>(one: fc.Arbitrary<T>) => fc.oneof(one, fc.array(one, { minLength: 1, maxLength: 3 }))
const conditions = fc.record(
  { host: oneOrMore(host), path: oneOrMore(path), method: fc.constantFrom('GET', 'POST') },
  { requiredKeys: [] },
) as fc.Arbitrary<Conditions>
const request = fc
  .record({
    method: fc.constantFrom('GET', 'POST'),
    host: fc.constantFrom('a.example', 'A.EXAMPLE.', 'b.example', 'x', '', 'c.example'),
    path: fc.constantFrom(
      '/',
      '/a',
      '/a/',
      '/a/b',
      '/ab',
      '/%61/b',
      '/a%2Fb',
      '//a',
      '/b/../a/c',
      '/b/x/y',
      '/x/x',
      '/%C3%A9/1',
      '/é/1',
    ),
  })
  .map(({ method, host, path }) => ({ method, headers: {}, url: { host, path } }))

describe('among many rules', () => {
  it('the first that fits is found, as if all were asked', () => {
    fc.assert(
      fc.property(
        fc.array(conditions, { minLength: 9, maxLength: 40 }),
        fc.array(request, { minLength: 20, maxLength: 20 }),
        (rules, requests) => {
          const choose = chooserOf(rules.map((conditions, choice) => ({ conditions, choice })))
          const matchers = rules.map(matcherOf)
          for (const request of requests.map(askedBy)) {
            const index = matchers.findIndex((fits) => fits(request))
            assert.equal(choose(request), index < 0 ? undefined : index)
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  it('paths whose first segments look alike are told apart', () => {
    // The marks by which these are looked up are the same.
    const alike = ['/AaAa/*', '/AaBB/*', '/BBAa/*', '/BBBB/*']
    const others = Array.from({ length: 9 }, (_, i) => `/other-${i}/*`)
    const choose = chooserOf(
      [...alike, ...others].map((path) => ({ conditions: { path } as Conditions, choice: path })),
    )
    for (const path of [...alike, ...others])
      assert.equal(choose(askedBy({ url: { path: path.replace('*', 'x') } })), path)
    assert.equal(choose(askedBy({ url: { path: '/BBaA/x' } })), undefined)
  })
})
