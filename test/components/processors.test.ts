import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import { fromBase64, fromUtf8, toUtf8 } from '#dsl/bytes.ts'
import { loadCatalogue } from '#engine/catalogue.ts'
import { CodecError } from '#engine/codec.ts'
import type { Preprocessor } from '#engine/processor.ts'

const { preprocessors, postprocessors } = await loadCatalogue()
const compressors = ['gzip', 'zlib', 'zstd', 'brotli']

for (const [name, definition] of preprocessors) {
  describe(`preprocessor ${name}`, () => {
    assert.ok(definition.examples.length > 0, `${name} shows no example`)
    for (const example of definition.examples) {
      test(`makes ${JSON.stringify(example.out)} of ${JSON.stringify(example.in)}`, () => {
        assert.deepEqual(
          run(definition.create(), example.in.map(bytesOf)).map(plain),
          example.out.map(bytesOf).map(plain),
        )
      })
    }
  })
}

for (const [name, definition] of postprocessors) {
  describe(`postprocessor ${name}`, () => {
    assert.ok(definition.examples.length > 0, `${name} shows no example`)
    for (const example of definition.examples) {
      test(`makes ${JSON.stringify(example.out)} of ${JSON.stringify(example.in)}`, () => {
        // The bytes of a compressor depend on its version: they are right if they unpack to the same.
        const shown = (bytes: Uint8Array) =>
          compressors.includes(name)
            ? plain(preprocessors.get(name)!.create().push(bytes, { ingestNs: 0n })[0]!)
            : plain(bytes)
        const made = definition.create().process(bytesOf(example.in), 0n)
        assert.deepEqual(made.map(shown), example.out.map(bytesOf).map(shown))
      })
    }
  })
}

describe('what a postprocessor does its preprocessor undoes', () => {
  const pairs = [...postprocessors].filter(([name]) => preprocessors.has(name))
  const binary = fc.array(fc.uint8Array({ maxLength: 20_000 }), { maxLength: 4 })
  for (const [name, definition] of pairs) {
    test(name, () => {
      const messages =
        name === 'lines'
          ? binary.map((all) => all.map((each) => each.filter((byte) => byte !== 0x0a)))
          : binary
      fc.assert(
        fc.property(messages, fc.nat(), (sent, cut) => {
          const post = definition.create()
          const packed = sent
            .filter((each) => each.length > 0 || !name.startsWith('gelf'))
            .flatMap((each) => [...post.process(each, 7n)])
          const whole = ['lines', 'length-prefixed', 'textual-length-prefix'].includes(name)
          const arrived = whole ? halves(Buffer.concat(packed), cut) : packed
          const got = run(preprocessors.get(name)!.create(), arrived)
          assert.deepEqual(
            got.map(plain),
            sent.filter((each) => each.length > 0 || !name.startsWith('gelf')).map(plain),
          )
        }),
        { numRuns: 30 },
      )
    })
  }
})

describe('a stream', () => {
  test('its last line needs no line feed', () => {
    assert.deepEqual(texts('lines', 'snot\nbadger'), ['snot', 'badger'])
  })
  test('a line of more than 1 MiB is refused, the lines around it are not lost', () => {
    const lines = preprocessors.get('lines')!.create()
    const frame = { ingestNs: 0n }
    assert.throws(() => lines.push(toUtf8(`first\n${'x'.repeat(1_048_577)}`), frame), /1 MiB/)
    assert.deepEqual(lines.push(toUtf8(`${'x'.repeat(2_000_000)}\nlast\n`), frame).map(plain), [
      'first',
      'last',
    ])
  })
  test('a line of more than 1 MiB in small pieces is refused as soon as it is too long, and once', () => {
    const lines = preprocessors.get('lines')!.create()
    const piece = new Uint8Array(65_536).fill(120)
    let refused = 0
    for (let count = 1; count <= 40; count++) {
      try {
        lines.push(piece, { ingestNs: 0n })
      } catch {
        assert.equal(count, 17)
        refused++
      }
    }
    assert.equal(refused, 1)
  })
  test('the bytes of a piece may be reused once it was pushed', () => {
    const lines = preprocessors.get('lines')!.create()
    const shared = toUtf8('snot')
    lines.push(shared, { ingestNs: 0n })
    shared.fill(0x21)
    assert.deepEqual(lines.push(toUtf8('\n'), { ingestNs: 0n }).map(plain), ['snot'])
  })
  test('a time before the message becomes its time of arrival', () => {
    const frame = { ingestNs: 0n }
    preprocessors.get('ingest-ns')!.create().push(bytesOf('base64:AAAAAAAAACpzbm90'), frame)
    assert.equal(frame.ingestNs, 42n)
  })
  test('GELF chunks that wait for more than five seconds are forgotten', () => {
    const gelf = preprocessors.get('gelf-chunking')!.create()
    const chunks = postprocessors.get('gelf-chunking')!.create().process(new Uint8Array(10_000), 0n)
    gelf.push(chunks[0]!, { ingestNs: 0n })
    assert.deepEqual(gelf.push(chunks[1]!, { ingestNs: 5_000_000_001n }), [])
    assert.equal(gelf.push(chunks[0]!, { ingestNs: 5_000_000_002n })[0]!.length, 10_000)
  })
})

const refused: readonly [name: string, title: string, bytes: string | Uint8Array, message: RegExp][] = [
  ['base64', 'a character that is no part of it', 'c25v*', /not part of it/],
  ['gzip', 'what is not gzip', 'snot', /Cannot unpack gzip data: incorrect header/],
  ['gzip', 'what is cut short', gzipSync('snot').subarray(0, 12), /unexpected end/],
  ['zstd', 'what is cut short', zstdCompressSync('snot badger').subarray(0, 12), /unexpected end/],
  ['decompress', 'gzip that is not', Uint8Array.of(0x1f, 0x8b, 0, 0, 0, 0), /Cannot unpack gzip/],
  ['ingest-ns', 'fewer than eight bytes', 'snot', /eight bytes of it, found 4/],
  ['length-prefixed', 'a length beyond 16 MiB', new Uint8Array(8).fill(255), /exceeds 16 MiB/],
  [
    'length-prefixed',
    'an end within a message',
    Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 2, 1),
    /ends within a message/,
  ],
  [
    'textual-length-prefix',
    'a word for a length',
    'four snot',
    /expected a length and a blank, found "four snot"/,
  ],
  ['textual-length-prefix', 'digits without an end', '1'.repeat(12), /expected a length/],
  ['gelf-chunking', 'what GELF never begins with', 'snot', /found 0x736e/],
  ['gelf-chunking', 'nothing', '', /found nothing/],
  ['gelf-chunking', 'chunk 2 of 2', Uint8Array.of(0x1e, 0x0f, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2), /chunk 2 of 2/],
]

describe('bytes that are refused', () => {
  for (const [name, title, bytes, message] of refused) {
    test(`${name}: ${title}`, () => {
      const input = typeof bytes === 'string' ? toUtf8(bytes) : bytes
      assert.throws(
        () => run(preprocessors.get(name)!.create(), [input]),
        (error) => {
          assert.ok(error instanceof CodecError, String(error))
          assert.match(error.message, message)
          return true
        },
      )
    })
  }
  test('length-prefixed: whatever follows a length that was wrong', () => {
    const stream = preprocessors.get('length-prefixed')!.create()
    assert.throws(() => stream.push(new Uint8Array(8).fill(255), { ingestNs: 0n }))
    assert.throws(() => stream.push(new Uint8Array(8), { ingestNs: 0n }), /lost before/)
  })
})

describe('bombs', () => {
  const zeros = new Uint8Array(20_000_000)
  const bombs: Record<string, Uint8Array> = {
    gzip: gzipSync(zeros),
    zlib: deflateSync(zeros),
    brotli: brotliCompressSync(zeros),
    zstd: zstdCompressSync(zeros),
  }
  for (const name of [...compressors, 'decompress']) {
    test(`${name}: 20 MB of zeros are refused, and not unpacked first`, () => {
      const bomb = bombs[name] ?? bombs['gzip']!
      const before = process.memoryUsage.rss()
      assert.throws(
        () => preprocessors.get(name)!.create().push(bomb, { ingestNs: 0n }),
        /limits are 10 MiB and 100:1/,
      )
      assert.ok(process.memoryUsage.rss() - before < 16_000_000)
    })
  }
  test('a ratio of 100 is refused also below 10 MiB', () => {
    assert.throws(
      () =>
        preprocessors
          .get('gzip')!
          .create()
          .push(gzipSync(zeros.subarray(0, 1_000_000)), { ingestNs: 0n }),
      /100:1/,
    )
  })
  test('10 MiB that were packed honestly are unpacked', () => {
    const line = Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * at * 31) % 251))
    const noise = Buffer.alloc(10_485_760, line).map((byte, at) => byte ^ (at >> 12))
    assert.equal(
      preprocessors
        .get('gzip')!
        .create()
        .push(gzipSync(noise, { level: 1 }), { ingestNs: 0n })[0]!.length,
      10_485_760,
    )
  })
  test('64 KiB of one letter are no bomb', () => {
    assert.equal(
      preprocessors
        .get('gzip')!
        .create()
        .push(gzipSync('x'.repeat(65_536)), { ingestNs: 0n })[0]!.length,
      65_536,
    )
  })
})

function run(processor: Preprocessor, pieces: readonly Uint8Array[]): Uint8Array[] {
  const frame = { ingestNs: 0n }
  const messages = pieces.flatMap((piece) => [...processor.push(piece, frame)])
  return [...messages, ...processor.end()]
}

function texts(name: string, ...pieces: string[]): string[] {
  return run(preprocessors.get(name)!.create(), pieces.map(toUtf8)).map(plain)
}

function halves(bytes: Uint8Array, cut: number): Uint8Array[] {
  const at = cut % (bytes.length + 1)
  return [bytes.subarray(0, at), bytes.subarray(at)]
}

/** Bytes that are no text are written as `base64:…`. */
function bytesOf(text: string): Uint8Array {
  return text.startsWith('base64:') ? fromBase64(text.slice('base64:'.length))! : toUtf8(text)
}

function plain(bytes: Uint8Array): string {
  return fromUtf8(bytes) ?? Buffer.from(bytes).toString('hex')
}
