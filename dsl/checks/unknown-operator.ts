import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { nearest } from '../nearest.ts'
import type { Span } from '../source.ts'
import { error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0124',
  title: 'unknown kind of operator',
  explain:
    'A `define … operator` names one of the operators that the engine knows, such as `qos::roundrobin`.',
  wrong:
    'define qos::roundrobbin operator rr with outputs = ["a"] end;\ncreate operator rr;\nselect event from in into rr;\nselect event from rr/a into out;',
  right:
    'define qos::roundrobin operator rr with outputs = ["a"] end;\ncreate operator rr;\nselect event from in into rr;\nselect event from rr/a into out;',
})
export default kind

export function unknownOperator(span: Span, name: string, known: Iterable<string>): Diagnostic {
  const near = nearest(name, known)
  return error(kind, span, `Unknown operator "${name}"`, {
    origin: 'temblor',
    ...(near === undefined ? {} : { help: `Did you mean "${near}"?` }),
  })
}
