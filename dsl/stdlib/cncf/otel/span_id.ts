import { fn, module } from '#dsl/stdlib.ts'
import type { Value } from '#dsl/value.ts'

export default module({
  doc: 'Span ids: 8 bytes that are not all zero.',
  registry: 'cncf::otel::span_id',
  functions: {
    is_valid: fn({
      doc: 'Whether it is a span id, under the name of the form it has, beside the id itself; `{}` if it has no form of an id.',
      args: [['span_id', 'any']],
      returns: 'record',
      examples: [
        ['span_id::is_valid("fedcba9876543210")', '{"string":true,"value":"fedcba9876543210"}'],
        ['span_id::is_valid("0000000000000000")', '{"string":false,"value":"0000000000000000"}'],
        ['span_id::is_valid([1, 2, 3, 4, 5, 6, 7, 8])', '{"array":true,"value":[1,2,3,4,5,6,7,8]}'],
        ['span_id::is_valid(<< 0:64 >>)', '{"binary":false,"value":"AAAAAAAAAAA="}'],
        ['span_id::is_valid(1)', '{}'],
      ],
      run: (id) => {
        if (typeof id === 'string') return { string: id.length === 16 && id !== '0'.repeat(16), value: id }
        if (id instanceof Uint8Array) return { binary: isId(Array.from(id)), value: id }
        return Array.isArray(id) ? { array: isId(id), value: id } : {}
      },
    }),
  },
})

function isId(bytes: readonly Value[]): boolean {
  return bytes.length === 8 && bytes.some((byte) => byte !== 0)
}
