import { unpacking } from '../formats/inflate.ts'

export default unpacking('brotli', [{ in: ['base64:iwGAc25vdAM='], out: ['snot'] }])
