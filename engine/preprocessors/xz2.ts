import { unpacking } from '../formats/inflate.ts'

export default unpacking('xz2', [
  {
    in: ['base64:/Td6WFoAAAFpIt42AgAhAQgAAADYDyMTAQADc25vdAAJ9IqvAAEYBGvp8KWQQpkNAQAAAAABWVo='],
    out: ['snot'],
  },
])
