/** What a rule about a path is held against: nobody walks around it by writing the path in another way. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { checkConfig } from '#engine/config.ts'
import { askedBy } from '#engine/http/route/asked.ts'
import { plainPath } from '#engine/http/route/path.ts'
import { conditionFields, matcherOf } from '#engine/http/route/rules.ts'

const span = { source: { name: 'test.yaml', text: '' }, start: 0, end: 0 }

function fits(rule: string, path: string): boolean {
  const { config } = checkConfig(conditionFields, { path: rule }, () => span)
  return matcherOf(config!)(askedBy({ url: { path } }))
}

describe('a path as upstreams read it', () => {
  const paths: Readonly<Record<string, string>> = {
    '/': '/',
    '/a/b': '/a/b',
    '/a/b/': '/a/b/',
    '/a//b': '/a/b',
    '//a': '/a',
    '//': '/',
    '/a/./b': '/a/b',
    '/a/../b': '/b',
    '/a/b/..': '/a/',
    '/a/.': '/a/',
    '/..': '/',
    '/../../etc': '/etc',
    '/a/...': '/a/...',
    '/.well-known/x': '/.well-known/x',
    '/%61dmin': '/admin',
    '/a%2Fb': '/a/b',
    '/a/%2e%2e/b': '/b',
    '/a/.%2E/b': '/b',
    '/a%2f..%2fb': '/b',
    '/a\\..\\b': '/b',
    '/a%5c..%5Cb': '/b',
    '/%252e%252e/b': '/%2e%2e/b',
    '/%zz/%61': '/%zz/a',
    '/%ff/../b': '/b',
    '/caf%C3%A9': '/café',
    '/a;x=1/b': '/a;x=1/b',
  }
  for (const [written, plain] of Object.entries(paths))
    it(`${written} is ${plain}`, () => assert.equal(plainPath(written), plain))

  it('is the same once read as read again, but for escapes of escapes', () => {
    const piece = fc.constantFrom('/', '.', '..', 'a', '%2e', '%2F', '\\', 'b.c')
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const once = plainPath(`/${pieces.join('')}`)
        assert.equal(plainPath(once), once)
        assert.doesNotMatch(once, /\/\/|\/\.\.?(\/|$)|%2/i)
      }),
    )
  })
})

describe('a rule for /admin/*', () => {
  for (const path of [
    '/admin/users',
    '/%61dmin/users',
    '//admin/users',
    '/admin//users',
    '/./admin/users',
    '/public/../admin/users',
    '/public/%2e%2e/admin/users',
    '/public%2f..%2fadmin/users',
    '/public\\..\\admin\\users',
    '/../admin/users',
  ])
    it(`holds ${path}`, () => assert.equal(fits('/admin/*', path), true))
  for (const path of ['/admin/../secret', '/admin', '/administrator', '/%2561dmin/users'])
    it(`does not hold ${path}`, () => assert.equal(fits('/admin/*', path), false))
})

describe('a rule', () => {
  it('may be written with escapes', () => {
    assert.equal(fits('/caf%C3%A9/*', '/café/1'), true)
    assert.equal(fits('/café/*', '/caf%c3%a9/1'), true)
    assert.equal(fits('/a%20b', '/a%20b'), true)
  })
  it('with an escaped star means a star', () => {
    assert.equal(fits('/a%2a', '/a*'), true)
    assert.equal(fits('/a%2a', '/ab'), false)
  })
})
