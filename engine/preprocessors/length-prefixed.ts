import { prefixed } from '../formats/prefixed.ts'
import { definePreprocessor } from '../processor.ts'

export default definePreprocessor({
  doc: 'Cuts the stream into messages that each begin with their length, eight bytes, big-endian; at most 16 MiB.',
  examples: [
    { in: ['base64:AAAAAAAAAARzbm90AAAA', 'base64:AAAAAAZiYWRnZXI='], out: ['snot', 'badger'] },
    { in: ['base64:AAAAAAAAAAA='], out: [''] },
  ],
  create: () =>
    prefixed((bytes) =>
      bytes.length < 8 ? undefined : { length: Number(bytes.readBigUInt64BE()), size: 8 },
    ),
})
