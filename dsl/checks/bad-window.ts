import { defineDiagnostic } from '../diagnostic.ts'
import { nearest } from '../nearest.ts'
import type { Span } from '../source.ts'
import { error } from './finding.ts'

const kind = defineDiagnostic({
  code: 'E0125',
  title: 'bad window',
  explain:
    'A tumbling window closes by exactly one of `size` (a number of events) and `interval` (nanoseconds). Sliding windows are read and cannot be run.',
  wrong:
    'define tumbling window w with size = 2, interval = 3 end;\nselect aggr::stats::count() from in[w] into out;',
  right: 'define tumbling window w with size = 2 end;\nselect aggr::stats::count() from in[w] into out;',
})
export default kind

export function twoWindowSizes(span: Span) {
  const message = 'Bad window configuration, only one of `size` or `interval` is allowed.'
  return error(kind, span, 'Window has both "size" and "interval": it closes by one of them', {
    tremor: { message, context: 'none' },
  })
}

export function noWindowSize(span: Span, params: readonly { readonly name: string; readonly span: Span }[]) {
  const meant = params
    .map((param) => ({ param, near: nearest(param.name, ['size', 'interval']) }))
    .find(({ near }) => near !== undefined)
  return error(kind, span, 'Window has neither "size" nor "interval"', {
    help: 'Say when it closes: "size = 100" events, or "interval = 1000000000" nanoseconds',
    ...(meant && { also: [{ span: meant.param.span, message: `did you mean "${meant.near}"?` }] }),
    tremor: {
      message: 'Bad window configuration, either `size` or `interval` is required.',
      context: 'none',
    },
  })
}

/** A size that is no number of events, an interval that is no number of nanoseconds. */
export function badWindowSize(span: Span, name: string) {
  return error(kind, span, `"${name}" of a window is not an integer from 0`, {
    origin: 'temblor',
    help: 'Write a number of events, "size = 100", or of nanoseconds, "interval = 1000000000"',
  })
}

export function slidingWindow(span: Span) {
  return error(kind, span, 'Sliding windows cannot be run', {
    help: 'Use a tumbling window',
    tremor: { message: 'sliding windows are not yet implemented', context: 'none' },
  })
}
