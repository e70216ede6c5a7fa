/** Which rule fits which request. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { checkConfig } from '#engine/config.ts'
import { askedBy } from '#engine/http/route/asked.ts'
import { conditionFields, matcherOf } from '#engine/http/route/rules.ts'

const span = { source: { name: 'test.yaml', text: '' }, start: 0, end: 0 }

const request = {
  method: 'GET',
  client: '10.1.2.3',
  headers: { 'x-beta': ['no', 'yes'], cookie: ['a=1; group=blue'], accept: ['text/html'] },
  url: { scheme: 'http', host: 'API.Shop.example', path: '/v1/items[1]', query: 'q=a%20b&q=c&empty=' },
}

describe('a rule', () => {
  const cases: readonly (readonly [object, boolean])[] = [
    [{}, true],
    [{ host: 'api.shop.example' }, true],
    [{ host: '*.shop.example' }, true],
    [{ host: 'api.*' }, true],
    [{ host: 'shop.example' }, false],
    [{ host: ['shop.example', '*.EXAMPLE'] }, true],
    [{ path: '/v1/*' }, true],
    [{ path: '/v1' }, false],
    [{ path: '/v1/items[1]' }, true],
    [{ path: '/v1/items?1?' }, false],
    [{ method: 'GET' }, true],
    [{ method: ['POST', 'PUT'] }, false],
    [{ header: { 'X-Beta': 'yes' } }, true],
    [{ header: { 'x-beta': 'y*' } }, true],
    [{ header: { accept: '*' } }, true],
    [{ header: { 'x-none': '*' } }, false],
    [{ header: { constructor: '*' } }, false],
    [{ query: { q: 'a b' } }, true],
    [{ query: { q: 'c' } }, true],
    [{ query: { q: 'd' } }, false],
    [{ query: { empty: '*' } }, true],
    [{ cookie: { group: 'blue' } }, true],
    [{ cookie: { group: 'green' } }, false],
    [{ address: '10.0.0.0/8' }, true],
    [{ address: ['192.168.0.0/16', '10.1.2.3'] }, true],
    [{ address: '::/0' }, false],
    [{ method: 'GET', path: '/v1/*', header: { 'x-beta': 'maybe' } }, false],
  ]
  for (const [written, fits] of cases)
    it(`${JSON.stringify(written)} ${fits ? 'fits' : 'does not fit'}`, () => {
      const { config } = checkConfig(conditionFields, written, () => span)
      assert.equal(matcherOf(config!)(askedBy(request)), fits)
    })

  it('fits no request that says nothing, unless it has no conditions', () => {
    const { config } = checkConfig(conditionFields, { host: 'a' }, () => span)
    assert.equal(matcherOf(config!)(askedBy({})), false)
  })

  for (const [written, complaint] of [
    [{ hots: 'a' }, /Unknown key "hots"/],
    [{ path: 'api' }, /must begin with "\/" or "\*"/],
    [{ method: 'get' }, /must be a method in upper case/],
    [{ address: '10.0.0.0/33' }, /must be an address or a network/],
  ] as const)
    it(`${JSON.stringify(written)} is a mistake`, () => {
      const { findings } = checkConfig(conditionFields, written, () => span)
      assert.match(findings[0]!.message, complaint)
    })
})
