import { definePostprocessor } from '../processor.ts'

export default definePostprocessor({
  doc: 'Puts the length of each message before it, in digits and followed by a blank.',
  examples: [{ in: 'snot', out: ['4 snot'] }],
  create: () => ({ process: (bytes) => [Buffer.concat([Buffer.from(`${bytes.length} `), bytes])] }),
})
