import { defineDiagnostic } from '../diagnostic.ts'
import type { Span } from '../source.ts'
import { error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0105',
  title: 'constant declared twice',
  explain: 'A constant is declared once in its module; its value never changes.',
  wrong: 'const one = 1;\nconst one = 2;\none',
  right: 'const one = 1;\nconst two = 2;\none',
})
export default kind

export function duplicateConstant(span: Span, name: string, first: Span) {
  return error(kind, span, `Constant "${name}" is declared twice`, {
    also: [{ span: first, message: 'first declared here' }],
    tremor: { message: `Can't declare the constant \`${name}\` twice` },
  })
}
