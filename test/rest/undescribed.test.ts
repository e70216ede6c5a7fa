/** A request or an answer that no script looks at goes on as it came: the same fields as by way of the metadata, which are not made. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parseNetwork } from '#dsl/ip.ts'
import type { Rec, Value } from '#dsl/value.ts'
import { endToEnd, toList, toRecord, valuesIn } from '#engine/http/headers.ts'
import { contentEncodingOf, contentTypeOf, keep, passedOn, recordOf, sentOn } from '#engine/http/kept.ts'
import { answerFields, requestHead } from '#engine/http/own/write-head.ts'
import { RequestMeta } from '#engine/http/request-meta.ts'
import { askedBy } from '#engine/http/route/asked.ts'
import type { Exchange } from '#engine/http/transport.ts'

const names = [
  'Accept',
  'accept',
  'Host',
  'Content-Length',
  'Connection',
  'Keep-Alive',
  'TE',
  'Upgrade',
  'Expect',
  'X-Forwarded-For',
  'x-forwarded-proto',
  'Forwarded',
  'X-Real-IP',
  'Cookie',
  '__proto__',
  'constructor',
]
const values = ['', 'a', 'b, c', 'close', 'keep-alive', 'accept', 'x-forwarded-for, te', 'cookie', '10.0.0.1']
const field = fc.tuple(fc.constantFrom(...names), fc.constantFrom(...values))
const fields = fc.array(field, { maxLength: 8 }).map((list) => list.flat())
const unsent = new Set(['host', 'content-length'])

/** The values of each field, whatever its spelling and place among others. */
function byName(list: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>()
  for (let i = 0; i < list.length; i += 2) {
    const name = list[i]!.toLowerCase()
    found.set(name, [...(found.get(name) ?? []), list[i + 1]!])
  }
  return new Map([...found].sort(([one], [other]) => (one < other ? -1 : 1)))
}

function answered(list: readonly string[]): object {
  const noticed = { date: false, length: -1 }
  return { text: answerFields(list, noticed), ...noticed }
}

function exchangeOf(headers: readonly string[]): Exchange {
  const target = '/items?page=2'
  const remote = { address: '10.0.0.9', port: 1 }
  return { method: 'GET', target, authority: 'shop.example:81', headers, remote } as unknown as Exchange
}

const forwardings = [
  null,
  { trusted: [parseNetwork('10.0.0.0/8')!], x: true, standard: true },
  { trusted: [], x: true, standard: false },
  { trusted: [], x: false, standard: false },
]

describe('what nobody looks at', () => {
  it('has the fields that the metadata would have', () => {
    fc.assert(
      fc.property(fields, (list) => {
        assert.deepEqual(byName(endToEnd(list, unsent, [])), byName(toList(toRecord(list), unsent, [])))
      }),
      { numRuns: 2000 },
    )
  })

  it('is worked out of a list that comes again as of any other', () => {
    fc.assert(
      fc.property(fields, fc.constantFrom('up:80', 'down:81'), (list, host) => {
        const kept = keep([...list])
        for (let times = 0; times < 2; times++) {
          assert.deepEqual(sentOn(kept, host), sentOn(list, host))
          assert.deepEqual(passedOn(kept), passedOn(list))
          assert.deepEqual(recordOf(kept), recordOf(list))
          assert.equal(contentTypeOf(kept), contentTypeOf(list))
          assert.equal(contentEncodingOf(kept), contentEncodingOf(list))
          assert.equal(requestHead('GET', '/', kept), requestHead('GET', '/', list))
          assert.deepEqual(answered(kept), answered(list))
        }
        assert.equal(sentOn(kept, host), sentOn(kept, host))
        assert.deepEqual(kept, list)
      }),
      { numRuns: 2000 },
    )
  })

  it('shows rules the values that the metadata would have', () => {
    fc.assert(
      fc.property(fields, fc.constantFrom(...names), (list, name) => {
        const record: Record<string, Value> = toRecord(list)
        const lower = name.toLowerCase()
        assert.deepEqual(valuesIn(list, lower), Object.hasOwn(record, lower) ? record[lower] : [])
      }),
      { numRuns: 2000 },
    )
  })

  it('says the same of where it came from', () => {
    fc.assert(
      fc.property(
        fields,
        fc.constantFrom(...forwardings),
        fc.constantFrom(...names),
        (list, forwarding, name) => {
          const came = new RequestMeta(exchangeOf(list), forwarding)
          const described = new RequestMeta(exchangeOf(list), forwarding).describe()['request'] as Rec
          const asDescribed = byName(toList(described['headers'], unsent, ['host', 'up:80']))
          assert.deepEqual(byName(came.fields('up:80')), asDescribed)
          const asked = askedBy(described)
          assert.deepEqual(came.values(name.toLowerCase()), asked.values(name.toLowerCase()))
          for (const key of ['method', 'host', 'path', 'query', 'client'] as const)
            assert.equal(came[key], asked[key], key)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('keeps spelling and order', () => {
    const list = [
      'Host',
      'shop.example',
      'X-B',
      '1',
      'Accept',
      'text/html',
      'x-b',
      '2',
      'Connection',
      'Accept',
    ]
    assert.deepEqual(endToEnd(list, unsent, []), ['X-B', '1', 'x-b', '2'])
  })

  it('is described once, the same record each time', () => {
    const meta = new RequestMeta(exchangeOf(['Accept', 'text/html']), null).toAsAsked()
    assert.equal(meta.describe(), meta.describe())
    assert.deepEqual(meta.describe()['endpoint'], { path: '/items', query: 'page=2' })
  })
})
