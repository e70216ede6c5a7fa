import { defineDiagnostic } from '../diagnostic.ts'
import type { Span } from '../source.ts'
import { error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0115',
  title: 'local variable in a select',
  explain:
    'A select sees the event, `$`, `args`, `window`, `group` and the state; it has no local variables.',
  wrong: 'select a from in into out;',
  right: 'select event.a from in into out;',
})
export default kind

export function localInSelect(root: Span, name: string, clause: Span, select: Span) {
  return error(kind, root, `Unknown name "${name}": a select has no local variables`, {
    help: `Did you mean "event.${name}"?`,
    tremor: { message: 'Local variables are not allowed here', span: clause, context: select },
  })
}
