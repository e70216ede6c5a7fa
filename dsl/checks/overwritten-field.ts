import type { Expr, Patch } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import type { Span } from '../source.ts'
import { walkTree } from '../walk.ts'
import { type Check, warning } from './finding.ts'

const kind = defineDiagnostic({
  code: 'W0121',
  title: 'field that is written twice',
  explain:
    'Of two fields of the same name in one record the last one counts, and the first is lost. In a patch, `insert` refuses a field that the patch itself has written before, so that it always fails.',
  wrong: '{ "host": event.host, "host": event.hostname }',
  right: '{ "host": event.host, "hostname": event.hostname }',
})
export default kind

export const overwrittenField: Check = {
  kind,
  run(tree) {
    const findings: Diagnostic[] = []
    walkTree(tree, {
      expr(expr) {
        if (expr.kind === 'patch') findings.push(...inPatch(expr))
        if (expr.kind !== 'record') return
        const written = new Map<string, Span>()
        for (const { key, value } of expr.fields) {
          const name = nameOf(key)
          // Nothing is lost with the answer to a question that is asked again.
          if (name === undefined || value.kind === 'presence') continue
          const first = written.get(name)
          if (first === undefined) written.set(name, key.span)
          else
            findings.push(
              warning(kind, key.span, `Field "${name}" is written twice: the first value is lost`, {
                origin: 'temblor',
                also: [{ span: first, message: 'lost' }],
              }),
            )
        }
      },
    })
    return findings
  },
}

function* inPatch({ operations }: Patch): Iterable<Diagnostic> {
  const written = new Map<string, Span>()
  for (const op of operations) {
    // What other operations bring is not known.
    if (op.op === 'merge-whole') return
    const key = 'to' in op ? op.to : op.key
    const name = nameOf(key)
    if (name === undefined) return
    const first = written.get(name)
    const refuses = op.op === 'insert'
    if (first !== undefined && refuses)
      yield warning(kind, key.span, `This always fails: the patch has written "${name}" before`, {
        origin: 'temblor',
        also: [{ span: first, message: 'written here' }],
        help: 'Use `upsert` to write whether or not the field exists',
      })
    if (op.op === 'erase') written.delete(name)
    else if (op.op === 'move') written.delete(nameOf(op.from) ?? '')
    if (op.op === 'insert' || op.op === 'upsert' || op.op === 'update') written.set(name, key.span)
  }
}

function nameOf(key: Expr): string | undefined {
  return key.kind === 'literal' && typeof key.value === 'string' ? key.value : undefined
}
