import { random32 } from '#dsl/chance.ts'
import type { Frame } from '#dsl/program.ts'
import { frameFn, module } from '#dsl/stdlib.ts'

export default module({
  doc: 'OpenTelemetry: ids for spans and traces.',
  registry: 'cncf::otel',
  functions: {
    gen_span_id_string: frameFn({
      doc: 'A random span id as 16 hex digits.',
      args: [],
      returns: 'string',
      examples: [['string::len(otel::gen_span_id_string())', '16']],
      run: (frame) => toHex(randomBytes(frame, 8)),
    }),
    gen_span_id_bytes: frameFn({
      doc: 'A random span id as 8 bytes.',
      args: [],
      returns: 'bytes',
      examples: [['binary::len(otel::gen_span_id_bytes())', '8']],
      run: (frame) => randomBytes(frame, 8),
    }),
    gen_span_id_array: frameFn({
      doc: 'A random span id as an array of 8 integers from 0 to 255.',
      args: [],
      returns: 'array',
      examples: [['array::len(otel::gen_span_id_array())', '8']],
      run: (frame) => Array.from(randomBytes(frame, 8)),
    }),
    gen_trace_id_string: frameFn({
      doc: 'A random trace id as 32 hex digits.',
      args: [],
      returns: 'string',
      examples: [['string::len(otel::gen_trace_id_string())', '32']],
      run: (frame) => toHex(randomBytes(frame, 16)),
    }),
    gen_trace_id_bytes: frameFn({
      doc: 'A random trace id as 16 bytes.',
      args: [],
      returns: 'bytes',
      examples: [['binary::len(otel::gen_trace_id_bytes())', '16']],
      run: (frame) => randomBytes(frame, 16),
    }),
    gen_trace_id_array: frameFn({
      doc: 'A random trace id as an array of 16 integers from 0 to 255.',
      args: [],
      returns: 'array',
      examples: [['array::len(otel::gen_trace_id_array())', '16']],
      run: (frame) => Array.from(randomBytes(frame, 16)),
    }),
  },
})

function randomBytes(frame: Frame, length: number): Uint8Array {
  return Uint8Array.from({ length }, () => random32(frame) >>> 24)
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
