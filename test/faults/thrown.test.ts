/**
 * F15: an exception that nobody expects, thrown in every place where a component can throw one. The request it happened to is answered
 * 500 or 502, the next one is served, and the process lives.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { map } from 'rxjs'
import { type Catalogue, loadCatalogue } from '#engine/catalogue.ts'
import { defineCodec } from '#engine/codec.ts'
import { defineOperator, type Operator } from '#engine/operator.ts'
import { definePostprocessor, definePreprocessor } from '#engine/processor.ts'
import { handClock } from '#engine/tools/hand-clock.ts'
import { turnOfTheLoop } from '../http/rig.ts'
import { answer, request, statusOf } from '../rest/message.ts'
import { type Shape, stand, upstream } from '../rest/stand.ts'
import { converse } from '../rest/table.ts'
import { transports } from '../support/transports.ts'

function planted(): never {
  throw new TypeError('planted')
}

const plain = (await loadCatalogue()).codecs.get('json')!

/** One component of each kind that throws on a body that holds "bad", and does its work on others. */
const bad = (bytes: Uint8Array | string) => Buffer.from(bytes as string).includes('bad')
const codecs = {
  'bad-decode': defineCodec({
    ...plain,
    mime: [],
    decode: (bytes, ns) => (bad(bytes) ? planted() : plain.decode(bytes, ns)),
  }),
  'bad-encode': defineCodec({
    ...plain,
    mime: [],
    encode: (value) => (bad(JSON.stringify(value)) ? planted() : plain.encode(value)),
  }),
}
const preprocessor = definePreprocessor({
  doc: '',
  examples: [],
  create: () => ({ push: (bytes) => (bad(bytes) ? planted() : [bytes]), end: () => [] }),
})
const postprocessor = definePostprocessor({
  doc: '',
  examples: [],
  create: () => ({ process: (bytes) => (bad(bytes) ? planted() : [bytes]) }),
})
const operator = defineOperator({
  doc: '',
  config: {},
  ports: ['out'],
  readsEvent: true,
  examples: [],
  create: () => ({
    flow: map(([, event]) => (bad(JSON.stringify(event.payload.value)) ? planted() : ['out', event])),
  }),
})

async function withPlanted(): Promise<Catalogue> {
  const own = await loadCatalogue()
  return {
    ...own,
    codecs: new Map([...own.codecs, ...Object.entries(codecs)]),
    preprocessors: new Map([...own.preprocessors, ['bad', preprocessor]]),
    postprocessors: new Map([...own.postprocessors, ['bad', postprocessor]]),
    operators: new Map([...own.operators, ['test::bad', operator]]),
  }
}

const through = `define test::bad operator it; create operator it;
select event from in into it; select event from it into out;`
const changes = 'merge event of {"seen": true} end'

const places: Readonly<Record<string, Shape>> = {
  'the codec of an onramp, decoding': { onramp: { codec: 'bad-decode' }, request: changes },
  'the codec of an onramp, encoding': { onramp: { codec: 'bad-encode' }, response: changes },
  'a preprocessor of an onramp': { onramp: { preprocessors: ['bad'] } },
  'a postprocessor of an onramp': { onramp: { postprocessors: ['bad'] }, response: changes },
  'the codec of an offramp, encoding': { offramp: { codec: 'bad-encode' }, request: changes },
  'the codec of an offramp, decoding': { offramp: { codec: 'bad-decode' }, response: changes },
  'a preprocessor of an offramp': { offramp: { preprocessors: ['bad'] } },
  'a postprocessor of an offramp': { offramp: { postprocessors: ['bad'] }, request: changes },
  'an operator, on the way there': { pipelines: { request: through } },
  'an operator, on the way back': { pipelines: { response: through } },
}

const uncaught: unknown[] = []
const hear = (error: unknown) => void uncaught.push(error)

before(() => {
  process.on('uncaughtException', hear)
  process.on('unhandledRejection', hear)
})
after(() => {
  process.off('uncaughtException', hear)
  process.off('unhandledRejection', hear)
})

for (const transport of [transports.own, transports.node])
  describe(`a throw, over ${transport.name}`, () => {
    for (const [place, shape] of Object.entries(places))
      for (const [framing, ask] of [
        ['with a length', (body: string) => request('POST /', body)],
        [
          'in chunks',
          (body: string) =>
            request(
              'POST / | Transfer-Encoding: chunked',
              `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
            ),
        ],
      ] as const)
        test(`in ${place}, a body ${framing}`, async () => {
          const source = await upstream(({ body }) => answer('200', body))
          const proxy = await stand(shape, {
            transport,
            upstream: source.port,
            catalogue: await withPlanted(),
          })
          try {
            const first = await converse(proxy.port, ask('{"a":"good"}'))
            assert.equal(statusOf(first), 200, JSON.stringify([first.body, proxy.log]))
            const got = await converse(proxy.port, ask('{"a":"bad"}'))
            assert.ok([500, 502].includes(statusOf(got)), got.start)
            assert.doesNotMatch(got.body, /planted/)
            assert.equal(statusOf(await converse(proxy.port, ask('{"a":"good"}'))), 200)
            await turnOfTheLoop()
            assert.equal(proxy.engine.status().inFlight, 0)
            assert.deepEqual(uncaught.splice(0), [])
            assert.ok(JSON.stringify(proxy.log).includes('planted'), 'the log says nothing of it')
          } finally {
            await proxy.close()
            source.close()
          }
        })
  })

/** Where no request is being carried: beside the flow and against it. */
const besides: Readonly<Record<string, () => Operator>> = {
  'on a signal': () => ({
    flow: map(([, event]) => ['out', event]),
    signal: map(() => planted()),
  }),
  'on an insight': () => ({
    flow: map(([, event]) => ['out', event]),
    contraflow: map(() => planted()),
  }),
}

for (const [place, create] of Object.entries(besides))
  test(`an operator that throws ${place}: requests go on, nothing is uncaught`, async () => {
    const known = await withPlanted()
    const throwing = { ...operator, readsEvent: false, create }
    const catalogue = { ...known, operators: new Map([...known.operators, ['test::bad', throwing]]) }
    const clock = handClock()
    const source = await upstream(answer('200'))
    const proxy = await stand(
      { pipelines: { request: through } },
      { upstream: source.port, catalogue, clock },
    )
    try {
      for (let i = 0; i < 3; i++) {
        assert.equal(statusOf(await converse(proxy.port, request('POST /', '{}'))), 200)
        clock.turn(1000)
      }
      assert.deepEqual(uncaught.splice(0), [])
      assert.ok(JSON.stringify(proxy.log).includes('planted'), 'the log says nothing of it')
    } finally {
      await proxy.close()
      source.close()
    }
  })
