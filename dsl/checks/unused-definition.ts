import type { Create, Statement } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import type { ResolvedQuery } from '../passes/2-resolve.ts'
import { type Span, spanOf } from '../source.ts'
import { warning } from './finding.ts'

const kind = defineDiagnostic({
  code: 'W0106',
  title: 'definition that nothing uses',
  explain:
    'What a query defines and never creates, or creates and never connects, has no effect. An operator without parameters is no loss, and nothing is said of it.',
  wrong: 'define qos::percentile operator limit with timeout = 100 end;\nselect event from in into out;',
  right:
    'define qos::percentile operator limit with timeout = 100 end;\ncreate operator limit;\nselect event from in into limit;\nselect event from limit into out;',
})
export default kind

/** Reports what the query itself defines or creates in vain; a module may define more than one query needs. */
export function unusedDefinitions({ query, nodes }: ResolvedQuery): Diagnostic[] {
  const findings: Diagnostic[] = []
  const created = new Set(
    [...nodes.values()].flatMap((node) => ('definition' in node ? [node.definition] : [])),
  )
  const windows = new Set<string>()
  const ends = new Set<string>()
  for (const statement of query.statements) {
    if (statement.kind !== 'select') continue
    for (const window of statement.windows) windows.add(window.name)
    ends.add(statement.from.stream).add(statement.into.stream)
  }
  for (const statement of query.statements) {
    if (statement.kind === 'define-window' && !windows.has(statement.name))
      tell(statement.span, 'Window', statement.name, 'used')
    if (statement.kind === 'define-operator' && statement.hasWith && !created.has(statement))
      tell(statement.span, 'Operator', statement.name, 'created')
    if (statement.kind === 'define-script' && !created.has(statement))
      tell(statement.span, 'Script', statement.name, 'created')
    if (isNode(statement) && !ends.has(statement.name))
      tell(statement.span, 'Node', statement.name, 'connected')
  }
  return findings

  function isNode(statement: Statement): statement is Create {
    const node = statement.kind === 'create' ? nodes.get(statement.name) : undefined
    return node?.create === statement && node.kind !== 'broken'
  }

  function tell(span: Span, what: string, name: string, how: string): void {
    const end = span.source.text.indexOf('\n', span.start)
    const line = spanOf(span.source, span.start, end < 0 ? span.end : Math.min(end, span.end))
    findings.push(warning(kind, line, `${what} "${name}" is never ${how}`, { origin: 'temblor' }))
  }
}
