import type { LegacyPart } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { spanOf } from '../source.ts'
import { warning } from './finding.ts'

const kind = defineDiagnostic({
  code: 'W0101',
  title: 'old spelling of interpolation',
  explain:
    'Up to tremor 0.9 a string inserted a value by `{path}`; since 0.10 it is `#{path}`. A bare `{path}` is still taken so where the path begins with a local variable or with `$`; write it in the new way, or write the brace as `{"{"}` if text is meant.',
  wrong: 'let host = event.host;\n"host={host}"',
  right: 'let host = event.host;\n"host=#{host}"',
})
export default kind

export function legacyInterpolation(part: LegacyPart): Diagnostic {
  const at = spanOf(part.span.source, part.span.start, part.span.start)
  return warning(
    kind,
    part.span,
    `"${part.text}" in a string inserts a value in the spelling of tremor 0.9`,
    {
      origin: 'temblor',
      help: `Write "#${part.text}"`,
      fix: [{ span: at, text: '#' }],
    },
  )
}
