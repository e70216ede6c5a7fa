import { snappy } from '../formats/packed/snappy.ts'
import { definePostprocessor } from '../processor.ts'

export default definePostprocessor({
  doc: 'Packs each message with Snappy, framed.',
  examples: [{ in: 'snot', out: ['base64:/wYAAHNOYVBwWQEIAADgLTZxc25vdA=='] }],
  create: () => ({ process: (bytes) => [snappy(bytes)] }),
})
