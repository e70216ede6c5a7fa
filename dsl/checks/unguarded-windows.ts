import type { DefineWindow } from '../ast.ts'
import type { Diagnostic } from '../diagnostic.ts'
import { defineDiagnostic } from '../diagnostic.ts'
import type { Value } from '../value.ts'
import { warning } from './finding.ts'

const kind = defineDiagnostic({
  code: 'W0108',
  title: 'empty windows without a bound',
  explain:
    'With `emit_empty_windows`, a window emits for every group it has ever seen. Without `max_groups` or `eviction_period` the groups, and so the events emitted at each interval, only grow.',
  wrong:
    'define tumbling window w with interval = 1000000000, emit_empty_windows = true end;\nselect aggr::stats::count() from in[w] into out;',
  right:
    'define tumbling window w with interval = 1000000000, emit_empty_windows = true, max_groups = 100 end;\nselect aggr::stats::count() from in[w] into out;',
})
export default kind

export function unguardedWindow(
  define: DefineWindow,
  value: (name: string) => Value | undefined,
): Diagnostic[] {
  if (value('emit_empty_windows') !== true) return []
  if (value('max_groups') !== undefined || value('eviction_period') !== undefined) return []
  const entry = define.params.find(({ name }) => name === 'emit_empty_windows')!
  return [
    warning(
      kind,
      entry.span,
      `Window "${define.name}" emits empty windows for a number of groups that has no bound`,
      {
        help: 'Add "max_groups" or "eviction_period"',
        tremor: {
          message:
            'Using `emit_empty_windows` without guard is potentially dangerous. Consider limiting the amount of groups maintained internally by using `max_groups` and/or `eviction_period`.',
          span: define.span,
          context: define.span,
        },
      },
    ),
  ]
}
