import type { StreamPort } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { nearest } from '../nearest.ts'
import { type Span, spanOf } from '../source.ts'
import { error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0120',
  title: 'unknown stream',
  explain:
    'What a select reads from or writes into is `in`, `out`, `err`, or something that the query creates: a stream, an operator or a script.',
  wrong: 'select event from inn into out;',
  right: 'select event from in into out;',
})
export default kind

export function unknownStream(
  end: StreamPort,
  select: Span,
  known: Iterable<string>,
  defined: boolean,
): Diagnostic {
  const near = nearest(end.stream, known)
  const help = defined
    ? `"${end.stream}" is defined, and not created: add "create … ${end.stream};"`
    : near && `Did you mean "${near}"?`
  const span = spanOf(end.span.source, end.span.start, end.span.start + nameLength(end))
  return error(kind, span, `Unknown stream "${end.stream}"`, {
    ...(help === undefined ? {} : { help }),
    tremor: { message: `Stream used in \`from\` or \`into\` is not defined: ${end.stream}`, context: select },
  })
}

/** A quoted name is two characters longer in the text. */
function nameLength({ stream, span }: StreamPort): number {
  return span.source.text[span.start] === '`' ? stream.length + 2 : stream.length
}
