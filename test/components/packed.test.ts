/** Snappy, LZ4 and xz: what other implementations packed is unpacked (`packed.json`: cramjam 2.14, lz4 4.4 and lzma for Python), what is broken never becomes other bytes. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { loadCatalogue } from '#engine/catalogue.ts'
import { CodecError, TooLarge } from '#engine/codec.ts'
import { xxh32 } from '#engine/formats/packed/xxh32.ts'

interface Vector {
  readonly kind: string
  readonly name: string
  readonly packed: string
  /** What was packed, so many times. */
  readonly base64: string
  readonly times?: number
}

const { preprocessors, postprocessors } = await loadCatalogue()
const vectors: readonly Vector[] = JSON.parse(readFileSync(new URL('packed.json', import.meta.url), 'utf8'))

const unpack = (kind: string, bytes: Uint8Array) =>
  Buffer.from(preprocessors.get(kind)!.create().push(bytes, { ingestNs: 0n })[0]!)
const pack = (kind: string, bytes: Uint8Array) =>
  Buffer.from(postprocessors.get(kind)!.create().process(bytes, 0n)[0]!)

describe('what others packed', () => {
  for (const { kind, name, packed, base64, times = 1 } of vectors) {
    const plain = Buffer.concat(Array.from({ length: times }, () => Buffer.from(base64, 'base64')))
    const bytes = Buffer.from(packed, 'base64')
    test(`${kind}: ${name}`, () => assert.ok(unpack(kind, bytes).equals(plain)))
    if (bytes.length > 0)
      test(`decompress knows it for ${kind}: ${name}`, () =>
        assert.ok(unpack('decompress', bytes).equals(plain)))
    test(`${kind}: ${name}, cut anywhere, is never taken for something else`, () => {
      for (let size = 1; size < bytes.length; size++) {
        const got = attempt(kind, bytes.subarray(0, size))
        // Behind a whole chunk a stream of Snappy may end.
        assert.ok(
          got === undefined || (kind === 'snappy' && plain.subarray(0, got.length).equals(got)),
          `${size}`,
        )
      }
    })
  }
})

describe('what we packed', () => {
  const long = Buffer.from(Array.from({ length: 200_000 }, (_, at) => ((at * at * 31) % 251) ^ (at >> 12)))
  for (const kind of ['snappy', 'lz4', 'xz2']) {
    test(`${kind}: any bit that flips is found, or changes nothing`, () => {
      const plain = Buffer.from('snot badger '.repeat(20).replaceAll('r s', 'r, s'))
      const packed = pack(kind, plain)
      for (let bit = 0; bit < 8 * packed.length; bit++) {
        const broken = Buffer.from(packed)
        broken[bit >> 3]! ^= 1 << (bit & 7)
        const got = attempt(kind, broken)
        assert.ok(got === undefined || got.equals(plain) || got.length === 0, `bit ${bit}`)
      }
    })
    test(`${kind}: repetitions become few bytes, noise not many more`, () => {
      assert.ok(pack(kind, Buffer.from('badger '.repeat(10_000))).length < 6000)
      const noise = Buffer.from(
        Array.from({ length: 70_000 }, (_, at) => xxh32(Buffer.from([at, at >> 8, at >> 16]))),
      )
      assert.ok(pack(kind, noise).length < 70_100)
      assert.ok(unpack(kind, pack(kind, long)).equals(long))
    })
    test(`${kind}: 20 MB of zeros are refused`, () => {
      assert.throws(
        () => unpack(kind, pack(kind, Buffer.alloc(20_000_000))),
        (error) => error instanceof TooLarge,
      )
    })
  }
})

test('the checksum of LZ4 is that of its specification', () => {
  assert.equal(xxh32(Buffer.alloc(0)), 0x02cc5d05)
  assert.equal(xxh32(Buffer.from('abc')), 0x32d153ff)
  assert.equal(xxh32(Buffer.from('Nobody inspects the spammish repetition')), 0xe2293b2f)
})

/** Undefined: refused. */
function attempt(kind: string, bytes: Uint8Array): Buffer | undefined {
  try {
    return unpack(kind, bytes)
  } catch (error) {
    assert.ok(error instanceof CodecError, String(error))
    return undefined
  }
}
