/** Malformed requests are never forwarded, valid ones never refused, malformed answers never passed on: over each transport. */
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Transport } from '#engine/http/transport.ts'
import {
  converse,
  dial,
  type Forwarded,
  isCut,
  type Rig,
  recorder,
  rig,
  statuses,
  type Upstream,
  upstream,
} from './rig.ts'
import {
  allTransports,
  malformedAnswers,
  malformedRequests,
  type ValidRequest,
  validRequests,
} from './vectors.ts'

const SPLIT = [
  'chunked: a trailer',
  'several requests: a body, then another request',
  'host: an address and another Host',
]
const SPLIT_BAD = [
  'chunk: a lone LF behind the data',
  'field line: a field line folded with a blank',
  'version: version two',
]

for (const transport of allTransports) {
  describe(`over ${transport.name}`, () => {
    describe('malformed requests', () => overRecorder(transport, refuseAll))
    describe('valid requests', () => overRecorder(transport, acceptAll))
    describe('requests split at each position', () => overRecorder(transport, splitSome))
    malformedAnswersOver(transport)
  })
}

interface Bench {
  readonly upstream: Upstream & { readonly requests: Forwarded[] }
  readonly rig: Rig
}

function overRecorder(transport: Transport, body: (bench: () => Bench) => void): void {
  let bench: Bench
  before(async () => {
    const recording = await recorder()
    bench = { upstream: recording, rig: await rig(transport, { upstream: recording.port }) }
  })
  after(() => {
    assert.deepEqual(bench.rig.troubles, [])
    bench.rig.close()
    bench.upstream.close()
  })
  body(() => bench)
}

function refuseAll(bench: () => Bench): void {
  for (const vector of malformedRequests) {
    it(`${vector.family}: ${vector.name}`, async () => {
      const { upstream, rig } = bench()
      const before = upstream.requests.length
      const client = await dial(rig.listener.port)
      client.write(vector.send)
      await client.until((one) => one.closed)
      client.socket.destroy()
      const seen = statuses(client.received)
      assert.ok(
        seen.length === 1 && vector.status.includes(seen[0]!),
        `answered ${seen}, right would be ${vector.status}`,
      )
      assert.equal(upstream.requests.length, before, 'the upstream got a whole request')
    })
  }
}

function acceptAll(bench: () => Bench): void {
  for (const vector of validRequests) {
    it(`${vector.family}: ${vector.name}`, async () => {
      const { upstream, rig } = bench()
      upstream.requests.length = 0
      const { received } = await converse(rig.listener.port, [vector.send], vector.answers.length)
      assert.deepEqual(statuses(received), vector.answers)
      assert.deepEqual(upstream.requests.map(seenAs), vector.forwarded)
    })
  }
}

function seenAs(request: Forwarded): ValidRequest['forwarded'][number] {
  return { line: request.head.slice(0, request.head.indexOf('\r\n')), body: request.body }
}

function splitSome(bench: () => Bench): void {
  for (const vector of validRequests.filter((one) => SPLIT.includes(`${one.family}: ${one.name}`))) {
    it(`${vector.family}: ${vector.name}`, async () => {
      const { upstream, rig } = bench()
      for (let at = 1; at < vector.send.length; at++) {
        upstream.requests.length = 0
        const parts = [vector.send.slice(0, at), vector.send.slice(at)]
        const { received } = await converse(rig.listener.port, parts, vector.answers.length)
        assert.deepEqual(statuses(received), vector.answers, `split at ${at}`)
        assert.deepEqual(upstream.requests.map(seenAs), vector.forwarded, `split at ${at}`)
      }
    })
  }
  for (const vector of malformedRequests.filter((one) => SPLIT_BAD.includes(`${one.family}: ${one.name}`))) {
    it(`${vector.family}: ${vector.name}`, async () => {
      const { upstream, rig } = bench()
      for (let at = 1; at < vector.send.length; at++) {
        upstream.requests.length = 0
        const { received } = await converse(
          rig.listener.port,
          [vector.send.slice(0, at), vector.send.slice(at)],
          1,
        )
        assert.ok(
          vector.status.includes(statuses(received)[0]!),
          `split at ${at}: answered ${statuses(received)}`,
        )
        assert.equal(upstream.requests.length, 0)
      }
    })
  }
}

function malformedAnswersOver(transport: Transport): void {
  describe('malformed answers', () => {
    let answering = malformedAnswers[0]!
    let source: Upstream
    let proxy: Rig
    before(async () => {
      source = await upstream((side) => {
        if (!side.received.endsWith('\r\n\r\n')) return
        side.socket.write(answering.answer, 'latin1')
        if (answering.close === true) side.socket.end()
      })
      proxy = await rig(transport, { upstream: source.port })
    })
    after(() => {
      proxy.close()
      source.close()
    })
    for (const vector of malformedAnswers) {
      it(vector.name, async () => {
        answering = vector
        source.sides.length = 0
        proxy.failed.length = 0
        const client = await dial(proxy.listener.port)
        client.write(`${vector.method} / HTTP/1.1\r\nHost: a\r\n\r\n`)
        const { seen } = vector
        await client.until((one) => (seen === 'cut' ? one.closed : statuses(one.received).length > 0))
        client.socket.destroy()
        if (seen === 'cut') assert.ok(isCut(client.received), `not cut: ${JSON.stringify(client.received)}`)
        else assert.deepEqual(statuses(client.received), [seen])
        assert.equal(source.sides.length, vector.close === true && proxy.failed[0]?.reused ? 2 : 1)
        await closed(source)
      })
    }
  })
}

/** A connection that brought rubbish must not be used again. */
async function closed(source: Upstream): Promise<void> {
  for (let i = 0; i < 200 && !source.sides.every((side) => side.closed); i++)
    await new Promise((resolve) => setImmediate(resolve))
  assert.ok(
    source.sides.every((side) => side.closed),
    'the connection is still open',
  )
}
