/**
 * Runs the marble examples of operators on a hand-turned clock: one frame is `frameMs`, letters in `in` are events, letters in
 * `insights` come back through that port with the frame: `a` ack, `f` fail, `c` close, `o` open. Acks and fails travel back along
 * the trail of the event that left there last.
 */
import { encodeJson } from '#dsl/json.ts'
import { fieldOf, isRecord, type Value } from '#dsl/value.ts'
import { checkConfig } from '#engine/config.ts'
import { Event, EventId, type Listener, type Trail } from '#engine/event.ts'
import { Feed } from '#engine/feed.ts'
import type { Insight } from '#engine/insight.ts'
import { silentLog } from '#engine/log.ts'
import type { OperatorDefinition, OperatorExample } from '#engine/operator.ts'
import { goBack } from '#engine/outlet.ts'
import { Payload } from '#engine/payload.ts'
import type { At, Port } from '#engine/port.ts'
import type { Signal } from '#engine/signal.ts'
import { handClock } from '#engine/tools/hand-clock.ts'

const kinds = { a: 'ack', f: 'fail', c: 'close', o: 'open' } as const

export function runExample(definition: OperatorDefinition, example: OperatorExample): Record<string, string> {
  const clock = handClock()
  const span = { source: { name: 'example', text: '' }, start: 0, end: 0 }
  const checked = checkConfig(definition.config, example.with, () => span)
  if (checked.config === undefined)
    throw new Error(checked.findings.map((finding) => finding.message).join('\n'))
  const operator = definition.create(checked.config, {
    address: '/pipeline/example/01',
    node: 'it',
    clock,
    log: silentLog,
    linked: (port) => Object.hasOwn(example.out, port),
    uid: 1,
  })
  const events = new Feed<At<Event>>()
  const insights = new Feed<At<Insight>>()
  const signals = new Feed<Signal>()
  const self: Listener = { hear: (port, insight) => insights.next([port, insight]) }
  const frameMs = example.frameMs ?? 1
  const length = Math.max(
    cellsOf(example.in).length,
    ...Object.values(example.out).map((out) => cellsOf(out).length),
  )
  const frames: { [port: string]: string[][] } = {}
  for (const port of Object.keys(example.out)) frames[port] = Array.from({ length }, () => [])
  const last: { [port: Port]: { readonly trail: Trail; readonly event: Event } } = {}
  let frame = 0

  function left([port, event]: At<Event>): void {
    const lane = frames[port]
    if (lane === undefined)
      throw new Error(`an event left by port "${port}", which the example does not name`)
    lane[frame]!.push(labelOf(event.payload.value!))
    // Whatever is below keeps the event until it tells how it fared.
    event.flight?.hold()
    const trail = operator.contraflow === undefined ? event.trail! : { node: self, port, before: event.trail }
    last[port] = { trail, event }
  }

  operator.flow(events.stream).subscribe(left)
  operator.signal?.(signals.stream).subscribe(left)
  operator.contraflow?.(insights.stream).subscribe((insight) => {
    if (insight.about === 'event') goBack(insight.trail, insight)
  })
  for (frame = 0; frame < length; frame++) {
    if (frame > 0) clock.turn(frameMs)
    signals.next({ kind: 'tick', atNs: clock.wallNs() })
    for (const [port, lane] of Object.entries(example.insights ?? {})) {
      const kind = kinds[lane[frame] as keyof typeof kinds]
      if (kind === 'ack' || kind === 'fail') {
        goBack(last[port]?.trail ?? null, { kind, about: 'event', trail: null })
        last[port]?.event.flight?.release()
      } else if (kind !== undefined) insights.next([port, { kind, about: 'place', trail: null }])
    }
    const letter = example.in[frame]
    if (letter === undefined || letter === '-') continue
    const event = eventOf(letter, frame)
    event.ingestNs = BigInt(frame * frameMs * 1e6)
    event.meta = example.meta ?? {}
    events.next(['in', event])
  }
  return Object.fromEntries(Object.entries(frames).map(([port, lane]) => [port, lane.map(cell).join('')]))
}

/** A lane's frames: a letter, or a group in brackets. */
export function cellsOf(lane: string): readonly string[] {
  return lane.match(/\([^)]*\)|\[[^\]]*\]|\{[^}]*\}|./g) ?? []
}

function cell(labels: readonly string[]): string {
  if (labels.length === 0) return '-'
  return labels.length === 1 ? labels[0]! : `(${labels.join('')})`
}

/** Text as it is, a batch as the values in it, anything else as JSON. */
function labelOf(value: Value): string {
  if (typeof value === 'string') return value
  if (!Array.isArray(value)) return encodeJson(value)
  return `[${value.map((item) => labelOf(fieldOf(dataOf(item), 'value')!)).join('')}]`
}

function dataOf(item: Value): Readonly<Record<string, Value>> {
  const data = isRecord(item) ? fieldOf(item, 'data') : undefined
  if (data === undefined || !isRecord(data)) throw new Error(`no event of a batch: ${encodeJson(item)}`)
  return data
}

export function eventOf(value: Value, number = 0): Event {
  return new Event(new EventId(0, 0, number), Payload.of(value), {}, BigInt(number), null, null)
}
