import { FunctionError } from '#dsl/function.ts'
import { encodeJson } from '#dsl/json.ts'
import { fn, module } from '#dsl/stdlib.ts'
import type { Value } from '#dsl/value.ts'

export default module({
  doc: 'Bytes and the arrays of their values.',
  registry: 'binary',
  functions: {
    len: fn({
      doc: 'How many bytes there are.',
      args: [['bytes', 'bytes']],
      returns: 'integer',
      examples: [['binary::len(<< 1:16, 2 >>)', '3']],
      run: (bytes) => bytes.length,
    }),
    from_bytes: fn({
      doc: 'Bytes from an array of integers from 0 to 255.',
      args: [['array', 'array']],
      returns: 'bytes',
      examples: [
        ['binary::from_bytes([115, 110])', '"c24="'],
        ['binary::from_bytes([256])', 'error: A byte is an integer from 0 to 255, found 256'],
      ],
      run: (array) => Uint8Array.from(array, byteOf),
    }),
    into_bytes: fn({
      doc: 'The values of the bytes, as an array of integers.',
      args: [['bytes', 'bytes']],
      returns: 'array',
      examples: [['binary::into_bytes(<< 1:16 >>)', '[0,1]']],
      run: (bytes) => Array.from(bytes),
    }),
  },
})

function byteOf(value: Value): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 255) return value
  throw new FunctionError(`A byte is an integer from 0 to 255, found ${encodeJson(value)}`)
}
