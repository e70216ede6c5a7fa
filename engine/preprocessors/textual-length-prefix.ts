import { CodecError } from '../codec.ts'
import { prefixed } from '../formats/prefixed.ts'
import { definePreprocessor } from '../processor.ts'

export default definePreprocessor({
  doc: 'Cuts the stream into messages that each begin with their length in digits and a blank, as syslog over TCP does (RFC 6587, section 3.4.1); at most 16 MiB.',
  examples: [{ in: ['4 snot6 bad', 'ger'], out: ['snot', 'badger'] }],
  create: () => prefixed(readLength),
})

function readLength(bytes: Buffer): { length: number; size: number } | undefined {
  const head = bytes.toString('latin1', 0, 11)
  const match = /^(\d{1,10})(\s?)/.exec(head)
  if (match !== null && match[2] !== '') return { length: Number(match[1]), size: match[0].length }
  if (head === '' || (match !== null && match[0].length === head.length && head.length < 11)) return undefined
  throw new CodecError(
    `Cannot split the stream: expected a length and a blank, found ${JSON.stringify(head)}`,
  )
}
