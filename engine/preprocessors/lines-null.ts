import { delimited } from '../formats/delimited.ts'
import { definePreprocessor } from '../processor.ts'

export default definePreprocessor({
  doc: 'Cuts the stream at NUL bytes. Messages may come in pieces; each is at most 1 MiB long.',
  examples: [{ in: ['snot\0bad', 'ger\0'], out: ['snot', 'badger'] }],
  create: () => delimited(0x00),
})
