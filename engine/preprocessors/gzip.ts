import { unpacking } from '../formats/inflate.ts'

export default unpacking('gzip', [{ in: ['base64:H4sIAAAAAAAAAyvOyy8BAAn0iq8EAAAA'], out: ['snot'] }])
