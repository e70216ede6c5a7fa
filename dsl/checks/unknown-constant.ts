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
  /** The module of our library that has the name, or that a `use` would bring under it. */
  readonly library: string | undefined
  /** It has a function of this name. */
  readonly isFunction: boolean
}

export function unknownConstant(
  path: Path,
  names: readonly string[],
  { within, known, library, isFunction }: ConstantsInScope,
): Diagnostic {
  const name = names.join('::')
  const module = names.slice(0, -1).join('::')
  const near = nearest(names[names.length - 1]!, known ?? [])
  const absolute = [...within, ...names].join('::')
  const why = known === undefined ? `: no module "${module}" is in scope` : ''
  const use = known === undefined && library !== undefined ? `Add "use ${library};"` : undefined
  const call = isFunction ? `It is a function: call it, as in "${name}(…)"` : undefined
  const meant = near === undefined ? undefined : `Did you mean "${module}::${near}"?`
  const help = [use, call ?? meant].filter((it) => it !== undefined).join('. ')
  return error(kind, path.span, `Unknown constant "${name}"${why}`, {
    ...(help === '' ? {} : { help }),
    tremor: { message: `The constant ${absolute} (absolute path) is not defined.`, context: path.span },
  })
}
