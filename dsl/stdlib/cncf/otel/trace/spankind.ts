import { fn, module } from '#dsl/stdlib.ts'

export default module({
  doc: 'The part a span plays (OpenTelemetry tracing, SpanKind).',
  registry: 'cncf::otel::trace::spankind',
  functions: {
    make_default: fn({
      doc: 'The kind of a span that gives none: internal.',
      args: [],
      returns: 'integer',
      examples: [['spankind::make_default()', '1']],
      run: () => 1,
    }),
  },
  constants: {
    unspecified: [0, 'Not said; taken for internal.'],
    internal: [1, 'Work inside of a program.'],
    server: [2, 'Answers a request of another program.'],
    client: [3, 'Asks another program and waits.'],
    producer: [4, 'Starts work that another program does later.'],
    consumer: [5, 'Does work that a producer started.'],
  },
})
