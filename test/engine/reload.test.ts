/** A new configuration is built beside the old, takes over in one step, and keeps what did not change. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Rec } from '#dsl/value.ts'
import type { UpstreamCall } from '#engine/tools/fake-transport.ts'
import { graphOf, script } from '../support/graph.ts'
import { planOf, testWorld } from '../support/world.ts'

/** Answers with a header that names the configuration, and counts in its state. */
function stamp(name: string) {
  const program = script((frame) => {
    frame.state = Number(frame.state ?? 0) + 1
    const response = ((frame.meta as Rec)['response'] ?? {}) as Rec
    frame.meta = {
      ...(frame.meta as Rec),
      response: { ...response, headers: { by: name, count: String(frame.state) } },
    }
    return frame.event
  })
  const graph = graphOf(['in -> it', 'it -> out'], { it: program })
  return { ...graph, source: { name: `${name}.trickle`, text: name } }
}

function proxyPlan(name: string, more: { onramp?: object; port?: number; endpoint?: string } = {}) {
  return planOf({
    onramps: { web: { port: more.port ?? 8080, ...more.onramp } },
    offramps: { up: { endpoint: more.endpoint ?? 'http://upstream/' } },
    pipelines: { response: stamp(name) },
    links: [
      '/onramp/web/01/out -> /offramp/up/01/in',
      '/offramp/up/01/out -> /pipeline/response/01/in',
      '/pipeline/response/01/out -> /onramp/web/01/in',
    ],
  })
}

async function running() {
  const it = testWorld()
  const calls: UpstreamCall[] = []
  it.transport.upstreams.set('upstream', (call) => calls.push(call))
  await it.engine.apply(proxyPlan('old'))
  const ask = () => it.transport.send(8080, {})
  const answerAll = () => {
    for (const call of calls.splice(0)) call.answer(200, [], 'ok')
  }
  return { ...it, calls, ask, answerAll }
}

test('a request finishes where it began, the next one goes the new way', async () => {
  const it = await running()
  const before = it.ask()
  await it.engine.apply(proxyPlan('new'))
  const after = it.ask()
  it.answerAll()
  assert.deepEqual(before.answers[0]!.headers, ['by', 'old', 'count', '1'])
  assert.deepEqual(after.answers[0]!.headers, ['by', 'new', 'count', '1'])
})

test('what did not change lives on: the state of its scripts, and its connections', async () => {
  const it = await running()
  it.ask()
  it.answerAll()
  await it.engine.apply(proxyPlan('old', { onramp: { max_body: 5 } }))
  const after = it.ask()
  it.answerAll()
  assert.deepEqual(after.answers[0]!.headers, ['by', 'old', 'count', '2'])
})

test('an onramp whose settings change keeps its socket', async () => {
  const it = await running()
  await it.engine.apply(proxyPlan('old', { onramp: { status: { overflow: 529 } } }))
  const after = it.ask()
  it.answerAll()
  assert.equal(after.answers[0]!.status, 200)
})

test('a part that cannot start leaves everything as it was', async () => {
  const it = await running()
  const both = proxyPlan('new')
  const second = { ...both.onramps[0]!, address: '/onramp/second/01', id: 'second' }
  await assert.rejects(
    it.engine.apply({ ...both, onramps: [second, ...both.onramps] }),
    /Cannot start .*port 8080 is taken/,
  )
  const after = it.ask()
  it.answerAll()
  assert.deepEqual(after.answers[0]!.headers, ['by', 'old', 'count', '1'])
})

test('what is gone from the configuration is let go once its requests are over', async () => {
  const it = await running()
  const before = it.ask()
  await it.engine.apply(proxyPlan('new', { port: 9090 }))
  const after = it.transport.send(9090, {})
  it.answerAll()
  assert.equal(before.answers[0]!.status, 200)
  assert.equal(after.answers[0]!.status, 200)
  await new Promise((resolve) => setImmediate(resolve))
  assert.throws(() => it.ask(), /nothing listens on port 8080/)
})

test('stopping refuses what is new and finishes what is in flight', async () => {
  const it = await running()
  const before = it.ask()
  const stopped = it.engine.stop(25_000)
  const refused = it.ask()
  it.answerAll()
  assert.equal(await stopped, true)
  assert.equal(before.answers[0]!.status, 200)
  assert.equal(refused.answers[0]!.status, 503)
})

test('what does not finish in time is cut when stopping', async () => {
  const it = await running()
  it.ask()
  const stopped = it.engine.stop(25_000)
  it.clock.turn(25_000)
  assert.equal(await stopped, false)
})
