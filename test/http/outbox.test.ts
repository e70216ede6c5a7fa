/** What is said leaves once, in order, whatever its size and whatever waits before it. */
import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { Outbox } from '#engine/http/own/outbox.ts'
import { turnOfTheLoop } from './rig.ts'

const KIB = 1024
const sizes = [
  0,
  1,
  16 * KIB - 1,
  16 * KIB,
  16 * KIB + 1,
  64 * KIB,
  80 * KIB - 1,
  80 * KIB,
  80 * KIB + 1,
  300 * KIB,
]

test('texts and octets of all sizes, one behind the other', async () => {
  for (const text of sizes)
    for (const octets of sizes)
      for (const more of [0, 64 * KIB]) {
        const wire = new PassThrough()
        const seen: Buffer[] = []
        wire.on('data', (chunk: Buffer) => seen.push(Buffer.from(chunk)))
        const outbox = new Outbox(wire as unknown as Socket, { flushed() {}, drained() {} })
        outbox.text('t'.repeat(text))
        outbox.bytes(Buffer.alloc(octets, 'o'))
        outbox.bytes(Buffer.alloc(more, 'm'))
        outbox.text('!')
        outbox.flush()
        await turnOfTheLoop()
        const wanted = `${'t'.repeat(text)}${'o'.repeat(octets)}${'m'.repeat(more)}!`
        assert.ok(
          Buffer.concat(seen).toString() === wanted,
          `${text} of text, ${octets} octets, ${more} more`,
        )
      }
})
