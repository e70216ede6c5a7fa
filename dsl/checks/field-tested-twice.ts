import type { FieldTest } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import type { Span } from '../source.ts'
import { walkTree } from '../walk.ts'
import { type Check, warning } from './finding.ts'

const kind = defineDiagnostic({
  code: 'W0104',
  title: 'field tested for presence and for more',
  explain:
    'Every test of a field but `absent` implies that it is present, so `present` says nothing beside another test and may overwrite what an extractor has found; `absent` beside another test never fits.',
  wrong: 'match event of\n  case %{ absent a, a ~= re|x| } => 1\n  default => 2\nend',
  right: 'match event of\n  case %{ a ~= re|x| } => 1\n  default => 2\nend',
})
export default kind

export const fieldTestedTwice: Check = {
  kind,
  run(tree) {
    const findings: Diagnostic[] = []
    walkTree(tree, {
      pattern(pattern) {
        if (pattern.kind !== 'record') return
        for (const test of pattern.fields) {
          if (test.kind !== 'present' && test.kind !== 'absent') continue
          if (!pattern.fields.some((other) => other.key === test.key && isMore(other))) continue
          findings.push(test.kind === 'present' ? redundant(pattern.span, test) : never(pattern.span, test))
        }
      },
    })
    return findings
  },
}

function isMore({ kind }: FieldTest): boolean {
  return kind !== 'present' && kind !== 'absent'
}

function redundant(span: Span, { key, span: place }: FieldTest): Diagnostic {
  return warning(kind, place, `Field "${key}" is tested for presence beside another test that implies it`, {
    help: `Remove "present ${key}"`,
    tremor: {
      message: `The field ${key} is checked with both present and another extractor, this is redundant as extractors imply presence. It may also overwrite the result of the extractor.`,
      span,
    },
  })
}

function never(span: Span, { key, span: place }: FieldTest): Diagnostic {
  return warning(kind, place, `Field "${key}" is tested for absence beside another test: this never fits`, {
    help: `Remove "absent ${key}" or the other test`,
    tremor: {
      message: `The field ${key} is checked with both absence and another extractor, this test can never be true.`,
      span,
    },
  })
}
