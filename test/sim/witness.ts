/** Stands around a log and sees that nothing is said to be stored, or sent on, before a crash would leave it. */
import { map, tap } from 'rxjs'
import { fieldOf, isRecord, type Value } from '#dsl/value.ts'
import type { Event, Listener } from '#engine/event.ts'
import type { Operator } from '#engine/operator.ts'
import { goBack } from '#engine/outlet.ts'
import type { SimDisk } from './disk.ts'

export function witnessed(operator: Operator, disk: SimDisk, broken: (what: string) => void): Operator {
  /** A mark is in the bytes of what is stored, and nowhere else. */
  let marks = 0
  /** Of events that were not taken: what becomes of them below is said of them. */
  const refused = new Set<string>()
  const flow: Operator['flow'] = (events) =>
    operator
      .flow(
        events.pipe(
          map(([port, event]) => {
            const mark = `mark-${++marks}-`
            event.meta = { ...event.meta, mark }
            const { trail } = event
            const hears: Listener = {
              hear(_port, insight) {
                if (insight.kind === 'ack' && !refused.has(mark) && !disk.keeps(mark))
                  broken(`${mark} is said to be stored too early`)
                goBack(trail, insight)
              },
            }
            event.trail = { node: hears, port: 'out', before: null }
            return [port, event]
          }),
        ),
      )
      .pipe(
        tap(([port, event]) => {
          if (port === 'overflow') refused.add(markOf(event))
          if (port === 'out' && !disk.keeps(markOf(event)))
            broken(`${markOf(event)} is sent before it is stored`)
        }),
      )
  return { ...operator, flow }
}

function markOf({ meta }: Event): string {
  const mark: Value | undefined = isRecord(meta) ? fieldOf(meta, 'mark') : undefined
  return typeof mark === 'string' ? mark : '?'
}
