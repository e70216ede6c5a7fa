import { ignoreElements, type Subscriber, tap } from 'rxjs'
import { integer as anInteger } from '#dsl/number.ts'
import type { Value } from '#dsl/value.ts'
import type { Timer } from '../../clock.ts'
import { duration, integer } from '../../config.ts'
import { Event, EventId } from '../../event.ts'
import { joinFlights, joinTrails } from '../../joined.ts'
import { defineOperator } from '../../operator.ts'
import { Payload } from '../../payload.ts'
import { perEvent } from '../../per-event.ts'
import type { At } from '../../port.ts'

export default defineOperator({
  doc: `Gathers events and hands them on as one, whose value is the list of them:
\`{"data": {"value", "meta", "ingest_ns", "kind", "is_batch"}}\`. A batch leaves when it has \`count\` events, when its first one has
waited for \`timeout\`, and when the engine stops.

What becomes of a batch becomes of its events: an answer to it answers each request in it, and operators above hear of its
success or failure for each event. (In tremor they hear nothing from behind a batch.)`,
  config: {
    count: integer('How many events make a batch.', { required: true, min: 1 }),
    timeout: duration('How long the first event of a batch waits at most; for ever if it is not given.', {
      unit: 'ms',
    }),
  },
  ports: ['out'],
  readsEvent: true,
  holdsEvent: true,
  examples: [
    {
      title: 'A batch leaves when it is full',
      with: { count: 2 },
      in: 'a-b-c-d',
      out: { out: '--[ab]---[cd]' },
    },
    {
      title: 'A batch that is not full leaves when its first event has waited long enough',
      with: { count: 10, timeout: 3 },
      in: 'a-b----c',
      out: { out: '---[ab]------[c]' },
    },
  ],
  create({ count, timeout }, { clock, uid }) {
    const patienceNs = timeout === undefined ? undefined : BigInt(Math.round(timeout * 1e6))
    let held: Event[] = []
    let made = 0
    let timer: Timer | null = null
    let out: Subscriber<At<Event>> | null = null

    return {
      flow: perEvent((event, _port, sink) => {
        out = sink
        event.flight?.hold()
        held.push(event)
        if (held.length >= count || isLate(event)) flush()
        else if (timeout !== undefined && timer === null) timer = clock.after(timeout, flush)
      }),
      signal: (signals) =>
        signals.pipe(
          tap((signal) => {
            if (signal.kind === 'drain' || signal.kind === 'stop') flush()
          }),
          ignoreElements(),
        ),
    }

    /** By the times of the events: where they are replayed, no clock turns between them. */
    function isLate(event: Event): boolean {
      return patienceNs !== undefined && event.ingestNs - held[0]!.ingestNs > patienceNs
    }

    function flush(): void {
      timer?.cancel()
      timer = null
      const events = held
      if (events.length === 0) return
      held = []
      const { flight, passedOn } = joinFlights(
        events.map((event) => event.flight).filter((each) => each !== null),
      )
      const id = new EventId(uid, 0, made++)
      const batch = new Event(id, Payload.of(events.map(wrapped)), {}, events[0]!.ingestNs, null, flight)
      batch.isBatch = true
      batch.transactional = events.some((event) => event.transactional)
      batch.trail = joinTrails(events.map((event) => event.trail))
      out?.next(['out', batch])
      passedOn()
    }
  },
})

function wrapped(event: Event): Value {
  return {
    data: {
      value: event.payload.held(),
      meta: event.meta,
      ingest_ns: anInteger(event.ingestNs) ?? 0,
      kind: null,
      is_batch: event.isBatch,
    },
  }
}
