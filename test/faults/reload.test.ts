/** F12, F13, F14: configurations change under load, some of them broken. Nobody who asks notices, and nothing stays behind. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { turnOfTheLoop } from '../http/rig.ts'
import { answer, field, type Message, request } from '../rest/message.ts'
import { planOf, type Shape, stand, upstream } from '../rest/stand.ts'
import { counts, load, pause } from './load.ts'

/** Says on the way there and on the way back which generation it is. */
const generation = (n: number, port: number): Shape => ({
  request: `let $correlation = ${n}; event`,
  response: `let $response.headers["x-generations"] = "#{$correlation} ${n}"; event`,
  onramp: { config: { port, keep_alive: `${60 + (n % 3)}s` } },
  offramp: { config: { concurrency: 256 + (n % 2) } },
})

const invalid: readonly ((port: number) => Shape)[] = [
  (port) => ({ ...generation(0, port), request: 'let $correlation = ; event' }),
  (port) => ({ ...generation(0, port), request: 'nowhere::to(event)' }),
  (port) => ({ ...generation(0, port), onramp: { config: { port, keep_alive: 'long' } } }),
  (port) => ({ ...generation(0, port), links: { '/onramp/web/{instance}/out': ['/pipeline/absent/01/in'] } }),
  (port) => ({ ...generation(0, port), offramp: { config: { endpoint: 'ftp://x' } } }),
]

test('100 reloads, 20 of them invalid, under 20 connections kept alive and 5 new ones at a time: none fails', async () => {
  const source = await upstream(answer('200', 'ok'))
  const free = await upstream('')
  free.close()
  const { port } = free
  const proxy = await stand(generation(0, port), { upstream: source.port })
  let mixed = 0
  const seen = new Set<string>()
  const options = {
    request: request('GET /'),
    onAnswer(message: Message) {
      const [asked, answered] = (field(message.fields, 'x-generations') ?? ' ').split(' ')
      seen.add(asked!)
      if (asked !== answered) mixed++
    },
  }
  const kept = load(port, { ...options, connections: 20, pauseMs: 0 })
  const fresh = load(port, { ...options, connections: 5, pauseMs: 0, fresh: true })
  let refused = 0
  try {
    for (let n = 1; n <= 100; n++) {
      if (n % 5 === 0) {
        await assert.rejects(planOf(invalid[(n / 5) % invalid.length]!(port)))
        refused++
      } else await proxy.engine.apply(await planOf(generation(n, port)))
      for (let i = 0; i < 10; i++) await turnOfTheLoop()
    }
  } finally {
    await Promise.all([kept.stop(), fresh.stop()])
    await proxy.close()
    source.close()
  }
  console.log(
    `100 reloads (${refused} refused): kept ${counts(kept)}; new ${counts(fresh)}; failed ${kept.failed + fresh.failed}, resets ${kept.resets + fresh.resets}; ${seen.size} generations answered`,
  )
  assert.equal(kept.failed + fresh.failed, 0)
  assert.equal(kept.resets + fresh.resets, 0)
  assert.deepEqual([...kept.statuses.keys(), ...fresh.statuses.keys()], [200, 200])
  assert.equal(mixed, 0, 'answers of two generations')
  assert.ok(seen.size > 40, `only ${seen.size} generations were seen at work`)
})

test('a part that cannot start leaves what runs as it is', async () => {
  const source = await upstream(answer('200', 'ok'))
  const proxy = await stand({}, { upstream: source.port })
  const clients = load(proxy.port, { connections: 3, request: request('GET /') })
  // The upstream's port is taken, as every operator will once mistake it.
  const taken = await planOf({ onramp: { config: { port: source.port } } })
  await assert.rejects(proxy.engine.apply(taken), /something listens at 127\.0\.0\.1:\d+ already/)
  for (let i = 0; i < 50; i++) await turnOfTheLoop()
  await clients.stop()
  await proxy.close()
  source.close()
  assert.equal(clients.failed, 0)
  assert.deepEqual([...clients.statuses.keys()], [200])
})

test('500 reloads keep less than 10 kB each, and no timer, socket or listener', async () => {
  setFlagsFromString('--expose-gc')
  // The last resort also forgets compiled code that V8 keeps for a while, in case the same text comes again.
  const collect = runInNewContext('gc') as (how: object) => void
  const gc = () => collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  const source = await upstream(answer('200', 'ok'))
  const free = await upstream('')
  free.close()
  const proxy = await stand(generation(0, free.port), { upstream: source.port })
  const reloads = async (from: number, to: number) => {
    for (let n = from; n < to; n++) {
      await proxy.engine.apply(await planOf(generation(n, free.port)))
      await turnOfTheLoop()
    }
    for (let i = 0; i < 3; i++) {
      await turnOfTheLoop()
      gc()
    }
    return process.memoryUsage().heapUsed
  }
  const start = await reloads(1, 60)
  const before = await settled()
  const end = await reloads(60, 560)
  const kept = (end - start) / 500
  const after = await settled()
  await proxy.close()
  source.close()
  console.log(`a reload keeps ${(kept / 1000).toFixed(1)} kB; open resources ${before} -> ${after}`)
  assert.ok(kept < 10_000, `${Math.round(kept)} bytes are kept for each reload`)
  assert.equal(after, before)
})

/** Once nothing has come or gone for longer than a listener that drains leaves its idle clients. */
async function settled(): Promise<string> {
  let last = resources()
  for (let same = 0; same < 24; same++) {
    await pause(50)
    const now = resources()
    if (now !== last) same = 0
    last = now
  }
  return last
}

/** What keeps the process alive, as `TCPServerWrap*2, Timeout*1`. */
function resources(): string {
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo())
    if (kind !== 'Immediate' && kind !== 'Timeout') counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return [...counts]
    .map(([kind, count]) => `${kind}*${count}`)
    .sort()
    .join(', ')
}
