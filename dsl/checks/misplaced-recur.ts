import { defineDiagnostic } from '../diagnostic.ts'
import type { Span } from '../source.ts'
import { error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0108',
  title: '`recur` in the wrong place',
  explain:
    '`recur` calls the function it stands in again and can only be the last thing that the function does: the last expression of its body or of one of its cases.',
  wrong: 'fn f(n) with\n  recur(n);\n  n\nend;\nf(1)',
  right: 'fn f(n) of\n  case (0) => 0\n  default => recur(n - 1)\nend;\nf(1)',
})
export default kind

export function misplacedRecur(span: Span, inFunction: boolean) {
  const message = inFunction
    ? '"recur" is not the last thing that the function does here'
    : '"recur" stands outside of a function'
  return error(kind, span, message, { tremor: { message: 'Can not recur from this location' } })
}

export function wrongRecurArity(span: Span, takes: number, given: number) {
  return error(
    kind,
    span,
    `"recur" gives ${given} argument${given === 1 ? '' : 's'} to a function that takes ${takes}`,
    {
      tremor: { message: 'Can not recur from this location' },
    },
  )
}
