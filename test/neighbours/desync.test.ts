/** The desync matrix beside nginx, HAProxy and Varnish, in one run. Prints the table; holds Temblor to what it promises. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columns, table } from '../http/desync/verdict.ts'
import { matrix } from '../http/desync.ts'
import { malformedRequests } from '../http/vectors.ts'

test('malformed and valid requests through each', async () => {
  const tallies = await matrix()
  console.log(table(tallies))
  for (const peer of ['nginx', 'HAProxy']) assert.ok(tallies.has(peer), `${peer} is not installed`)
  for (const front of ['Temblor (own)', 'Temblor (node)']) {
    const tally = tallies.get(front)!
    for (const [heading, key] of columns)
      if (key !== 'refused') assert.deepEqual(tally[key], [], `${front}, ${heading}`)
    assert.equal(tally.refused.length, malformedRequests.length)
  }
})
