import { definePostprocessor } from '../processor.ts'

export default definePostprocessor({
  doc: 'Puts the time the event arrived at before each message: eight bytes, an unsigned big-endian number of nanoseconds.',
  examples: [{ in: 'snot', out: ['base64:AAAAAAAAAABzbm90'] }],
  create: () => ({
    process(bytes, ingestNs) {
      const out = Buffer.alloc(8 + bytes.length)
      out.writeBigUInt64BE(BigInt.asUintN(64, ingestNs))
      out.set(bytes, 8)
      return [out]
    },
  }),
})
