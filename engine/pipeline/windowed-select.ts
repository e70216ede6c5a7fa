import { Observable } from 'rxjs'
import type { SelectProgram } from '#dsl/program.ts'
import type { Event } from '../event.ts'
import type { Operator } from '../operator.ts'
import { perEvent } from '../per-event.ts'
import type { At } from '../port.ts'
import { reportFailure } from './report.ts'
import { newFrame, type ScriptSite } from './script.ts'
import { createSelect, type Outcome } from './select.ts'

/** A select with groups or windows at work. Events it sets free go on before their flights are let go. */
export function windowedSelect(select: SelectProgram, site: ScriptSite & { readonly uid: number }): Operator {
  const state = createSelect(select, { uid: site.uid, frame: newFrame({}, site) })

  return {
    flow: perEvent((event, _port, out) => deliver(state.onEvent(event), (at) => out.next(at))),
    signal: (signals) =>
      new Observable((out) =>
        signals.subscribe({
          next: ({ kind, atNs }) => {
            if (kind === 'tick') deliver(state.onTick(atNs), (at) => out.next(at))
            if (kind === 'stop') deliver(state.close(), (at) => out.next(at))
          },
          complete: () => out.complete(),
        }),
      ),
  }

  function deliver({ events, errors, released }: Outcome, emit: (at: At<Event>) => void): void {
    for (const error of errors) reportFailure(site, error, { select: site.node })
    for (const event of events) emit(['out', event])
    for (const flight of released) flight.release()
  }
}
