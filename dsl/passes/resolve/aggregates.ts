/** Where aggregates may stand. */
import type { Call } from '../../ast.ts'
import { misplacedAggregate as misplaced } from '../../checks/misplaced-aggregate.ts'
import { nestedAggregate } from '../../checks/nested-aggregate.ts'
import type { Diagnostic } from '../../diagnostic.ts'
import type { Place } from './context.ts'

/** The finding about an aggregate in the wrong place, if it is in one. */
export function misplacedAggregate(call: Call, name: string, { select, fn }: Place): Diagnostic | undefined {
  if (fn !== undefined) return misplaced(call.span, name, 'in a function')
  if (select === undefined) return misplaced(call.span, name, 'in a script')
  if (select.around !== undefined)
    return nestedAggregate(call.span, { ...call.span, start: select.select.span.start })
  if (select.aggregates === undefined)
    return misplaced(call.span, name, `in the "${select.clause}" of a select`)
  if (select.select.windows.length === 0) return misplaced(call.span, name, 'in a select without a window')
  return undefined
}
