import { CodecError } from '../codec.ts'
import { definePostprocessor } from '../processor.ts'

/** A datagram of 8192 bytes, less the head of a chunk. */
const chunkBytes = 8192 - 12
const maxChunks = 128

export default definePostprocessor({
  doc: 'Cuts each message into GELF chunks of at most 8192 bytes, 128 of them at most. One that fits in a single chunk is one chunk.',
  examples: [{ in: '{"snot":"badger"}', out: ['base64:Hg8AAAAAAAAAAAABeyJzbm90IjoiYmFkZ2VyIn0='] }],
  create() {
    let nextId = 0n
    return {
      process(bytes) {
        const count = Math.ceil(bytes.length / chunkBytes)
        if (count > maxChunks)
          throw new CodecError(
            `Cannot send GELF: ${bytes.length} bytes need ${count} chunks, at most ${maxChunks} are allowed`,
          )
        const id = nextId++
        return Array.from({ length: count }, (_, number) => {
          const data = bytes.subarray(number * chunkBytes, (number + 1) * chunkBytes)
          const head = Buffer.from([0x1e, 0x0f, 0, 0, 0, 0, 0, 0, 0, 0, number, count])
          head.writeBigUInt64BE(id, 2)
          return Buffer.concat([head, data])
        })
      },
    }
  },
})
