import type { Path } from '../ast.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { nearest } from '../nearest.ts'
import { error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0104',
  title: 'unknown constant',
  explain: 'A name with a module path means a constant of that module; there is none of this name.',
  wrong: 'use std::math;\nmath::PI',
  right: 'use std::integer;\ninteger::MAX',
})
export default kind

export function unknownConstant(
  path: Path,
  names: readonly string[],
  within: readonly string[],
  known: readonly string[],
) {
  const name = names.join('::')
  const near = nearest(names[names.length - 1]!, known)
  const absolute = [...within, ...names].join('::')
  return error(kind, path.span, `Unknown constant "${name}"`, {
    ...(near === undefined ? {} : { help: `Did you mean "${[...names.slice(0, -1), near].join('::')}"?` }),
    tremor: { message: `The constant ${absolute} (absolute path) is not defined.`, context: path.span },
  })
}
