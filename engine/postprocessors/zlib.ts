import { deflateSync } from 'node:zlib'
import { definePostprocessor } from '../processor.ts'

export default definePostprocessor({
  doc: 'Packs each message with zlib.',
  examples: [{ in: 'snot', out: ['base64:eJwrzssvAQAEbAHF'] }],
  create: () => ({ process: (bytes) => [deflateSync(bytes)] }),
})
