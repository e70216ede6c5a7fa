import { defineDiagnostic } from '../diagnostic.ts'
import type { Span } from '../source.ts'
import { error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0126',
  title: 'events would run in a circle',
  explain:
    'The selects of a query lead an event on from node to node; no path may lead back to where it was.',
  wrong:
    'create stream a;\ncreate stream b;\nselect event from in into a;\nselect event from a into b;\nselect event from b into a;\nselect event from b into out;',
  right:
    'create stream a;\ncreate stream b;\nselect event from in into a;\nselect event from a into b;\nselect event from b into out;',
})
export default kind

export function queryCycle(span: Span, nodes: readonly string[]) {
  return error(kind, span, `Events would run in a circle: ${nodes.join(' -> ')}`, { origin: 'temblor' })
}
