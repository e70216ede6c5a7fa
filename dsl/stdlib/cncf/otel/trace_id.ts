import { fn, module } from '#dsl/stdlib.ts'
import type { Value } from '#dsl/value.ts'

export default module({
  doc: 'Trace ids: 16 bytes that are not all zero.',
  registry: 'cncf::otel::trace_id',
  functions: {
    is_valid: fn({
      doc: 'Which form of a trace id it has and whether it is one, beside the id itself; false if it has no form of an id.',
      args: [['trace_id', 'any']],
      returns: ['record', 'bool'],
      examples: [
        [
          'trace_id::is_valid("000102030405060708090a0b0c0d0e0f")',
          '{"kind":"string","valid":true,"value":"000102030405060708090a0b0c0d0e0f"}',
        ],
        ['trace_id::is_valid([1])', '{"kind":"array","valid":false,"value":[1]}'],
        ['trace_id::is_valid(1)', 'false'],
      ],
      run: (id) => {
        if (typeof id === 'string') {
          return { kind: 'string', valid: id.length === 32 && id !== '0'.repeat(32), value: id }
        }
        if (id instanceof Uint8Array) return { kind: 'binary', valid: isId(Array.from(id)), value: id }
        return Array.isArray(id) ? { kind: 'array', valid: isId(id), value: id } : false
      },
    }),
  },
})

function isId(bytes: readonly Value[]): boolean {
  return bytes.length === 16 && bytes.some((byte) => byte !== 0)
}
