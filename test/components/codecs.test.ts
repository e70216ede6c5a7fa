import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fromBase64, fromUtf8, toUtf8 } from '#dsl/bytes.ts'
import { decodeJson, encodeJson } from '#dsl/json.ts'
import { loadCatalogue } from '#engine/catalogue.ts'

const { codecs } = await loadCatalogue()

for (const [name, codec] of codecs) {
  describe(`codec ${name}`, () => {
    assert.ok(codec.examples.length > 0, `${name} shows no example`)
    for (const { bytes, value, decodeOnly, encodeOnly } of codec.examples) {
      if (!encodeOnly) {
        test(`decodes ${bytes} to ${value}`, () => {
          const decoded = codec.decode(bytesOf(bytes), 0n)
          assert.equal(decoded === undefined ? 'nothing' : encodeJson(decoded), value)
        })
      }
      if (!decodeOnly) {
        test(`encodes ${value} to ${bytes}`, () => {
          const encoded = codec.encode(decodeJson(value))
          if (encoded === undefined) assert.equal('nothing', bytes)
          else assert.deepEqual(plain(encoded), plain(bytesOf(bytes)))
        })
      }
    }
  })
}

/** Bytes that are no text are written as `base64:…`. */
function bytesOf(text: string): Uint8Array {
  return text.startsWith('base64:') ? fromBase64(text.slice('base64:'.length))! : toUtf8(text)
}

function plain(encoded: Uint8Array | string): string {
  return typeof encoded === 'string' ? encoded : (fromUtf8(encoded) ?? Buffer.from(encoded).toString('hex'))
}
