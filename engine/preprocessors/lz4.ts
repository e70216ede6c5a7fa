import { unpacking } from '../formats/inflate.ts'

export default unpacking('lz4', [{ in: ['base64:BCJNGGRApwQAAIBzbm90AAAAAIlF/hc='], out: ['snot'] }])
