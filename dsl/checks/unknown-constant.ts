import type { Path } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { nearest } from '../nearest.ts'
import { error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0104',
  title: 'unknown constant',
  explain: 'A name with a module path means a constant of that module; there is none of this name.',
  wrong: 'use std::integer;\ninteger::maximum',
  right: 'use std::integer;\ninteger::max',
})
export default kind

export interface ConstantsInScope {
  /** The module in which the name stands. */
  readonly within: readonly string[]
  /** The constants of the module that was named, if there is such a module. */
  readonly known: readonly string[] | undefined
}

export function unknownConstant(
  path: Path,
  names: readonly string[],
  { within, known }: ConstantsInScope,
): Diagnostic {
  const name = names.join('::')
  const module = names.slice(0, -1).join('::')
  const near = nearest(names[names.length - 1]!, known ?? [])
  const absolute = [...within, ...names].join('::')
  const why = known === undefined ? `: no module "${module}" is in scope` : ''
  return error(kind, path.span, `Unknown constant "${name}"${why}`, {
    ...(near === undefined ? {} : { help: `Did you mean "${module}::${near}"?` }),
    tremor: { message: `The constant ${absolute} (absolute path) is not defined.`, context: path.span },
  })
}
