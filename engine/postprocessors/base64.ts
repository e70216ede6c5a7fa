import { toBase64 } from '#dsl/bytes.ts'
import { definePostprocessor } from '../processor.ts'

export default definePostprocessor({
  doc: 'Encodes each message in Base64 (RFC 4648, section 4), with padding.',
  examples: [{ in: 'snot', out: ['c25vdA=='] }],
  create: () => ({ process: (bytes) => [Buffer.from(toBase64(bytes), 'latin1')] }),
})
