import { xz } from '../formats/packed/xz.ts'
import { definePostprocessor } from '../processor.ts'

export default definePostprocessor({
  doc: 'Packs each message as xz: quickly, and so less tightly than the xz command does.',
  examples: [
    {
      in: 'snot',
      out: ['base64:/Td6WFoAAAFpIt42AgAhAQgAAADYDyMTAQADc25vdAAJ9IqvAAEYBGvp8KWQQpkNAQAAAAABWVo='],
    },
  ],
  create: () => ({ process: (bytes) => [xz(bytes)] }),
})
