import { defineDiagnostic } from '../diagnostic.ts'
import type { Span } from '../source.ts'
import { error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0112',
  title: 'value that is not constant',
  explain:
    'Constants, parameters and directives are evaluated once, while compiling: they may hold literals, other constants and calls of functions that always give the same result.',
  wrong: 'const a = event.b;\na',
  right: 'const a = 1;\na',
})
export default kind

export function notConstant(span: Span) {
  return error(kind, span, 'This value is not constant: it can only be known while an event is processed', {
    tremor: { message: "The expression isn't constant and can't be evaluated at compile time" },
  })
}
