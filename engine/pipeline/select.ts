/**
 * A select at work: where, then the groups of the event, then the windows of each group, then the target, then having
 * (tremor-pipeline/src/op/trickle/select.rs). Pure: it changes nothing but its own state, and hands out what came of a call.
 *
 * In a tilt frame `[w1, w2]` events go into w1 only. When w1 closes, its aggregates are passed on to w2: before w2
 * closes by this arrival if it includes what made it close (size), after it if not (interval).
 *
 * A window holds the flights of the events in it. What is made of a window flies for all of them: an answer to it answers each of
 * their requests, and operators above hear of its success or failure for each event.
 */
import { defineDiagnostic } from '#dsl/diagnostic.ts'
import { asScriptError } from '#dsl/emit/runtime/errors.ts'
import type { AggregateState } from '#dsl/function.ts'
import { encodeSorted } from '#dsl/json.ts'
import { type Frame, ScriptError, type SelectProgram, type WindowProgram } from '#dsl/program.ts'
import type { Rec, Value } from '#dsl/value.ts'
import type { Trail } from '../event.ts'
import { Event, EventId } from '../event.ts'
import type { Flight } from '../flight.ts'
import { joinFlights, joinTrails } from '../joined.ts'
import { OPAQUE, Payload } from '../payload.ts'
import { arrive, type Closing, openWindow, tick, WindowError, type WindowState } from './window.ts'

export const tooManyGroups = defineDiagnostic({
  code: 'E0550',
  title: 'too many groups',
  explain:
    'An event belongs to a group that its window has no room for: `max_groups` bounds the memory of a window.',
})

export const badWindowScript = defineDiagnostic({
  code: 'E0551',
  title: 'the script of a window gave no count or time',
  explain:
    'The script of a window says how much an event counts, or when it happened: an integer that is not negative.',
})

export interface SelectOptions {
  /** For the ids of the events windows make. */
  readonly uid: number
  /** Scratch of this select alone, with `instance` and `host` filled in. */
  readonly frame: Frame
}

/** What a call brought: events for port `out` in order, errors, and what is to be let go of once the events are delivered. */
export interface Outcome {
  readonly events: readonly Event[]
  readonly errors: readonly ScriptError[]
  readonly released: readonly Releasable[]
}

/** A flight, or several that were joined. */
export interface Releasable {
  release(): void
}

export interface Select {
  onEvent(event: Event): Outcome
  onTick(ns: bigint): Outcome
  /** Gives up all windows; nothing is emitted. */
  close(): Outcome
}

/** The windows of one group, outermost last, and what they hold. */
interface Group {
  readonly key: string
  /** `group` of the scripts: the dimensions, and their text. */
  readonly value: Value
  readonly window: WindowState
  content: Content
}

/** What a window has in it until it closes. */
interface Content {
  readonly aggregates: AggregateState[]
  flights: Flight[]
  trails: Trail[]
  transactional: boolean
}

interface Level {
  readonly program: WindowProgram
  groups: Map<string, Group>
  /** Groups without an event since the last eviction: the next one forgets them. */
  stale: Map<string, Group>
  evictAt: bigint
}

interface Gathering {
  readonly events: Event[]
  readonly errors: ScriptError[]
  readonly released: Releasable[]
}

/** What makes windows move: an event, or a tick, which has no value and no metadata. */
interface Arrival {
  readonly event: Event | null
  readonly ns: bigint
}

export function createSelect(program: SelectProgram, { uid, frame }: SelectOptions): Select {
  const { where, having, target, windows } = program
  const levels = windows.map(
    (window): Level => ({ program: window, groups: new Map(), stale: new Map(), evictAt: 0n }),
  )
  const emptyContent = (): Content => ({
    aggregates: program.aggregates.map(({ aggregate }) => aggregate.create()),
    flights: [],
    trails: [],
    transactional: false,
  })
  const holds = program.demand.touches?.holds === true
  const aggregates = program.aggregates
  let made = 0
  /** What the last payload looks like, which is shown several times. */
  let shown: { readonly payload: Payload; readonly value: Value } | null = null

  return { onEvent, onTick, close }

  function onEvent(event: Event): Outcome {
    const outcome = gather()
    event.payload = event.payload.shown(program.demand)
    try {
      show(event, event.ingestNs)
      if (where !== undefined && where(frame) !== true) {
        turnAway(event)
        return outcome
      }
      const groups = groupsOf()
      evict(event.ingestNs)
      for (const values of groups) tryGroup(values, event, outcome)
    } catch (error) {
      failed(error, event, outcome)
    }
    shown = null
    return outcome
  }

  /** One group may fail, and the others take the event nevertheless. */
  function tryGroup(values: readonly Value[], event: Event, outcome: Gathering): void {
    try {
      intoGroup(values, event, outcome)
    } catch (error) {
      failed(error, event, outcome)
    }
  }

  function onTick(ns: bigint): Outcome {
    const outcome = gather()
    const first = levels[0]
    if (first === undefined) return outcome
    evict(ns)
    for (const group of [...first.groups.values(), ...first.stale.values()]) {
      guarded(outcome, null, () => {
        const closing = tick(first.program, group.window, ns)
        if (closing !== 'none') tilt(group, closing, { event: null, ns }, outcome)
      })
    }
    return outcome
  }

  function close(): Outcome {
    const outcome = gather()
    for (const level of levels) {
      for (const group of [...level.groups.values(), ...level.stale.values()]) {
        for (const flight of group.content.flights) {
          flight.note('draining', 'the engine is shutting down')
          outcome.released.push(flight)
        }
      }
      level.groups.clear()
      level.stale.clear()
    }
    return outcome
  }

  /** The groups the event belongs to: one of nothing without `group by`, and where `each` went over an empty array. */
  function groupsOf(): readonly (readonly Value[])[] {
    const groups = program.groups?.(frame)
    return groups === undefined || groups.length === 0 ? [[null]] : groups
  }

  function intoGroup(values: readonly Value[], event: Event, outcome: Gathering): void {
    show(event, event.ingestNs)
    const key = keyOf(values)
    frame.group = [...values, key]
    const first = levels[0]
    if (first === undefined) return passOn(event, outcome)
    const group = groupIn(first, key, frame.group)
    frame.window = first.program.name
    const closing = arrive(first.program, group.window, { ns: event.ingestNs, frame })
    if (closing !== 'before') accumulate(group.content, event)
    if (closing !== 'none') tilt(group, closing, { event, ns: event.ingestNs }, outcome)
    if (closing !== 'before') return
    show(event, event.ingestNs)
    frame.group = group.value
    frame.window = first.program.name
    accumulate(group.content, event)
  }

  /** Without a window each group of an event is one event, which keeps its id and its origin. */
  function passOn(event: Event, outcome: Gathering): void {
    const before = frame.event
    const value = target(frame)
    if (!passes(value)) return event.flight?.note('no_route', 'no select let the event through')
    const copy = event.copy()
    if (value !== before) {
      copy.payload = event.payload.changed(value, program.demand)
      copy.failure = null
    }
    outcome.events.push(copy)
  }

  /** The first window of a group closes; as long as that closes the next one, go on. */
  function tilt(first: Group, firstClosing: Closing, arrival: Arrival, outcome: Gathering): void {
    let group = first
    let closing = firstClosing
    /** What the window below has just closed with and this one has not taken in yet. */
    let passed: Content | undefined
    for (let index = 0; ; index++) {
      const level = levels[index]!
      if (closing !== 'before' && passed !== undefined) take(group.content, passed)
      if (closing === 'none') return
      const closed = group.content
      group.content = emptyContent()
      if (closing === 'before' && passed !== undefined) take(group.content, passed)
      // The content goes on to the next window even if making an event of it failed.
      const { length } = outcome.errors
      guarded(outcome, null, () => emit(closed, { group, level, arrival }, outcome))
      passed = closed
      if (outcome.errors.length > length)
        for (const flight of closed.flights) flight.note('script_error', 'a select failed')
      const next = levels[index + 1]
      if (next === undefined) {
        for (const flight of closed.flights) outcome.released.push(flight)
        return
      }
      group = groupIn(next, group.key, group.value)
      show(arrival.event, arrival.ns)
      frame.group = group.value
      frame.window = next.program.name
      closing = arrive(next.program, group.window, {
        ns: arrival.ns,
        frame: arrival.event === null ? null : frame,
      })
    }
  }

  function emit(
    content: Content,
    { group, level, arrival }: { group: Group; level: Level; arrival: Arrival },
    outcome: Gathering,
  ): void {
    show(arrival.event, arrival.ns)
    const meta = frame.meta as Rec
    frame.group = group.value
    frame.window = level.program.name
    frame.aggregates = content.aggregates
    const value = target(frame)
    if (!passes(value)) {
      for (const flight of content.flights) flight.note('no_route', 'no select let the event through')
      return
    }
    const event = new Event(new EventId(uid, 0, made++), Payload.of(value), meta, arrival.ns, null, null)
    // The next window of the frame holds them as well, so these holds are the event's own.
    for (const flight of content.flights) flight.hold()
    const { flight, passedOn } = joinFlights(content.flights)
    outcome.released.push({ release: passedOn })
    event.flight = flight
    event.trail = joinTrails(content.trails)
    event.transactional = content.transactional
    outcome.events.push(event)
  }

  /** In `having`, `event` is what the target made and `$` is null. */
  function passes(value: Value): boolean {
    if (having === undefined) return true
    frame.event = value
    frame.meta = null
    return having(frame) === true
  }

  function accumulate(content: Content, event: Event): void {
    for (let index = 0; index < aggregates.length; index++) {
      const { aggregate, args, span } = aggregates[index]!
      const values = args.length === 0 ? NOTHING : args.map((arg) => arg(frame))
      try {
        content.aggregates[index]!.accumulate(values)
      } catch (error) {
        const name = `${aggregate.name.replace(/^aggr::/, '')}/${values.length}`
        throw asScriptError(error, { span, outer: span, name }, frame)
      }
    }
    if (event.trail !== null) content.trails.push(event.trail)
    content.transactional ||= event.transactional
    if (event.flight === null || event.flight.settled) return
    event.flight.hold()
    content.flights.push(event.flight)
  }

  function groupIn(level: Level, key: string, value: Value): Group {
    const known = level.groups.get(key)
    if (known !== undefined) return known
    const { maxGroups, name, span } = level.program
    if (maxGroups !== undefined && level.groups.size >= maxGroups) {
      throw new ScriptError(
        tooManyGroups.code,
        `The window "${name}" has ${maxGroups} groups, its "max_groups", and none for ${key}`,
        span,
        { brief: `The window "${name}" has ${maxGroups} groups, its "max_groups"` },
      )
    }
    const group = level.stale.get(key) ?? { key, value, window: openWindow(), content: emptyContent() }
    level.stale.delete(key)
    level.groups.set(key, group)
    return group
  }

  function evict(ns: bigint): void {
    for (const level of levels) {
      const { evictionNs } = level.program
      if (evictionNs === undefined || ns <= level.evictAt) continue
      level.evictAt = ns + evictionNs
      const forgotten = level.stale
      level.stale = level.groups
      level.groups = new Map()
      for (const group of forgotten.values()) forget(group)
    }
  }

  function show(event: Event | null, ns: bigint): void {
    frame.event = event === null ? null : eventOf(event)
    frame.meta = event === null ? {} : event.meta
    frame.ingestNs = ns
    frame.origin = event === null ? null : event.origin
    frame.aggregates = null
    frame.window = null
    frame.group = null
  }

  function eventOf({ payload }: Event): Value {
    if (!holds) return payload.known ?? OPAQUE
    if (shown?.payload !== payload) shown = { payload, value: payload.held() }
    return shown.value
  }

  function guarded(outcome: Gathering, event: Event | null, run: () => void): void {
    try {
      run()
    } catch (error) {
      failed(error, event, outcome)
    }
  }

  function failed(error: unknown, event: Event | null, outcome: Gathering): void {
    if (error instanceof WindowError) {
      outcome.errors.push(new ScriptError(badWindowScript.code, error.message, levels[0]!.program.span))
    } else if (error instanceof ScriptError) outcome.errors.push(error)
    else throw error
    event?.flight?.note('script_error', outcome.errors.at(-1)!.brief)
  }
}

const NOTHING: readonly Value[] = []

/** Most groups are of one short text, which comes again and again. */
const LONGEST_TEXT = 64
const MOST_TEXTS = 1024
const keysOfTexts = new Map<string, string>()

function keyOf(values: readonly Value[]): string {
  const [first] = values
  if (values.length !== 1 || typeof first !== 'string' || first.length > LONGEST_TEXT)
    return encodeSorted(values)
  const known = keysOfTexts.get(first)
  if (known !== undefined) return known
  if (keysOfTexts.size === MOST_TEXTS) keysOfTexts.clear()
  const key = encodeSorted(values)
  keysOfTexts.set(first, key)
  return key
}

function gather(): Gathering {
  return { events: [], errors: [], released: [] }
}

function turnAway(event: Event): void {
  event.flight?.note('no_route', 'no select let the event through')
}

/** What one window closed with goes into the next one of the frame. */
function take(into: Content, from: Content): void {
  for (const [index, state] of into.aggregates.entries()) state.merge(from.aggregates[index]!)
  for (const flight of from.flights) into.flights.push(flight)
  for (const trail of from.trails) into.trails.push(trail)
  from.flights = []
  from.trails = []
  into.transactional ||= from.transactional
}

/** A window that is forgotten lets the requests in it go. */
function forget(group: Group): void {
  for (const flight of group.content.flights) {
    flight.note('dropped', 'the window that held the event was given up')
    flight.release()
  }
  group.content.flights = []
}
