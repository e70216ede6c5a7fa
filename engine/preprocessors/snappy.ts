import { unpacking } from '../formats/inflate.ts'

export default unpacking('snappy', [{ in: ['base64:/wYAAHNOYVBwWQEIAADgLTZxc25vdA=='], out: ['snot'] }])
