import { CodecError, defineCodec } from '../codec.ts'
import { MsgpackError, pack, unpack } from '../formats/msgpack.ts'

export default defineCodec({
  doc: `MessagePack. Integers stay integers, within 64 bits, and floats floats; keys that are no texts are read as texts; binary
data are bytes. Extension types have no counterpart and are an error.`,
  mime: ['application/msgpack', 'application/x-msgpack', 'application/vnd.msgpack'],
  structured: true,
  examples: [
    { bytes: 'base64:gaFhlAHLP/AAAAAAAADPq1SpjOsfCtLA', value: '{"a":[1,1.0,12345678901234567890,null]}' },
    { bytes: 'base64:lQDgf8z/0YAA', value: '[0,-32,127,255,-32768]' },
    { bytes: 'base64:pHNub3Q=', value: '"snot"' },
  ],
  decode: (bytes) => told('decode', () => unpack(bytes)),
  encode: (value) => told('encode', () => pack(value)),
})

function told<T>(verb: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof MsgpackError) throw new CodecError(`Cannot ${verb} MessagePack: ${error.message}`)
    throw error
  }
}
