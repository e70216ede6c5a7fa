import { defineDiagnostic } from '../diagnostic.ts'
import type { Span } from '../source.ts'
import { error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0110',
  title: 'declaration in a function',
  explain:
    'Constants, functions and modules are declared at the top of a script or in a module, not in the body of a function.',
  wrong: 'fn f(a) with const b = 1; a end;\nf(1)',
  right: 'const b = 1;\nfn f(a) with a end;\nf(1)',
})
export default kind

const words = { const: 'const', fn: 'function', intrinsic: 'function', mod: 'module', use: 'module' }

export function misplacedDeclaration(span: Span, what: keyof typeof words) {
  return error(kind, span, `"${what}" stands in a function`, {
    tremor: { message: `Can't declare a ${words[what]} here` },
    help: 'Move it in front of the function',
  })
}
