import { defineDiagnostic } from '../diagnostic.ts'
import type { Span } from '../source.ts'
import { error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0121',
  title: 'reserved name',
  explain: '`in`, `out`, `err` and `metrics` are the ends of every pipeline; nothing else can be called so.',
  wrong:
    'define generic::counter operator metrics;\ncreate operator metrics;\nselect event from in into out;',
  right:
    'define generic::counter operator counted;\ncreate operator counted;\nselect event from in into counted;\nselect event from counted into out;',
})
export default kind

export function reservedName(statement: Span, nameSpan: Span, name: string) {
  return error(kind, nameSpan, `"${name}" is the name of an end of the pipeline`, {
    help: 'Choose another: "in", "out", "err" and "metrics" are taken',
    tremor: {
      message: `Name \`${name}\` is reserved for built-in nodes, please use another name.`,
      span: statement,
    },
  })
}
