/** The same worlds over real sockets and each transport, sent in pieces cut anywhere: more than 5,000 requests. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { socketCampaign } from './campaign.ts'

/** What must happen, or it does not test what it says. */
const sometimes = [
  'sockets: a connection used again',
  'sockets: pipelined',
  'sockets: never its turn',
  'sockets: reload with requests in flight',
  'sockets: invalid with requests in flight',
  'sockets: stop with requests in flight',
  'sockets: end cut',
  'sockets: end left, unanswered',
]

for (const [transport, requests] of [
  ['own', 4000],
  ['node', 1200],
] as const) {
  describe(`one request, one answer, over ${transport}`, async () => {
    const { broken, seen, ...made } = await socketCampaign(transport, {
      from: 1,
      worlds: Infinity,
      requests,
      enough: 5,
    })
    test(`${requests} requests are answered once, rightly, in time`, () => {
      assert.deepEqual(
        broken.map(({ seed, failures }) => `seed ${seed}: ${failures[0]!.rule}: ${failures[0]!.what}`),
        [],
      )
      assert.ok(made.requests >= requests)
    })
    for (const what of sometimes)
      test(`it happened: ${what.slice(9)}`, () => assert.ok((seen.get(what) ?? 0) > 0))
  })
}
