import { module } from '#dsl/stdlib.ts'

export default module({
  doc: 'Status codes of before OpenTelemetry 1.0, those of gRPC.',
  registry: 'cncf::otel::trace::status::deprecated',
  constants: {
    ok: [0, 'It went well.'],
    cancelled: [1, 'It was called off.'],
    unknown_error: [2, 'It failed for an unknown reason.'],
    invalid_argument: [3, 'It was asked wrongly.'],
    deadline_exceeded: [4, 'Its time ran out.'],
    not_found: [5, 'What it needs is not there.'],
    already_exists: [6, 'What it makes is there already.'],
    permission_denied: [7, 'It was not allowed.'],
    resource_exhausted: [8, 'Something is used up.'],
    failed_precondition: [9, 'The system is not in the state it needs.'],
    aborted: [10, 'It was broken off.'],
    out_of_range: [11, 'It was asked beyond the end.'],
    unimplemented: [12, 'Nobody can do it.'],
    internal_error: [13, 'It failed on the inside.'],
    unavailable: [14, 'Nobody is there to do it.'],
    unvailable: [14, 'The same, as tremor spells it.'],
    data_loss: [15, 'Data are lost for good.'],
    unauthenticated: [16, 'Nobody knows who asks.'],
  },
})
