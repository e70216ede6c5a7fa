import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import type { Span } from '../source.ts'
import { typeOfValue } from '../types.ts'
import type { Value } from '../value.ts'
import { walkTree } from '../walk.ts'
import { type Check, error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0131',
  title: 'bad key or index',
  explain:
    'Between the brackets of a path stands a field name (a string), an index (an integer from 0) or a range of indexes. Anything else can never be found.',
  wrong: 'event.list[1.5]',
  right: 'event.list[1]',
})
export default kind

export const indexType: Check = {
  kind,
  run(tree) {
    const findings: Diagnostic[] = []
    walkTree(tree, {
      path({ segments }) {
        for (const segment of segments) {
          const value =
            segment.kind === 'element' && segment.expr.kind === 'literal' ? segment.expr.value : undefined
          if (value !== undefined) findings.push(wrongIndex(segment.span, value))
        }
      },
    })
    return findings
  },
}

function wrongIndex(span: Span, value: Value): Diagnostic {
  const type = typeOfValue(value)
  const found = type === 'integer' ? 'an integer below 0' : type === 'null' ? 'null' : `a ${type}`
  return error(kind, span, `A key is a string and an index an integer from 0, found ${found}`, {
    tremor: { message: `Conflicting types, got ${type} but expected one of integer, string` },
  })
}
