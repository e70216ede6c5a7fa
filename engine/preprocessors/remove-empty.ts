import { definePreprocessor } from '../processor.ts'

export default definePreprocessor({
  doc: 'Drops messages without bytes, such as empty lines.',
  examples: [{ in: ['snot', '', 'badger'], out: ['snot', 'badger'] }],
  create: () => ({ push: (bytes) => (bytes.length === 0 ? [] : [bytes]), end: () => [] }),
})
