import { compressionOf, inflate } from '../formats/inflate.ts'
import { definePreprocessor } from '../processor.ts'

export default definePreprocessor({
  doc: 'Unpacks each message by what its first bytes say it is: gzip, zlib, zstd, Snappy, LZ4 or xz, within the limits of these. Others pass as they are.',
  examples: [
    { in: ['base64:H4sIAAAAAAAAAyvOyy8BAAn0iq8EAAAA'], out: ['snot'] },
    { in: ['base64:eJwrzssvAQAEbAHF'], out: ['snot'] },
    { in: ['base64:KLUv/SAEIQAAc25vdA=='], out: ['snot'] },
    { in: ['badger'], out: ['badger'] },
  ],
  create: () => ({
    push(bytes) {
      const kind = compressionOf(bytes)
      return [kind === undefined ? bytes : inflate(kind, bytes)]
    },
    end: () => [],
  }),
})
