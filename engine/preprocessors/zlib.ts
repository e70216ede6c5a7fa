import { unpacking } from '../formats/inflate.ts'

export default unpacking('zlib', [{ in: ['base64:eJwrzssvAQAEbAHF'], out: ['snot'] }])
