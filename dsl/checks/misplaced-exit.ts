import { defineDiagnostic } from '../diagnostic.ts'
import type { Span } from '../source.ts'
import { error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0109',
  title: '`emit` or `drop` in a function',
  explain: 'A function gives a value to its caller. Only the script itself can emit or drop the event.',
  wrong: 'fn f(a) with drop end;\nf(1)',
  right: 'fn f(a) with a end;\nf(1)',
})
export default kind

export function misplacedExit(span: Span, word: 'emit' | 'drop') {
  return error(kind, span, `"${word}" stands in a function`, {
    tremor: { message: `Can not ${word} from this location` },
    help: `Give the value back and ${word} in the script`,
  })
}
