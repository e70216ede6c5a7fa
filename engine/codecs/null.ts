import { defineCodec } from '../codec.ts'

export default defineCodec({
  doc: 'Takes anything and sees nothing: bytes become `null`, a value becomes no bytes at all.',
  mime: [],
  structured: false,
  examples: [
    { bytes: 'snot', value: 'null', decodeOnly: true },
    { bytes: '', value: '{"snot":"badger"}', encodeOnly: true },
  ],
  decode: () => null,
  encode: () => '',
})
