import { defineDiagnostic } from '../diagnostic.ts'
import { type Span, textOf } from '../source.ts'
import { error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0116',
  title: 'event of a window outside of an aggregate',
  explain:
    'A select with a window speaks of many events at once, so `event` and `$` mean something in it only inside of an aggregate or as one of the expressions it is grouped by.',
  wrong: 'define tumbling window w with size = 2 end;\nselect event.a from in[w] into out;',
  right: 'define tumbling window w with size = 2 end;\nselect aggr::win::last(event.a) from in[w] into out;',
})
export default kind

export function eventInWindow(span: Span) {
  const text = textOf(span)
  return error(kind, span, `"${text}" speaks of one event where a whole window is meant`, {
    help: `Wrap it in an aggregate, "aggr::win::last(${text})", or add it to the "group by"`,
    tremor: {
      message: 'References to `event` or `$` are not allowed in this context',
      hint: 'Here you operate in the whole window, not a single event. You need to wrap this reference in an aggregate function (e.g. aggr::win::last(...)) or use it in the group by clause of this query.',
      context: span,
    },
  })
}
