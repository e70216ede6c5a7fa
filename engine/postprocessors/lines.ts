import { definePostprocessor } from '../processor.ts'

export default definePostprocessor({
  doc: 'Ends each message with a line feed.',
  examples: [
    { in: 'snot', out: ['snot\n'] },
    { in: '', out: ['\n'] },
  ],
  create: () => ({ process: (bytes) => [Buffer.concat([bytes, Buffer.of(0x0a)])] }),
})
