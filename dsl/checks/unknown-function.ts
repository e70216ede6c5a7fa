import type { Call } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { nearest } from '../nearest.ts'
import { error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0101',
  title: 'unknown function',
  explain:
    'A call names a function that is not declared before it, in the module it is called by. Functions of our library are called through their module, which `use` brings in: `use std::string;`.',
  wrong: 'use std::string;\nstring::upercase(event)',
  right: 'use std::string;\nstring::uppercase(event)',
})
export default kind

export interface FunctionsInScope {
  /** The functions of the module that was named, if there is such a module. */
  readonly siblings: readonly string[] | undefined
  /** The modules in scope, for when the named one is not among them. */
  readonly modules: readonly string[]
  /** The module of our library that a `use` would bring under the name. */
  readonly library: string | undefined
  /** A call of what has this name elsewhere, if there is such a thing. */
  readonly elsewhere?: string | undefined
  /** It is the function around the call, or one that is declared further down. */
  readonly later?: 'itself' | 'later' | undefined
}

export function unknownFunction(
  call: Call,
  { siblings, modules, library, elsewhere, later }: FunctionsInScope,
): Diagnostic {
  const module = call.module.join('::')
  const name = [...call.module, call.name].join('::')
  const tremor = { message: `Call to undefined function ${module}::${call.name}`, context: 3 }
  if (siblings === undefined) {
    const near = nearest(module, modules)
    const help =
      library !== undefined ? `Add "use ${library};"` : near && `Did you mean "${near}::${call.name}"?`
    const message = `Unknown function "${name}": no module "${module}" is in scope`
    return error(kind, call.span, message, { tremor, ...(help === undefined ? {} : { help }) })
  }
  if (later !== undefined)
    return error(kind, call.span, `Unknown function "${name}"`, { tremor, help: laterHelp[later] })
  const near = nearest(call.name, siblings)
  const meant = near === undefined ? elsewhere : [...call.module, near].join('::')
  const help = meant && `Did you mean "${meant}"?`
  return error(kind, call.span, `Unknown function "${name}"`, {
    tremor,
    ...(help === undefined ? {} : { help }),
  })
}

const laterHelp = {
  itself: 'A function calls itself by "recur", as the last thing it does',
  later: 'It is declared further down: move the declaration in front of this call',
}
