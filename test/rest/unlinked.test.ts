/** Ramps that answer nobody: an onramp that says 202, an offramp that sends and forgets, batches, and what is counted. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { handClock } from '#engine/tools/hand-clock.ts'
import { dial, turnOfTheLoop } from '../http/rig.ts'
import { transports } from '../support/transports.ts'
import { answer, field, request, statusOf } from './message.ts'
import { planOf, type Shape, type Stand, stand, type Upstream, upstream } from './stand.ts'
import { converse } from './table.ts'

const oneWay = {
  links: {
    '/pipeline/request/{instance}/err': [],
    '/offramp/up/{instance}/out': [],
    '/offramp/up/{instance}/err': [],
    '/pipeline/internal_error_processing/{instance}/out': [],
    '/pipeline/response/{instance}/out': [],
    '/pipeline/response/{instance}/err': [],
  },
}
const unlinked: Shape = { onramp: { linked: false }, offramp: { linked: false }, ...oneWay }

/** Answers from the pipeline, and sends a copy to an offramp nobody hears of. */
const audited: Shape = {
  offramp: { linked: false },
  pipelines: { request: 'select event from in into out/reply; select event from in into out/audit;' },
  links: {
    ...oneWay.links,
    '/pipeline/request/{instance}/out': [],
    '/pipeline/request/{instance}/reply': ['/onramp/web/{instance}/in'],
    '/pipeline/request/{instance}/audit': ['/offramp/up/{instance}/in'],
  },
}

const batching = (count: number): Shape => ({
  ...unlinked,
  pipelines: {
    request: `define generic::batch operator three with count = ${count} end;
create operator three;
select event from in into three;
select event from three into out;`,
  },
})

for (const transport of [transports.own, transports.node])
  describe(`over ${transport.name}`, () => {
    async function meet(
      shape: Shape,
      say: Parameters<typeof upstream>[0],
      talk: (proxy: Stand, source: Upstream) => Promise<void>,
      clock = undefined as ReturnType<typeof handClock> | undefined,
    ): Promise<void> {
      const source = await upstream(say)
      let proxy: Stand | undefined
      try {
        proxy = await stand(shape, { transport, upstream: source.port, ...(clock && { clock }) })
        await talk(proxy, source)
      } finally {
        await proxy?.close()
        source.close()
      }
    }

    describe('an unlinked onramp', () => {
      test('says 202 without content as soon as the body is there, whatever becomes of the event', () =>
        meet(unlinked, answer('500'), async (proxy, source) => {
          const got = await converse(
            proxy.port,
            request('POST / | Content-Type: application/json', '{"a":1}'),
          )
          assert.equal(statusOf(got), 202)
          assert.equal(got.body, '')
          await until(() => source.requests.length === 1)
          assert.equal(source.requests[0]!.body, '{"a":1}')
        }))

      test('refuses what it cannot decode', () =>
        meet(unlinked, answer('200'), async (proxy) => {
          const got = await converse(proxy.port, request('POST / | Content-Type: application/json', '{"a"'))
          assert.equal(statusOf(got), 400)
        }))

      test('refuses what is too long', () =>
        meet(
          { ...unlinked, onramp: { linked: false, config: { max_body: 3 } } },
          answer('200'),
          async (proxy) => {
            const got = await converse(proxy.port, request('POST /', '{"a":1}'))
            assert.equal(statusOf(got), 413)
          },
        ))
    })

    describe('an unlinked offramp', () => {
      test('is sent a copy though the request was answered before', () =>
        meet(audited, answer('200'), async (proxy, source) => {
          const got = await converse(proxy.port, request('POST / | Content-Type: text/plain', 'snot'))
          assert.equal(statusOf(got), 200)
          assert.equal(got.body, 'snot')
          await until(() => source.requests.length === 1)
          assert.equal(source.requests[0]!.body, 'snot')
        }))

      test('is sent it though the client has gone', () =>
        meet(
          audited,
          () => undefined,
          async (proxy, source) => {
            const client = await dial(proxy.port)
            client.write(request('POST /', 'snot'))
            client.socket.destroy()
            await until(() => source.requests.length === 1)
          },
        ))

      test('waits for nobody: an upstream that never answers costs the client nothing', () =>
        meet(
          audited,
          () => undefined,
          async (proxy) => {
            assert.equal(statusOf(await converse(proxy.port, request('POST /', 'snot'))), 200)
          },
        ))

      test('says in the log that the server did not take an event', () =>
        meet(audited, answer('507'), async (proxy) => {
          await converse(proxy.port, request('POST /', 'snot'))
          await until(() => proxy.log.some(({ status }) => status === 507))
        }))

      test('throws long answers away and counts them as taken', () =>
        meet(
          { ...audited, offramp: { linked: false, config: { max_body: 10 } } },
          answer('200', 'x'.repeat(100_000)),
          async (proxy, source) => {
            await converse(proxy.port, request('POST /', 'snot'))
            await until(() => source.requests.length === 1)
            await proxy.engine.stop(1000)
            assert.deepEqual(
              proxy.log.filter(({ level }) => level === 'warn' || level === 'error'),
              [],
            )
          },
        ))
    })

    describe('a batch', () => {
      test('goes out as one request: what the first event asks for, all bodies behind one another', () =>
        meet(batching(3), answer('200'), async (proxy, source) => {
          for (const n of [1, 2, 3])
            await converse(
              proxy.port,
              request(`POST / | X-N: ${n} | Content-Type: application/json`, `{"n":${n}}`),
            )
          await until(() => source.requests.length === 1)
          const [seen] = source.requests
          assert.equal(seen!.body, '{"n":1}{"n":2}{"n":3}')
          assert.equal(field(seen!.fields, 'x-n'), '1')
        }))

      test('goes through the postprocessors event by event', () =>
        meet(
          { ...batching(2), offramp: { linked: false, postprocessors: ['lines'] } },
          answer('200'),
          async (proxy, source) => {
            for (const n of [1, 2]) await converse(proxy.port, request('POST /', `{"n":${n}}`))
            await until(() => source.requests.length === 1)
            assert.equal(source.requests[0]!.body, '{"n":1}\n{"n":2}\n')
          },
        ))

      test('is refused by a linked offramp: each request in it is answered 400', () =>
        meet({ pipelines: batching(2).pipelines! }, answer('200'), async (proxy, source) => {
          const got = await Promise.all([1, 2].map(() => converse(proxy.port, request('POST /', '{}'))))
          assert.deepEqual(got.map(statusOf), [400, 400])
          assert.equal(source.requests.length, 0)
        }))

      test('is no answer: 500 for each', () =>
        meet(
          {
            pipelines: batching(2).pipelines!,
            links: { '/pipeline/request/{instance}/out': ['/onramp/web/{instance}/in'] },
          },
          answer('200'),
          async (proxy) => {
            const got = await Promise.all([1, 2].map(() => converse(proxy.port, request('POST /', '{}'))))
            assert.deepEqual(got.map(statusOf), [500, 500])
          },
        ))

      test('that waits for more is answered for by the deadline', async () => {
        const clock = handClock()
        await meet(
          { pipelines: batching(2).pipelines!, onramp: { deadline: 5000 } },
          answer('200'),
          async (proxy) => {
            const got = converse(proxy.port, request('POST /', '{}'))
            await until(() => proxy.engine.status().inFlight === 1)
            clock.turn(5000)
            assert.equal(statusOf(await got), 504)
          },
          clock,
        )
      })
    })
  })

test('an onramp with err_required and no link from `err` does not start', async () => {
  await assert.rejects(planOf({ onramp: { err_required: true } }), /err_required/)
})

async function until(holds: () => boolean): Promise<void> {
  const limit = performance.now() + 3000
  while (!holds()) {
    assert.ok(performance.now() < limit, 'waited in vain')
    await turnOfTheLoop()
  }
}
