import { CodecError } from '../codec.ts'
import { definePreprocessor } from '../processor.ts'

export default definePreprocessor({
  doc: 'Takes the first eight bytes of each message, an unsigned big-endian number of nanoseconds, as the time it arrived at.',
  examples: [{ in: ['base64:AAAAAAAAACpzbm90'], out: ['snot'] }],
  create: () => ({
    push(bytes, frame) {
      if (bytes.length < 8)
        throw new CodecError(
          `Cannot take the time of a message: expected eight bytes of it, found ${bytes.length}`,
        )
      frame.ingestNs = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0)
      return [bytes.subarray(8)]
    },
    end: () => [],
  }),
})
