import { fromBase64 } from '#dsl/bytes.ts'
import { CodecError } from '../codec.ts'
import { definePreprocessor } from '../processor.ts'

export default definePreprocessor({
  doc: 'Decodes each message from Base64 (RFC 4648, section 4). Blanks and line breaks are passed over, padding may be left out.',
  examples: [{ in: ['c25vdA==', 'YmFk\nZ2Vy\n'], out: ['snot', 'badger'] }],
  create: () => ({
    push(bytes) {
      const decoded = fromBase64(
        Buffer.from(bytes)
          .toString('latin1')
          .replace(/[ \t\r\n]+/g, ''),
      )
      if (decoded === undefined)
        throw new CodecError('Cannot decode Base64: found a character that is not part of it')
      return [decoded]
    },
    end: () => [],
  }),
})
