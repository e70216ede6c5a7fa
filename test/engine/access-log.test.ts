/** `access_log`: one line a request, with every place it visited. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sampled } from '#engine/http/access-log.ts'
import { type Log, silentLog } from '#engine/log.ts'
import { graphOf, same } from '../support/graph.ts'
import { planOf, testWorld } from '../support/world.ts'

const pass = graphOf(['in -> it', 'it -> out'], { it: same })

async function logged(access: unknown, requests: number, headers: readonly string[] = ['host', 'h']) {
  const lines: Record<string, unknown>[] = []
  const info = (fields: unknown, text?: string) => {
    if (text === 'request') lines.push(fields as Record<string, unknown>)
  }
  const it = testWorld({ log: { ...silentLog, info } as Log })
  await it.engine.apply(
    planOf({
      onramps: { web: { port: 8080, access_log: access } },
      offramps: { up: { endpoint: 'http://upstream/' } },
      pipelines: { request: pass, response: pass },
      links: [
        '/onramp/web/01/out -> /pipeline/request/01/in',
        '/pipeline/request/01/out -> /offramp/up/01/in',
        '/offramp/up/01/out -> /pipeline/response/01/in',
        '/pipeline/response/01/out -> /onramp/web/01/in',
      ],
    }),
  )
  it.transport.upstreams.set('upstream', (call) => call.answer(200, [], 'hello'))
  for (let i = 0; i < requests; i++) it.transport.send(8080, { target: '/x?y=1', headers })
  return lines
}

test('on: what was asked, what was answered, and the address of every place it visited', async () => {
  const [line] = await logged('on', 1)
  assert.deepEqual(line, {
    node: '/onramp/web/01',
    event_id: '1:0:0',
    method: 'GET',
    target: '/x?y=1',
    host: 'localhost',
    client: '127.0.0.1',
    status: 200,
    bytes: 5,
    duration_ms: 0,
    visited: [
      '/onramp/web/01/out',
      '/pipeline/request/01/out',
      '/offramp/up/01/in',
      '/offramp/up/01/out',
      '/pipeline/response/01/out',
    ],
  })
})

test('off: nothing', async () => {
  assert.deepEqual(await logged('off', 3), [])
})

test('a share: that many, evenly spread', async () => {
  const lines = await logged(0.25, 8)
  assert.deepEqual(
    lines.map((line) => line['event_id']),
    ['1:0:3', '1:0:7'],
  )
  assert.equal(Array.from({ length: 1000 }, (_, n) => sampled(n, 0.01)).filter(Boolean).length, 10)
})

test('the trace a request belongs to is on its line', async () => {
  const [line] = await logged('on', 1, [
    'traceparent',
    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  ])
  assert.equal(line!['trace_id'], '0af7651916cd43dd8448eb211c80319c')
  const [odd] = await logged('on', 1, ['traceparent', 'nonsense'])
  assert.equal(Object.hasOwn(odd!, 'trace_id'), false)
})
