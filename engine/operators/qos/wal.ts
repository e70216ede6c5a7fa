import { join } from 'node:path'
import { ignoreElements, merge, Observable, Subject, type Subscriber, tap } from 'rxjs'
import { boolean, type ConfigOf, integer, size, text } from '../../config.ts'
import { Event, EventId, type Listener } from '../../event.ts'
import { Flight, nothingAnswered } from '../../flight.ts'
import { MsgpackError } from '../../formats/msgpack.ts'
import type { Insight } from '../../insight.ts'
import { defineOperator, type Operator, type OperatorContext } from '../../operator.ts'
import { goBack } from '../../outlet.ts'
import { perEvent } from '../../per-event.ts'
import type { At, Port } from '../../port.ts'
import type { Reason } from '../../reason.ts'
import { type Entry, Journal } from '../../wal/journal.ts'
import { type JournalUse, openJournal } from '../../wal/open.ts'

const config = {
  read_count: integer(
    'How many stored events are sent at most for each event that arrives, and each 100 ms.',
    {
      required: true,
      min: 1,
    },
  ),
  dir: text(
    'The folder the events are kept in, one for each operator; under `--workers` each worker has its own in it, `worker-1` and so on. Without it they are kept in memory only.',
  ),
  max_elements: integer('How many events are stored at most.', { min: 1 }),
  max_bytes: size('How many bytes the files take at most; it may be a little more.', { min: 4096 }),
  flush_on_evnt: boolean('Every event is written through to the disk before it counts as stored.', {
    deprecated: 'Leave it out: it is always so',
  }),
} as const

type Config = ConfigOf<typeof config>

export default defineOperator({
  doc: `Stores events before they go on, and sends them again until they arrive: at least once, also if the process or the machine
dies in between. What is above hears of success as soon as an event is stored: with \`dir\`, written and synced to disk; events that
arrive together are synced together.

Below, success confirms an event and failure sends it again, before those that come after it. An event that nothing below wants,
because it was filtered out, dropped or its script failed, is confirmed too. While what is below says it is closed, nothing is sent.

When \`max_elements\` or \`max_bytes\` is reached, and when the disk cannot be written, what is above is told that this way is closed,
and events that come all the same leave by \`overflow\`. Stored events are kept in memory as well.

A request that waits for its answer is answered by what becomes of its event first; an event that is sent again is nobody's request.`,
  config,
  ports: ['out', 'overflow'],
  readsEvent: true,
  check: ({ max_elements, max_bytes }) =>
    max_elements === undefined && max_bytes === undefined
      ? 'qos::wal needs "max_elements" or "max_bytes"'
      : undefined,
  examples: [
    {
      title: 'What fails is sent again, before the others',
      with: { read_count: 10, max_elements: 10 },
      in: 'a-b--c',
      insights: { out: '---f--' },
      out: { out: 'a-b-bc', overflow: '------' },
    },
    {
      title: 'While what is below is closed, events are kept',
      with: { read_count: 10, max_elements: 10 },
      in: '--a-b--c',
      insights: { out: '-c---o--' },
      out: { out: '-----(ab)-c', overflow: '--------' },
    },
    {
      title: 'What does not fit overflows, until something was confirmed',
      with: { read_count: 10, max_elements: 1 },
      in: 'a-b-c',
      insights: { out: '---a-' },
      out: { out: 'a---c', overflow: '--b--' },
    },
  ],
  create: (config, context) => walOperator(config, context, journalOf(config, context)),
})

function journalOf({ dir, max_bytes }: Config, context: OperatorContext): JournalUse {
  const { address, node, log } = context
  const segmentBytes = Math.min(8_388_608, Math.max(65_536, Math.floor((max_bytes ?? 8_388_608) / 8)))
  if (dir !== undefined)
    return openJournal(folderOf(dir, context), { owner: `${address}, operator "${node}"`, log, segmentBytes })
  return { journal: new Journal(null, { log, segmentBytes }), enter() {}, leave: () => true }
}

/** One process writes to a folder: each of several workers has one of its own in it, and takes it up again when it is replaced. */
function folderOf(dir: string, { worker }: OperatorContext): string {
  return worker === undefined ? dir : join(dir, `worker-${worker}`)
}

/** The operator over any journal. */
export function walOperator(config: Config, context: OperatorContext, use: JournalUse): Operator {
  const { journal } = use
  const own = new Subject<Insight>()
  let out: Subscriber<At<Event>> | null = null
  /** What is below takes nothing at the moment. */
  let closedBelow = false
  let toldClosed = false
  let sending = false
  let inUse = false

  return {
    flow: (events) =>
      new Observable((sink) => {
        out = sink
        use.enter()
        inUse = true
        const subscription = perEvent(take)(events).subscribe(sink)
        void journal.work()
        return () => {
          subscription.unsubscribe()
          leave()
        }
      }),
    signal: (signals) =>
      signals.pipe(
        tap((signal) => {
          if (signal.kind === 'drain') return
          if (signal.kind === 'stop') return leave()
          if (journal.failure === null) void journal.work()
          else journal.tryAgain()
          tellLimits()
          send()
        }),
        ignoreElements(),
      ),
    contraflow: (insights) =>
      merge(
        own,
        new Observable<Insight>((up) =>
          insights.subscribe(([, insight]) => {
            // Goes on to the ticket of the event it is about, and ends there.
            if (insight.about === 'event') return up.next(insight)
            if (insight.kind === 'close') closedBelow = true
            if (insight.kind !== 'open') return
            closedBelow = false
            send()
          }),
        ),
      ),
  }

  // ---- in ----------------------------------------------------------------------------------------------------

  function take(event: Event): void {
    if (isFull() || journal.failure !== null) {
      refuse(event, 'overflow', isFull() ? 'the log is full' : 'the log cannot be written')
      return tellLimits()
    }
    event.flight?.hold()
    try {
      journal.append(event, (entry) => {
        if (entry === null) refuse(event, 'overflow', 'the log cannot be written')
        else stored(entry, event)
        if (entry === null) event.flight?.release()
        tellLimits()
      })
    } catch (error) {
      if (!(error instanceof MsgpackError)) throw error
      refuse(event, 'script_error', `the event cannot be stored: ${error.message}`)
      event.flight?.release()
    }
  }

  function stored(entry: Entry, event: Event): void {
    goBack(event.trail, { kind: 'ack', about: 'event', trail: null })
    entry.flight = event.flight
    entry.failure = event.failure
    if (inUse) send()
    else strand(entry)
  }

  function refuse(event: Event, reason: Reason, message: string): void {
    event.flight?.note(reason, message)
    if (!context.linked('overflow'))
      goBack(event.trail, { kind: 'fail', about: 'event', trail: null, reason })
    out?.next(['overflow', event])
  }

  function isFull(): boolean {
    const { max_elements = Infinity, max_bytes = Infinity } = config
    return journal.count >= max_elements || journal.bytes >= max_bytes
  }

  function tellLimits(): void {
    const closed = isFull() || journal.failure !== null
    if (closed === toldClosed) return
    toldClosed = closed
    own.next({ kind: closed ? 'close' : 'open', about: 'place', trail: null })
  }

  // ---- out ---------------------------------------------------------------------------------------------------

  /** Sends a few of the stored events. What comes back at once does not set off more: that is for the next event or tick. */
  function send(): void {
    if (sending || out === null) return
    sending = true
    try {
      for (let sent = 0; sent < config.read_count && !closedBelow; sent++) {
        const entry = journal.next()
        if (entry === undefined) return
        sendOne(entry, out)
      }
    } finally {
      sending = false
    }
  }

  function sendOne(entry: Entry, to: Subscriber<At<Event>>): void {
    const attempt = entry.attempts
    const flight = flightOf(entry, attempt)
    const { payload, meta, ingestNs, origin, sequence } = entry
    const event = new Event(new EventId(context.uid, 0, sequence), payload, meta, ingestNs, origin, flight)
    event.isBatch = entry.isBatch
    event.failure = entry.failure
    event.transactional = true
    event.trail = { node: ticketOf(entry, attempt), port: 'out', before: null }
    to.next(['out', event])
    flight.release()
  }

  /** Hears what became of one attempt. */
  function ticketOf(entry: Entry, attempt: number): Listener {
    return {
      hear(_port: Port, insight: Insight) {
        if (insight.kind === 'ack') confirm(entry)
        else if (insight.kind === 'fail' && attempt === entry.attempts) journal.retry(entry)
      },
    }
  }

  function confirm(entry: Entry): void {
    journal.confirm(entry)
    tellLimits()
  }

  /**
   * Every attempt flies by itself, so that it is known when nobody holds it any more. The first carries answers to the
   * request; an attempt that nothing below wants has arrived.
   */
  function flightOf(entry: Entry, attempt: number): Flight {
    const request = entry.flight
    entry.flight = null
    const flight = new Flight(
      {
        reply(event) {
          const answered = request?.answer(event) ?? false
          if (entry.state === 'sent' && attempt === entry.attempts) confirm(entry)
          request?.release()
          if (!answered) flight.over(true)
        },
        dead(reason, message) {
          if (message !== nothingAnswered) request?.note(reason, message)
          request?.release()
          if (entry.state !== 'sent' || attempt !== entry.attempts) return
          if (unwanted.has(reason)) confirm(entry)
          else journal.retry(entry)
        },
      },
      context.clock.now(),
    )
    flight.shared = request?.shared ?? false
    request?.carry({
      over: (gone) => {
        // A client that goes away takes nothing from an event that is stored.
        if (flight.settled) flight.over(gone)
      },
    })
    return flight
  }

  /** Requests whose events were never sent would wait for nobody, once the last user has gone. */
  function leave(): void {
    out = null
    if (!inUse) return
    inUse = false
    if (!use.leave()) return
    for (const entry of journal.unconfirmed()) strand(entry)
  }

  function strand(entry: Entry): void {
    const { flight } = entry
    entry.flight = null
    flight?.note('draining', 'the log that holds the event is shut down')
    flight?.release()
  }
}

/** Ends that are meant: sending the event again would change nothing. */
const unwanted: ReadonlySet<Reason> = new Set(['dropped', 'no_route', 'script_error', 'bad_request'])
