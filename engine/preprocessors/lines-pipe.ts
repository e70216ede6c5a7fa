import { delimited } from '../formats/delimited.ts'
import { definePreprocessor } from '../processor.ts'

export default definePreprocessor({
  doc: 'Cuts the stream at `|`. Messages may come in pieces; each is at most 1 MiB long.',
  examples: [{ in: ['snot|bad', 'ger|'], out: ['snot', 'badger'] }],
  create: () => delimited(0x7c),
})
