import { definePostprocessor } from '../processor.ts'

export default definePostprocessor({
  doc: 'Puts the length of each message before it, eight bytes, big-endian.',
  examples: [{ in: 'snot', out: ['base64:AAAAAAAAAARzbm90'] }],
  create: () => ({
    process(bytes) {
      const out = Buffer.alloc(8 + bytes.length)
      out.writeBigUInt64BE(BigInt(bytes.length))
      out.set(bytes, 8)
      return [out]
    },
  }),
})
