import { module } from '#dsl/stdlib.ts'

export default module({
  doc: 'How the values of a metric relate to one another in time (OpenTelemetry metrics data model).',
  registry: 'cncf::otel::metrics::temporality',
  constants: {
    unspecified: [0, 'Not said; not to be used.'],
    delta: [1, 'Each value counts what happened since the value before.'],
    cumulative: [2, 'Each value counts what happened since the start.'],
  },
})
