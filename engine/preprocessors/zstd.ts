import { unpacking } from '../formats/inflate.ts'

export default unpacking('zstd', [{ in: ['base64:KLUv/SAEIQAAc25vdA=='], out: ['snot'] }])
