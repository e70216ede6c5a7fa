/** The engine in random worlds: graphs, faults, clients that leave, reloads and drains, all from seeds, against an oracle of its own. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { campaign, sometimes } from './campaign.ts'
import { generateWorld } from './generate.ts'
import { onceBroken } from './once-broken.ts'
import { runWorld } from './run-world.ts'

/** About 14,000 requests. `node test/sim/run.ts --requests 100000` is the whole proof. */
const worlds = 900

describe('one request, one answer, in worlds from seeds', async () => {
  const result = await campaign({ from: 1, worlds, enough: 5 })

  test('every request is answered once, rightly, in time, and nothing of it remains', () => {
    assert.deepEqual(
      result.broken.map(({ seed, failures }) => `seed ${seed}: ${failures[0]!.rule}: ${failures[0]!.what}`),
      [],
    )
    assert.ok(result.requests > worlds * 10, `only ${result.requests} requests were made`)
  })

  for (const what of sometimes) {
    test(`it happened: ${what}`, () => assert.ok((result.seen.get(what) ?? 0) > 0))
  }

  test('for most requests the oracle allows exactly one answer', () => {
    assert.ok((result.seen.get('foreseen: exactly') ?? 0) > result.requests * 0.6)
  })
})

test('a seed is the whole story: the same one twice goes the same way', async () => {
  for (const seed of [3, 17, 225, 1277, 7366]) {
    const spec = generateWorld(seed)
    assert.deepEqual((await runWorld(spec)).trace, (await runWorld(spec)).trace)
  }
})

describe('worlds in which a promise was once broken', () => {
  for (const [name, spec] of Object.entries(onceBroken)) {
    test(name, async () => {
      const report = await runWorld(spec)
      assert.deepEqual(report.failures, [])
      assert.ok(report.requests > 0)
    })
  }
})
