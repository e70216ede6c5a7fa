import { defineDiagnostic } from '../diagnostic.ts'
import type { Span } from '../source.ts'
import { error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0106',
  title: 'function declared twice',
  explain: 'Two functions of one module cannot have the same name; a function cannot be overloaded.',
  wrong: 'fn a() with 1 end;\nfn a() with 2 end;\na()',
  right: 'fn a() with 1 end;\nfn b() with 2 end;\na()',
})
export default kind

export function duplicateFunction(span: Span, name: string, first: Span) {
  return error(kind, span, `Function "${name}" is declared twice`, {
    also: [{ span: first, message: 'first declared here' }],
    tremor: { message: `function ${name} already defined.`, context: 'none' },
  })
}
