import { fn, module } from '#dsl/stdlib.ts'

export default module({
  doc: 'How a span ended (OpenTelemetry tracing, Status).',
  registry: 'cncf::otel::trace::status',
  functions: {
    ok: fn({
      doc: 'The status of a span that went well.',
      args: [],
      returns: 'record',
      examples: [['status::ok()', '{"code":1,"deprecated_code":0,"message":"Ok"}']],
      run: () => ({ code: 1, deprecated_code: 0, message: 'Ok' }),
    }),
    error: fn({
      doc: 'The status of a span that failed.',
      args: [['message', 'any']],
      returns: 'record',
      examples: [['status::error("snot")', '{"code":2,"deprecated_code":2,"message":"snot"}']],
      run: (message) => ({ code: 2, deprecated_code: 2, message }),
    }),
  },
})
