/** Level C of the simulation, the short way: a process between chaotic networks, reloads, attacks and a stop. `node test/sim/chaos.ts` runs longer. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { chaos } from '../sim/chaos/run.ts'

for (const transport of ['own', 'node'] as const)
  test(`one request, one answer, whatever the networks do, over ${transport}`, async () => {
    const report = await chaos({ seed: 1, seconds: 6, clients: 16, transport })
    console.log(
      `${transport}: ${report.requests} requests, ${report.attempts} seen upstream, ${report.attacks} attacks, ${report.reloads.applied} reloads and ${report.reloads.refused} refused`,
    )
    assert.deepEqual(report.violations, [])
    assert.deepEqual(report.trouble, [])
    assert.equal(report.exitCode, 0)
    assert.ok(report.requests > 100 && report.attacks > 10)
    assert.ok(report.reloads.applied > 3 && report.reloads.refused > 0)
    for (const what of ['200, whole', '200, cut', '502, whole'])
      assert.ok((report.counts.get(what) ?? 0) > 0, `never seen: ${what}`)
  })
