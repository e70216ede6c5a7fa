import type { Use } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { nearest } from '../nearest.ts'
import { spanOf } from '../source.ts'
import { error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0102',
  title: 'module not found',
  explain:
    'A `use` names a module that is neither a file beside the script or on the module path (`a/b.tremor`, then `a/b.trickle`) nor a part of our library.',
  wrong: 'use std::strings;\nevent',
  right: 'use std::string;\nevent',
})
export default kind

export function unknownModule(use: Use, known: readonly string[], folders: readonly string[]): Diagnostic {
  const name = use.module.join('::')
  const near = nearest(name, known)
  const { source } = use.span
  const lineEnd = source.text.indexOf('\n', use.span.end)
  const at = lineEnd < 0 ? source.text.length : lineEnd
  const list = folders.map((folder) => `\n                         - ${folder}`).join('')
  return error(kind, use.span, `Unknown module "${name}"`, {
    ...(near === undefined ? {} : { help: `Did you mean "${near}"?` }),
    ...(folders.length === 0
      ? {}
      : { notes: [`Looked in ${folders.map((folder) => `"${folder}"`).join(', ')}`] }),
    tremor: {
      message: `Module \`${use.module.join('/')}\` not found or not readable error in module path: ${list}`,
      span: spanOf(source, at, at),
    },
  })
}
