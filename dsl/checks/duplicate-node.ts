import { defineDiagnostic } from '../diagnostic.ts'
import type { Span } from '../source.ts'
import { error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0122',
  title: 'name used twice',
  explain: 'Streams, operators and scripts of a query share their names: each is created under its own.',
  wrong:
    'create stream a;\ndefine generic::counter operator a;\ncreate operator a;\nselect event from in into a;\nselect event from a into out;',
  right:
    'create stream b;\ndefine generic::counter operator a;\ncreate operator a;\nselect event from in into a;\nselect event from a into b;\nselect event from b into out;',
})
export default kind

export function duplicateNode(statement: Span, nameSpan: Span, name: string, first: Span) {
  return error(kind, nameSpan, `"${name}" is created twice`, {
    also: [{ span: first, message: 'first created here' }],
    tremor: {
      message: `Name \`${name}\` is already in use for another node, please use another name.`,
      span: statement,
    },
  })
}
