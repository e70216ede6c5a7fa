import { lz4 } from '../formats/packed/lz4.ts'
import { definePostprocessor } from '../processor.ts'

export default definePostprocessor({
  doc: 'Packs each message with LZ4, framed.',
  examples: [{ in: 'snot', out: ['base64:BCJNGGRApwQAAIBzbm90AAAAAIlF/hc='] }],
  create: () => ({ process: (bytes) => [lz4(bytes)] }),
})
