import { delimited } from '../formats/delimited.ts'
import { definePreprocessor } from '../processor.ts'

export default definePreprocessor({
  doc: 'Cuts the stream at line feeds. Messages may come in pieces; each is at most 1 MiB long.',
  examples: [
    { in: ['snot\nbad', 'ger\n'], out: ['snot', 'badger'] },
    { in: ['snot\n\nbadger'], out: ['snot', '', 'badger'] },
  ],
  create: () => delimited(0x0a),
})
