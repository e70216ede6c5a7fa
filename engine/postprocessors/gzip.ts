import { gzipSync } from 'node:zlib'
import { definePostprocessor } from '../processor.ts'

export default definePostprocessor({
  doc: 'Packs each message with gzip.',
  examples: [{ in: 'snot', out: ['base64:H4sIAAAAAAAAAyvOyy8BAAn0iq8EAAAA'] }],
  create: () => ({ process: (bytes) => [gzipSync(bytes)] }),
})
