import type { BytesPart } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { nearest } from '../nearest.ts'
import { walkTree } from '../walk.ts'
import { type Check, error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0130',
  title: 'bad part of a binary',
  explain:
    'A part of a binary is `value:bits/type`: 1 to 64 bits (or for `binary` a number of bytes), and a type out of `binary`, `integer`, `big`, `little`, `unsigned`, `signed-integer` and `unsigned-integer`, the last five also with `big-` or `little-` before them.',
  wrong: '<< event.a:65 >>',
  right: '<< event.a:64 >>',
})
export default kind

const plain = ['', 'unsigned-integer', 'signed-integer', 'integer', 'unsigned']
const types: ReadonlySet<string> = new Set([
  'binary',
  'big',
  'little',
  'integer',
  'unsigned',
  'signed-integer',
  'unsigned-integer',
  ...plain.filter((word) => word !== '').flatMap((word) => [`big-${word}`, `little-${word}`]),
])

export const bytesPart: Check = {
  kind,
  run(tree) {
    const findings: Diagnostic[] = []
    walkTree(tree, {
      expr(expr) {
        if (expr.kind === 'bytes') for (const part of expr.parts) findings.push(...wrongPart(part))
      },
    })
    return findings
  },
}

function* wrongPart({ span, bits, dataType }: BytesPart): Iterable<Diagnostic> {
  if (dataType !== undefined && !types.has(dataType)) {
    const near = nearest(dataType, types)
    yield error(kind, span, `Unknown type "${dataType}" of a binary's part`, {
      help: near === undefined ? `Known are ${[...types].join(', ')}` : `Did you mean "${near}"?`,
      tremor: { message: `Not a valid data type: '${dataType}'`, context: span },
    })
  }
  if (bits !== undefined && (bits < 1 || bits > 64)) {
    yield error(kind, span, `A part of a binary has 1 to 64 bits, not ${bits}`, {
      tremor: { message: `negative bits or bits > 64 are are not allowed: ${bits}`, context: span },
    })
  }
}
