import { module } from '#dsl/stdlib.ts'

export default module({
  doc: 'Status codes.',
  registry: 'cncf::otel::trace::status::code',
  constants: {
    unset: [0, 'Nothing is said.'],
    ok: [1, 'The work is known to have been done.'],
    error: [2, 'The work failed.'],
  },
})
