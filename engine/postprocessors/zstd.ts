import { zstdCompressSync } from 'node:zlib'
import { definePostprocessor } from '../processor.ts'

export default definePostprocessor({
  doc: 'Packs each message with zstd.',
  examples: [{ in: 'snot', out: ['base64:KLUv/SAEIQAAc25vdA=='] }],
  create: () => ({ process: (bytes) => [zstdCompressSync(bytes)] }),
})
