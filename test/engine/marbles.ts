/**
 * Runs the marble examples of operators on a hand-turned clock: one frame is `frameMs`, letters in `in` are events, letters in
 * `insights` come back through that port with the frame: `a` ack, `f` fail, `c` close, `o` open.
 */
import type { Value } from '#dsl/value.ts'
import { checkConfig } from '#engine/config.ts'
import { Event, EventId } from '#engine/event.ts'
import type { Insight } from '#engine/insight.ts'
import type { OperatorDefinition, OperatorExample } from '#engine/operator.ts'
import { Payload } from '#engine/payload.ts'
import { Feed } from '#engine/pipeline/feed.ts'
import type { At } from '#engine/port.ts'
import { handClock } from '../hand-clock.ts'

const kinds = { a: 'ack', f: 'fail', c: 'close', o: 'open' } as const

export function runExample(definition: OperatorDefinition, example: OperatorExample): Record<string, string> {
  const clock = handClock()
  const checked = checkConfig(definition.config, example.with, () => ({
    source: { name: 'example', text: '' },
    start: 0,
    end: 0,
  }))
  if (checked.config === undefined)
    throw new Error(checked.findings.map((finding) => finding.message).join('\n'))
  const operator = definition.create(checked.config, {
    address: '/pipeline/example/01',
    node: 'it',
    clock,
    linked: (port) => Object.hasOwn(example.out, port),
    uid: 1,
  })
  const events = new Feed<At<Event>>()
  const insights = new Feed<At<Insight>>()
  const frames: { [port: string]: string[] } = {}
  const length = Math.max(example.in.length, ...Object.values(example.out).map((out) => out.length))
  for (const port of Object.keys(example.out)) frames[port] = Array.from({ length }, () => '-')
  let frame = 0
  operator.flow(events.stream).subscribe(([port, event]) => {
    const lane = frames[port]
    if (lane === undefined)
      throw new Error(`an event left by port "${port}", which the example does not name`)
    lane[frame] = String(event.payload.value)
  })
  operator.contraflow?.(insights.stream).subscribe()
  for (frame = 0; frame < length; frame++) {
    if (frame > 0) clock.turn(example.frameMs ?? 1)
    for (const [port, lane] of Object.entries(example.insights ?? {})) {
      const kind = kinds[lane[frame] as keyof typeof kinds]
      if (kind !== undefined)
        insights.next([
          port,
          { kind, about: kind === 'ack' || kind === 'fail' ? 'event' : 'place', trail: null },
        ])
    }
    const letter = example.in[frame]
    if (letter !== undefined && letter !== '-') events.next(['in', eventOf(letter, frame)])
  }
  return Object.fromEntries(Object.entries(frames).map(([port, lane]) => [port, lane.join('')]))
}

export function eventOf(value: Value, number = 0): Event {
  return new Event(new EventId(0, 0, number), Payload.of(value), {}, BigInt(number), null, null)
}
