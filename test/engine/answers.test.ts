/** One request, one answer, whatever happens: the table of engine-made answers, and what pipelines and upstreams may do. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { DROP } from '#dsl/program.ts'
import type { Rec } from '#dsl/value.ts'
import { heldSource, type UpstreamCall } from '#engine/tools/fake-transport.ts'
import { broken, graphOf, same, script } from '../support/graph.ts'
import { planOf, testWorld } from '../support/world.ts'

const links = [
  '/onramp/web/01/out -> /pipeline/request/01/in',
  '/pipeline/request/01/out -> /offramp/up/01/in',
  '/offramp/up/01/out -> /pipeline/response/01/in',
  '/pipeline/response/01/out -> /onramp/web/01/in',
]
const withErrors = [
  ...links,
  '/offramp/up/01/err -> /pipeline/failed/01/in',
  '/pipeline/failed/01/out -> /onramp/web/01/in',
]
const pass = graphOf(['in -> it', 'it -> out', 'it/err -> err'], { it: same })

interface Setup {
  request?: ReturnType<typeof graphOf>
  response?: ReturnType<typeof graphOf>
  links?: readonly string[]
  onramp?: object
  offramp?: object
  upstream?: ((call: UpstreamCall) => void) | null
}

async function proxy(setup: Setup = {}) {
  const it = testWorld()
  await it.engine.apply(
    planOf({
      onramps: { web: { port: 8080, ...setup.onramp } },
      offramps: { up: { endpoint: 'http://upstream/', ...setup.offramp } },
      pipelines: { request: setup.request ?? pass, response: setup.response ?? pass, failed: pass },
      links: setup.links ?? links,
    }),
  )
  if (setup.upstream !== null)
    it.transport.upstreams.set(
      'upstream',
      setup.upstream ?? ((call) => call.answer(200, ['content-type', 'text/plain'], 'hello')),
    )
  return it
}

function header(list: readonly string[], name: string): string | undefined {
  const index = list.findIndex((each, at) => at % 2 === 0 && each.toLowerCase() === name)
  return index < 0 ? undefined : list[index + 1]
}

test('the upstream answer goes back with its status, headers and body', async () => {
  const it = await proxy({
    upstream: (call) =>
      call.answer(
        201,
        ['content-type', 'text/plain', 'set-cookie', 'a=1', 'set-cookie', 'b=2'],
        `${call.request.method} ${call.request.path} ${call.body}`,
      ),
  })
  const sent = it.transport.send(8080, {
    method: 'PUT',
    target: '/x?y=1',
    body: 'ping',
    headers: ['host', 'h', 'content-type', 'text/plain'],
  })
  assert.deepEqual(sent.answers, [
    {
      status: 201,
      headers: ['content-type', 'text/plain', 'set-cookie', 'a=1', 'set-cookie', 'b=2'],
      body: 'PUT / ping',
      whole: true,
    },
  ])
})

describe('the engine answers by itself', () => {
  const cases: {
    name: string
    setup: Setup
    status: number
    reason: string
    advance?: number
    body?: string
  }[] = [
    {
      name: 'when a script drops the event',
      setup: { request: graphOf(['in -> it', 'it -> out'], { it: script(() => DROP) }) },
      status: 500,
      reason: 'dropped',
    },
    {
      name: 'when an event leaves by a port that leads nowhere',
      setup: { links: links.filter((link) => !link.startsWith('/pipeline/request')) },
      status: 500,
      reason: 'dropped',
    },
    {
      name: 'when a script fails and err is not linked',
      setup: { request: graphOf(['in -> it', 'it -> out', 'it/err -> err'], { it: broken }) },
      status: 500,
      reason: 'script_error',
    },
    {
      name: 'when a script fails on the way back, though the upstream said 200',
      setup: {
        response: graphOf(['in -> it', 'it -> out', 'it/err -> err'], { it: broken }),
        links: [...links, '/pipeline/response/01/err -> /onramp/web/01/in'],
      },
      status: 500,
      reason: 'script_error',
    },
    {
      name: 'when nothing listens upstream and err is not linked',
      setup: { upstream: null },
      status: 502,
      reason: 'upstream_unreachable',
    },
    {
      name: 'when the upstream cuts the connection',
      setup: { upstream: (call) => call.fail({ kind: 'reset', message: 'reset' }) },
      status: 502,
      reason: 'upstream_reset',
    },
    {
      name: 'when the upstream talks nonsense',
      setup: { upstream: (call) => call.fail({ kind: 'bad_response', message: 'nonsense' }) },
      status: 502,
      reason: 'bad_upstream_response',
    },
    {
      name: 'when the upstream takes too long',
      setup: { upstream: (call) => call.fail({ kind: 'timeout', phase: 'wait', message: 'late' }) },
      status: 504,
      reason: 'upstream_timeout',
    },
    {
      name: 'when the deadline passes',
      setup: { upstream: () => {} },
      advance: 31_000,
      status: 504,
      reason: 'deadline',
    },
    {
      name: 'when backpressure has nowhere to send it',
      setup: {
        request: graphOf(['in -> it', 'it/full -> out'], {
          it: script((frame) => ((frame.port = 'overflow'), frame.event)),
        }),
      },
      status: 503,
      reason: 'overflow',
    },
    {
      name: 'when the body cannot be decoded',
      setup: { request: graphOf(['in -> it', 'it -> out'], { it: script((frame) => frame.event, true) }) },
      body: '{"open',
      status: 400,
      reason: 'bad_request',
    },
    {
      name: 'when a body that must be read is too long',
      setup: {
        onramp: { max_body: 10 },
        request: graphOf(['in -> it', 'it -> out'], { it: script((frame) => frame.event, true) }),
      },
      body: '"0123456789"',
      status: 413,
      reason: 'body_too_large',
    },
  ]
  for (const { name, setup, status, reason, advance, body } of cases) {
    test(name, async () => {
      const it = await proxy(setup)
      const sent = it.transport.send(8080, { body: body ?? '' })
      if (advance !== undefined) it.clock.turn(advance)
      assert.equal(sent.answers.length, 1)
      const answer = sent.answers[0]!
      assert.equal(answer.status, status)
      assert.equal(header(answer.headers, 'temblor-reason'), reason)
      const said = JSON.parse(answer.body)
      assert.equal(said.reason, reason)
      assert.equal(said.event_id, '1:0:0')
      assert.equal(answer.whole, true)
    })
  }
})

test('the error event of an offramp passes through a pipeline as the page has it', async () => {
  const it = await proxy({ upstream: null, links: withErrors })
  const [answer] = it.transport.send(8080, {}).answers
  assert.equal(answer!.status, 502)
  assert.equal(answer!.body, '{"error":"ConnectFailed: failed to connect to the server","event_id":"1:0:0"}')
})

test('operators may give a reason another status', async () => {
  const it = await proxy({ upstream: null, onramp: { status: { upstream_unreachable: 521 } } })
  assert.equal(it.transport.send(8080, {}).answers[0]!.status, 521)
})

test('a body nobody reads is streamed: the answer begins before the upstream has ended', async () => {
  const body = heldSource()
  const it = await proxy({ upstream: (call) => call.answer(200, [], body) })
  const sent = it.transport.send(8080, {})
  body.push('first ')
  assert.deepEqual(
    sent.answers.map(({ body, whole }) => ({ body, whole })),
    [{ body: 'first ', whole: false }],
  )
  body.push('second')
  body.finish()
  assert.deepEqual(
    sent.answers.map(({ body, whole }) => ({ body, whole })),
    [{ body: 'first second', whole: true }],
  )
})

test('a client that leaves cancels the upstream call', async () => {
  const it = await proxy({ upstream: () => {} })
  const sent = it.transport.send(8080, {})
  sent.abort()
  assert.equal(it.transport.calls[0]!.aborted, true)
  assert.deepEqual(sent.answers, [])
})

test('an answer that comes after the deadline is dropped, its body cancelled', async () => {
  const late: UpstreamCall[] = []
  const it = await proxy({ upstream: (call) => late.push(call) })
  const sent = it.transport.send(8080, {})
  it.clock.turn(31_000)
  late[0]!.answer(200, [], 'late')
  assert.equal(sent.answers.length, 1)
  assert.equal(sent.answers[0]!.status, 504)
})

test('beyond concurrency events wait in line, and only past the queue they overflow', async () => {
  const waiting: UpstreamCall[] = []
  const it = await proxy({
    offramp: { concurrency: 1, queue: { size: 1 } },
    upstream: (call) => waiting.push(call),
  })
  const sent = ['a', 'b', 'c'].map((target) => it.transport.send(8080, { target: `/${target}` }))
  assert.equal(it.transport.calls.length, 1)
  assert.deepEqual(
    sent.map((each) => each.answers[0]?.status),
    [undefined, undefined, 503],
  )
  waiting[0]!.answer(200, [], 'one')
  assert.equal(it.transport.calls.length, 2)
  waiting[1]!.answer(200, [], 'two')
  assert.deepEqual(
    sent.map((each) => each.answers[0]?.status),
    [200, 200, 503],
  )
})

test('who waits in line longer than a second overflows', async () => {
  const it = await proxy({ offramp: { concurrency: 1 }, upstream: () => {} })
  const sent = [it.transport.send(8080, {}), it.transport.send(8080, {})]
  it.clock.turn(1100)
  assert.deepEqual(
    sent.map((each) => each.answers[0]?.status),
    [undefined, 503],
  )
})

describe('a dead upstream among two', () => {
  const balanced = graphOf(
    ['in -> rr', 'rr/one -> bp1', 'rr/two -> bp2', 'bp1 -> out/one', 'bp2 -> out/two'],
    {
      rr: ['qos::roundrobin', { outputs: ['one', 'two'] }],
      bp1: ['qos::backpressure', { timeout: 1000, steps: [100, 500] }],
      bp2: ['qos::backpressure', { timeout: 1000, steps: [100, 500] }],
    },
  )
  async function pair() {
    const it = testWorld()
    await it.engine.apply(
      planOf({
        onramps: { web: { port: 8080 } },
        offramps: { one: { endpoint: 'http://one/' }, two: { endpoint: 'http://two/' } },
        pipelines: { request: balanced },
        links: [
          '/onramp/web/01/out -> /pipeline/request/01/in',
          '/pipeline/request/01/one -> /offramp/one/01/in',
          '/pipeline/request/01/two -> /offramp/two/01/in',
          '/offramp/one/01/out -> /onramp/web/01/in',
          '/offramp/two/01/out -> /onramp/web/01/in',
        ],
      }),
    )
    it.transport.upstreams.set('two', (call) => call.answer(200, [], 'two'))
    const statuses = (n: number) =>
      Array.from({ length: n }, () => it.transport.send(8080, {}).answers[0]!.status)
    return { ...it, statuses }
  }

  test('fails one request, then is passed over, probed by connecting after each step, and taken back when it answers', async () => {
    const it = await pair()
    assert.deepEqual(it.statuses(6), [502, 200, 200, 200, 200, 200])
    it.clock.turn(150)
    assert.deepEqual(it.transport.probes, ['one'])
    assert.deepEqual(it.statuses(3), [200, 200, 200])
    it.transport.upstreams.set('one', (call) => call.answer(200, [], 'one'))
    it.clock.turn(600)
    assert.deepEqual(it.transport.probes, ['one', 'one'])
    assert.deepEqual(it.statuses(4), [200, 200, 200, 200])
    assert.deepEqual(
      it.transport.calls
        .slice(-4)
        .map((call) => call.request.host)
        .sort(),
      ['one', 'one', 'two', 'two'],
    )
  })

  test('a client that asks for what is not there closes nothing', async () => {
    const it = await pair()
    it.transport.upstreams.set('one', (call) => call.answer(404, [], ''))
    assert.deepEqual(it.statuses(4), [404, 200, 404, 200])
  })

  test('when all are down the answer says so at once', async () => {
    const it = await pair()
    it.transport.upstreams.clear()
    assert.deepEqual(it.statuses(4), [502, 502, 503, 503])
  })
})

test('a request that cannot be made is a 400, and closes no upstream', async () => {
  const it = await proxy({
    request: graphOf(['in -> it', 'it -> bp', 'bp -> out'], {
      it: script((frame) => {
        const request = (frame.meta as Rec)['request'] as Rec
        const method = (request['url'] as Rec)['path'] === '/bad' ? 'NO METHOD' : 'GET'
        frame.meta = { ...(frame.meta as Rec), request: { ...request, method } }
        return frame.event
      }),
      bp: ['qos::backpressure', { timeout: 1000, steps: [100] }],
    }),
    links: withErrors,
  })
  const statuses = ['/good', '/bad', '/good'].map(
    (target) => it.transport.send(8080, { target }).answers[0]!.status,
  )
  assert.deepEqual(statuses, [200, 400, 200])
})

test('an onramp whose port leads nowhere answers at once', async () => {
  const it = testWorld()
  await it.engine.apply(planOf({ onramps: { web: { port: 8080 } }, links: [], ramps: {} }))
  const [answer] = it.transport.send(8080, {}).answers
  assert.equal(answer!.status, 500)
  assert.equal(header(answer!.headers, 'temblor-reason'), 'dropped')
})

test('a script cannot break the framing: a line break in a header is a 500, not a header', async () => {
  const response = graphOf(['in -> it', 'it -> out'], {
    it: script((frame) => {
      frame.meta = { ...(frame.meta as Rec), response: { status: 200, headers: { x: 'a\r\nset-cookie: b' } } }
      return frame.event
    }),
  })
  const it = await proxy({ response })
  const [answer] = it.transport.send(8080, {}).answers
  assert.equal(answer!.status, 500)
  assert.equal(header(answer!.headers, 'temblor-reason'), 'script_error')
  assert.equal(header(answer!.headers, 'x'), undefined)
})
