import type { Extract } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import { type FunctionError, MistakeInText } from '../function.ts'
import { nearest } from '../nearest.ts'
import { placeInRule } from '../rule-places.ts'
import { error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0111',
  title: 'bad extractor',
  explain:
    'The name before the bars is none of the extractors, or the rule between them is not one that the extractor understands.',
  wrong: 'match event of\n  case %{ a ~= re|(| } => 1\n  default => 2\nend',
  right: 'match event of\n  case %{ a ~= re|(x)| } => 1\n  default => 2\nend',
})
export default kind

export function unknownExtractor(test: Extract, known: Iterable<string>): Diagnostic {
  const near = nearest(test.name, known)
  return error(kind, test.span, `Unknown extractor "${test.name}"`, {
    ...(near === undefined ? {} : { help: `Did you mean "${near}"?` }),
    tremor: { message: `Invalid tilde predicate pattern: Unsupported extractor ${test.name}` },
  })
}

/** The place is that of the mistake in the rule, if the failure knows it; tremor marks the whole extractor. */
export function badRule(test: Extract, failure: FunctionError): Diagnostic {
  const { message } = failure
  const place =
    failure instanceof MistakeInText
      ? placeInRule(test.rule, test.ruleSpan, failure.at, failure.length)
      : undefined
  const reason =
    place === undefined ? message : message.replace(/,? at character \d+( of the regular expression)?$/, '')
  return error(kind, place ?? test.span, `Cannot read the rule of extractor "${test.name}": ${reason}`, {
    tremor: { message: `Invalid tilde predicate pattern: ${theirReason(test, message)}`, span: test.span },
  })
}

/** The one complaint about a regular expression whose text is pinned by upstream's suite. */
function theirReason({ rule }: Extract, reason: string): string {
  const open = /^A group is not closed.* at character (\d+)/.exec(reason)
  if (open === null) return reason
  return `regex parse error:\n    ${rule}\n    ${' '.repeat(Number(open[1]) - 1)}^\nerror: unclosed group`
}
