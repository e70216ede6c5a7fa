/** Of a long body only what the pipelines touch is decoded, and what they did not touch is not encoded: nobody can tell from outside. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { decodeJson, encodeSorted } from '#dsl/json.ts'
import type { Keys } from '#dsl/json-skim.ts'
import type { Rec } from '#dsl/value.ts'
import { loadCatalogue } from '#engine/catalogue.ts'
import type { Clock } from '#engine/clock.ts'
import { CodecError } from '#engine/codec.ts'
import { touchedBehind } from '#engine/deploy/touches.ts'
import { Event, EventId } from '#engine/event.ts'
import { decodeBody, encodeBody } from '#engine/http/body-codec.ts'
import { silentLog } from '#engine/log.ts'
import { createOperator } from '#engine/pipeline/create.ts'
import { wire } from '#engine/pipeline/wire.ts'
import type { RampContext } from '#engine/ramp.ts'
import { planOf, type Shape } from './stand.ts'
import { table } from './table.ts'

const catalogue = await loadCatalogue()
const clock: Clock = {
  now: () => 0,
  wallNs: () => 0n,
  after: () => ({ cancel() {} }),
  at: () => ({ cancel() {} }),
}
const json = catalogue.codecs.get('json')!
const yaml = catalogue.codecs.get('yaml')!
const byType = (type: string) => (type === 'application/yaml' ? yaml : undefined)
const context = {
  codec: json,
  codecFor: byType,
  preprocessors: [],
  postprocessors: [],
} as unknown as RampContext

const touched = async (shape: Shape, from = 'onramp/web', port = 'out'): Promise<Keys | undefined> =>
  touchedBehind(await planOf(shape), catalogue, `/${from}/01`, port)

/** What a pipeline does with a body, as text: what leaves by which port, or the error that a client hears of. */
async function passing(script: string): Promise<(body: Uint8Array, type: string, partly: boolean) => string> {
  const plan = await planOf({ request: script })
  const { graph } = plan.pipelines.find(({ address }) => address.includes('/request/'))!
  const keys = touchedBehind(plan, catalogue, '/onramp/web/01', 'out')
  assert.ok(keys, `"${script}" may touch all of an event`)
  const host = { hostname: 'localhost', version: '0', nanotime: () => 0n }
  let uid = 0
  const pipeline = wire(graph, {
    address: '/pipeline/request/01',
    clock,
    log: silentLog,
    create: (node, site) => createOperator(node, site, { catalogue, log: silentLog, instance: 'i', host }),
    nextUid: () => ++uid,
    linked: () => true,
  })
  let left: string[] = []
  for (const [port, outlet] of pipeline.outlets) {
    const accept = ({ payload, meta }: Event): void => {
      const { body } = encodeBody(payload, type, 0n, context)
      const bytes = Buffer.from((body ?? '') as string)
      const sent = type === '' && bytes.length > 0 ? encodeSorted(decodeJson(bytes)) : bytes.toString()
      left.push(`${port} ${sent} ${encodeSorted(payload.value!)} ${encodeSorted(meta)}`)
    }
    outlet.lead([{ sources: [], accept }])
  }
  let type = ''
  return (bytes, asked, partly) => {
    left = []
    type = asked
    const raw = { bytes, contentType: '', contentEncoding: '', ingestNs: 0n }
    try {
      for (const { payload } of decodeBody(raw, context, partly ? keys : undefined))
        pipeline.inlets.get('in')!.accept(new Event(new EventId(0, 0, 0), payload, {} as Rec, 0n, null, null))
    } catch (error) {
      if (!(error instanceof CodecError)) throw error
      left.push(`cannot be decoded: ${error.message}`)
    }
    return left.join('\n')
  }
}

const scripts = [
  'patch event of upsert "forwarded" => "by=snot" end',
  'let $seen = event.a; event',
  'let event.a = event.bc; event',
  'let event.a = event.a + 1; event',
  'patch event of erase "a", upsert "é" => 1 end',
  'merge event of {"bc": null, "new": [1, {"x": 2}]} end',
  'match event of case %{ a == 1 } => let $one = true, event case %{ present bc } => event default => drop end',
  'match event of case %{ tags ~= %["x"] } => emit event => "out" default => event end',
  '{"a": event.a, "tags": event.tags}',
  'let event.deep.in.there = 1; event',
]

const others = fc.array(fc.tuple(fc.constantFrom('x', 'y', 'z', 'a\u0001', 'ü', '1'), fc.jsonValue()), {
  maxLength: 6,
})
const named = fc.array(fc.tuple(fc.constantFrom('a', 'bc', 'tags', 'é', 'deep'), fc.jsonValue()), {
  maxLength: 4,
})
/** Members of both kinds in any order, with duplicates, blanks and escapes as writers of JSON have them. */
const document = fc
  .record({
    named,
    others,
    blank: fc.constantFrom('', ' ', '\n\t'),
    mixed: fc.array(fc.nat(20)),
    escapes: fc.boolean(),
  })
  .map(({ named, others, blank, mixed, escapes }) => {
    const members = [...named, ...others].map(([key, value], at) => ({ key, value, at: mixed[at] ?? at }))
    members.sort((left, right) => left.at - right.at)
    const written = members.map(
      ({ key, value }) => `${JSON.stringify(key)}${blank}:${JSON.stringify(value, null, blank)}`,
    )
    const text = `${blank}{${[...written, `"fill":"${'é€x'.repeat(40)}"`].join(`,${blank}`)}}${blank}`
    return escapes ? text.replaceAll('€', '\\u20ac').replaceAll('/', '\\/') : text.replaceAll('é€', 'xx')
  })

const fill = `"fill":"${'x'.repeat(200)}"`
const odd: readonly (readonly [title: string, body: string | Uint8Array])[] = [
  ['nothing', ''],
  ['a list', `[${'1,'.repeat(100)}1]`],
  ['a text', `"${'x'.repeat(200)}"`],
  ['a number', '1'.repeat(15)],
  ['null, with blanks', `${' '.repeat(200)}null`],
  ['an empty record, with blanks', `{${' '.repeat(200)}}`],
  ['a byte order mark', `\ufeff{${fill}}`],
  ['what is asked for, twice', `{"a":1,${fill},"a":2}`],
  ['what is not asked for, twice', `{"a":1,${fill},"x":1,"x":2}`],
  ['twice within', `{"a":{"b":1,"b":2},${fill},"x":{"y":1,"y":2}}`],
  ['a key with an escape', `{"\\u0061":7,${fill}}`],
  ['half of a surrogate pair', `{"a":"\\ud800",${fill},"x":"\\udc00"}`],
  ['numbers that keep their text', `{"a":1.0,"x":12345678901234567890,${fill},"bc":1e2}`],
  ['a number out of range', `{"x":1e999,${fill}}`],
  ['an integer out of range', `{"x":${'9'.repeat(40)},${fill}}`],
  ['a leading zero', `{"x":01,${fill}}`],
  ['a comma too many', `{"a":1,${fill},}`],
  ['cut off', `{"a":1,${fill}`],
  ['something behind it', `{"a":1,${fill}} x`],
  ['a control character in a text', `{"x":"\u0001",${fill}}`],
  ['bytes that are no UTF-8', Buffer.from(`{"x":"\xff",${fill}}`, 'latin1')],
  ['bytes that are no UTF-8, in a key', Buffer.from(`{"\xc3":1,${fill}}`, 'latin1')],
  ['as deep as may be', `{"x":${'['.repeat(127)}${']'.repeat(127)},${fill}}`],
  ['too deep', `{"x":${'['.repeat(128)}${']'.repeat(128)},${fill}}`],
  ['keys of JavaScript', `{"__proto__":{"a":1},"constructor":2,"toString":3,${fill}}`],
  ['keys like integers', `{"2":1,"1":2,"a":1,${fill}}`],
]

describe('a body of which a part is decoded', () => {
  for (const script of scripts) {
    test(script, async () => {
      const pass = await passing(script)
      for (const type of ['', 'application/yaml']) {
        for (const [title, body] of odd)
          assert.equal(
            pass(Buffer.from(body as string), type, true),
            pass(Buffer.from(body as string), type, false),
            title,
          )
        fc.assert(
          fc.property(document, (text) => {
            const bytes = Buffer.from(text)
            assert.equal(pass(bytes, type, true), pass(bytes, type, false))
          }),
          { numRuns: 150, seed: 7 },
        )
      }
    })
  }
})

test('a body of more than a megabyte', async () => {
  const pass = await passing(scripts[0]!)
  const body = Buffer.from(`{"a":1,"x":"${'x'.repeat(1_200_000)}"}`)
  assert.equal(pass(body, '', true), pass(body, '', false))
})

test('the members that anything behind the port touches, and all if anything may touch all', async () => {
  const names = async (shape: Shape, from?: string) => (await touched(shape, from))?.names
  assert.deepEqual(await names({ request: 'let event.a = event.b.c; event' }), ['a', 'b'])
  assert.deepEqual(await names({ response: 'let event.a = 1; event' }, 'offramp/up'), ['a'])
  assert.equal(await names({ request: 'use std::record; let $n = record::keys(event); event' }), undefined)
  const select = (text: string) => ({ pipelines: { request: text } })
  assert.deepEqual(await names(select('select event from in where event.a == 1 into out;')), ['a'])
  assert.equal(await names(select('select event from in group by set(event.a) into out;')), undefined)
  const batch = 'define generic::batch operator b with count = 1 end; create operator b; '
  assert.equal(
    await names(select(`${batch} select event from in into b; select event from b into out;`)),
    undefined,
  )
})

const long = `{"a": 1, "x": "${'x'.repeat(200)}", "n": 1.0}`
table('long bodies', {
  'go out as they came but for what was changed, both ways': {
    request: 'let event.a = 2; event',
    response: 'let event.b = event.a; event',
    ask: 'POST / | Content-Type: application/json',
    body: long,
    seesBody: long.replace('1', '2'),
    says: '200 | Content-Type: application/json',
    saysBody: long,
    gets: [200, 'content-type: application/json'],
    getsBody: long.replace('}', ',"b":1}'),
  },
  'a script that fails has the whole body for whoever reads of it': {
    request: 'let event.a = event.nowhere; event',
    pipelines: {
      wrong: 'select {"x": event["event"].x, "n": event["event"].n} from in into out;',
    },
    links: {
      '/pipeline/request/{instance}/err': ['/pipeline/wrong/{instance}/in'],
      '/pipeline/wrong/{instance}/out': ['/onramp/web/{instance}/in'],
    },
    ask: 'POST / | Content-Type: application/json',
    body: long,
    gets: [200],
    getsBody: `{"x":"${'x'.repeat(200)}","n":1.0}`,
  },
  'what is not JSON is as bad as ever': {
    request: 'let event.a = 2; event',
    ask: 'POST / | Content-Type: application/json',
    body: `${long},`,
    sees: null,
    gets: [400, 'temblor-reason: bad_request'],
  },
  'an answer in another type is written in that': {
    request: 'let $request.headers["content-type"] = "application/yaml"; let event.a = 2; event',
    ask: 'POST / | Content-Type: application/json',
    body: long,
    sees: ['content-type: application/yaml'],
    seesBody: `a: 2\nx: ${'x'.repeat(200)}\nn: 1.0\n`,
    gets: [200],
  },
})
