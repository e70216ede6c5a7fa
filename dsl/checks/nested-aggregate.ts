import { defineDiagnostic } from '../diagnostic.ts'
import type { Span } from '../source.ts'
import { error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0114',
  title: 'aggregate in an aggregate',
  explain: 'The argument of an aggregate is evaluated for every event, so it cannot hold another aggregate.',
  wrong:
    'define tumbling window w with size = 2 end;\nselect aggr::stats::sum(aggr::stats::count()) from in[w] into out;',
  right: 'define tumbling window w with size = 2 end;\nselect aggr::stats::sum(event.n) from in[w] into out;',
})
export default kind

/** `theirs` is what tremor marks: everything from the beginning of the select. */
export function nestedAggregate(span: Span, theirs: Span) {
  return error(kind, span, 'Aggregates cannot be called inside of aggregates', {
    tremor: { message: 'Aggregates can not be called inside of aggregates', span: theirs },
  })
}
