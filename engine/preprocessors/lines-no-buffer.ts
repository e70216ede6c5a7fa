import { delimitedOnce } from '../formats/delimited.ts'
import { definePreprocessor } from '../processor.ts'

export default definePreprocessor({
  doc: 'Cuts what arrives at line feeds and keeps nothing: a line that comes in two pieces is two messages.',
  examples: [{ in: ['snot\nbad', 'ger\n'], out: ['snot', 'bad', 'ger'] }],
  create: () => delimitedOnce(0x0a),
})
