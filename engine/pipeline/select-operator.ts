import { type Eval, type Frame, ScriptError, type SelectProgram } from '#dsl/program.ts'
import type { Event } from '../event.ts'
import type { Operator } from '../operator.ts'
import { OPAQUE, type Payload } from '../payload.ts'
import { perEvent } from '../per-event.ts'
import { reportFailure } from './report.ts'
import { newFrame, type ScriptSite } from './script.ts'
import { windowedSelect } from './windowed-select.ts'

/** `group` of a select that does not group. */
const UNGROUPED = [null, '[null]']

/** A select at work. Without windows and groups each event is judged and rewritten where it stands. */
export function selectOperator(select: SelectProgram, site: ScriptSite & { readonly uid: number }): Operator {
  if (select.windows.length > 0 || select.groups !== undefined) return windowedSelect(select, site)
  const frame = newFrame({}, site)
  frame.group = UNGROUPED
  const { where, having, target, form } = select
  const asksMeta = select.demand.readsMeta || select.demand.writesMeta

  return {
    flow: perEvent(function take(event, port, out): void {
      const payload = event.payload.shown(select.demand)
      fill(frame, event, payload)
      if (asksMeta) frame.meta = event.meta
      try {
        if (where !== undefined && !holds(where, frame)) return filtered(event)
        if (form === 'full') {
          const value = target(frame)
          if (value !== frame.event) {
            event.payload = payload.changed(value, select.demand)
            event.failure = null
          }
          frame.event = value
          frame.meta = {}
        }
        if (having !== undefined && !holds(having, frame)) return filtered(event)
      } catch (error) {
        if (!(error instanceof ScriptError)) throw error
        if (payload.part !== null) {
          // As in scripts: what is said of a failure is said of the whole event.
          event.payload = payload.whole()
          return take(event, port, out)
        }
        reportFailure(site, error, { select: site.node, event_id: event.id.toString() })
        return event.flight?.note('script_error', error.brief)
      }
      out.next(['out', event])
    }),
  }
}

function fill(frame: Frame, event: Event, payload: Payload): void {
  frame.event = payload.known ?? OPAQUE
  frame.ingestNs = event.ingestNs
  frame.origin = event.origin
}

/** The emitter checks that the condition is a boolean. */
function holds(condition: Eval, frame: Frame): boolean {
  return condition(frame) === true
}

function filtered(event: Event): void {
  event.flight?.note('no_route', 'no select let the event through')
}
