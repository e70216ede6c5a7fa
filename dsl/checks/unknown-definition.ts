import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { nearest } from '../nearest.ts'
import type { Span } from '../source.ts'
import { error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0123',
  title: 'unknown definition',
  explain:
    'A `create` names what was defined by `define`, in the query or in a module it uses; a select names its windows likewise.',
  wrong: 'create script a;\nselect event from in into a;\nselect event from a into out;',
  right:
    'define script a\nscript\n  event\nend;\ncreate script a;\nselect event from in into a;\nselect event from a into out;',
})
export default kind

export function unknownDefinition(
  span: Span,
  what: string,
  name: string,
  known: Iterable<string>,
): Diagnostic {
  const near = nearest(name, known)
  return error(kind, span, `Unknown ${what} "${name}"`, {
    origin: 'temblor',
    help: near === undefined ? `Define it with "${definitionOf(what, name)}"` : `Did you mean "${near}"?`,
  })
}

function definitionOf(what: string, name: string): string {
  if (what === 'script') return `define script ${name} script … end`
  return what === 'window' ? `define tumbling window ${name} with … end` : `define … ${what} ${name}`
}
