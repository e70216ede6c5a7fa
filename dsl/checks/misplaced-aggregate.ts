import { defineDiagnostic } from '../diagnostic.ts'
import type { Span } from '../source.ts'
import { error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0113',
  title: 'aggregate in the wrong place',
  explain:
    'Aggregate functions gather the events of a window: they stand in the target or the `having` of a select with a window.',
  wrong: 'aggr::stats::count()',
  right: 'define tumbling window w with size = 2 end;\nselect aggr::stats::count() from in[w] into out;',
})
export default kind

export function misplacedAggregate(span: Span, name: string, where: string) {
  return error(kind, span, `Aggregate "${name}" stands ${where}`, {
    origin: 'temblor',
    help: 'Aggregates stand in the target or the "having" of a select with a window',
  })
}
